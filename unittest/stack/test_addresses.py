"""Where a service listens."""

import socket

import pytest

from pulp_pyindex.stack.addresses import Address, claimed, collide, parse_address
from pulp_pyindex.stack.errors import AddressTaken, BadOption


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:24816", "127.0.0.1", 24816),
        ("24816", "127.0.0.1", 24816),
        ("[::1]:80", "::1", 80),
        ("index.example:0", "index.example", 0),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    """A port alone is on loopback; brackets are taken off."""
    assert parse_address(text, "--api") == Address(host=host, port=port)


@pytest.mark.parametrize("text", ["", "host", "host:", ":80", "host:70000", "host:-1", "host:80a"])
def test_what_is_no_address_is_refused_with_its_option(text: str) -> None:
    """The message says which option it was."""
    with pytest.raises(BadOption, match=r"^--api .*is not HOST:PORT\.$"):
        parse_address(text, "--api")


def test_an_address_is_shown_as_it_is_read() -> None:
    """Also one of the sixth version."""
    for text in ("127.0.0.1:1", "[::1]:1"):
        assert str(parse_address(text, "--api")) == text


def test_every_interface_is_reached_by_the_name_of_the_machine() -> None:
    """Clients cannot go to 0.0.0.0; the supervisor itself goes to loopback."""
    address = parse_address("0.0.0.0:80", "--content")
    assert address.url == f"http://{socket.gethostname()}:80"
    assert address.local_url == "http://127.0.0.1:80"


def test_two_services_cannot_listen_at_one_address() -> None:
    """Every interface is also the one that the other names; "any free port" is never another's."""
    api = parse_address("127.0.0.1:80", "--api")
    for taken in ("127.0.0.1:80", "0.0.0.0:80"):
        assert collide(parse_address(taken, "--content"), api)
    for free in ("127.0.0.1:81", "10.0.0.1:80"):
        assert not collide(parse_address(free, "--content"), api)
    anything = parse_address("127.0.0.1:0", "--api")
    assert not collide(anything, anything)


def test_any_free_port_becomes_a_real_one() -> None:
    """Port 0 asks the system."""
    assert claimed(Address(host="127.0.0.1", port=0), "--api").port > 0


def test_a_taken_address_names_the_option_to_change() -> None:
    """Somebody else listens there."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = Address(host="127.0.0.1", port=other.getsockname()[1])
        with pytest.raises(AddressTaken, match=r"it is taken.*--content HOST:PORT"):
            claimed(address, "--content")
