"""Where a service listens: reading HOST:PORT, and finding out whether it is free."""

import errno
import socket
from dataclasses import dataclass

from pulp_pyindex.stack.errors import AddressTaken, BadOption

EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host and a TCP port; port 0 stands for "any free one" until `claimed`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """How a client on this machine reaches it; a wildcard host becomes this machine's name."""
        if self.host in EVERYWHERE:
            return f"http://{socket.gethostname()}:{self.port}"
        return f"http://{self}"

    @property
    def local_url(self) -> str:
        """How the supervisor itself reaches it."""
        if self.host in EVERYWHERE:
            return f"http://127.0.0.1:{self.port}"
        return f"http://{self}"


def parse_address(text: str, option: str) -> Address:
    """Read `HOST:PORT`, `[V6]:PORT` or `PORT` (on 127.0.0.1); BadOption when it is none of them."""
    host, separator, port = text.rpartition(":")
    if not separator:
        host = "127.0.0.1"
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or int(port) > 65535 or not host:
        raise BadOption(option, text, "is not HOST:PORT")
    return Address(host=host, port=int(port))


def collide(one: Address, other: Address) -> bool:
    """Whether two services cannot listen there at once."""
    same_host = one.host == other.host or one.host in EVERYWHERE or other.host in EVERYWHERE
    return one.port != 0 and one.port == other.port and same_host


def claimed(address: Address, option: str) -> Address:
    """Say that `address` is free, with a real port in place of 0; AddressTaken when it is not."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address.host, address.port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "it is taken" if taken else error.strerror or str(error)
            raise AddressTaken(option, str(address), reason) from error
        return Address(host=address.host, port=listener.getsockname()[1])
