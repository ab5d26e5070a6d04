"""A connection to each content process of a stack, so that every one of them can be asked.

Whoever connects is served by the process that is awake first: on a busy machine that is nearly
always the same one, and nothing is known of the others however often one asks.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests

_LISTENING = "0A"
#: Connections that are begun at a time to meet those who were not met yet.
_TRIES = 60

#: Port → process → whoever talks to it.
_known: dict[int, dict[int, requests.Session]] = {}
#: Port → the process that has begun those who serve there.
_chiefs: dict[int, int] = {}


def everyone(url: str) -> dict[int, requests.Session]:
    """A session with each process that serves the URL; empty where not all of them answer yet."""
    port = urlsplit(url).port
    assert port is not None, url
    processes = _processes(port)
    met = {
        pid: session
        for pid, session in _known.get(port, {}).items()
        if pid in processes and is_with(session, pid, url)
    }
    _known[port] = met
    for _ in range(_TRIES if processes else 0):
        if len(met) == len(processes):
            return met
        session = requests.Session()
        session.get(url, allow_redirects=False, timeout=60)
        pid = next((pid for pid in processes if is_with(session, pid, url)), None)
        if pid is None or pid in met:
            session.close()
        else:
            met[pid] = session
    return {}


def is_with(session: requests.Session, pid: int, url: str) -> bool:
    """Whether a session has a connection open, and none but to this process."""
    return any(_local_ports(session)) and not has_strayed(session, pid, url)


def has_strayed(session: requests.Session, pid: int, url: str) -> bool:
    """Whether a session has a connection to another process open."""
    port = urlsplit(url).port
    inodes = {remote: inode for remote, inode, _ in _sockets(port)}
    theirs = _open_sockets(pid)
    return any(inodes.get(one) not in theirs for one in _local_ports(session))


def _local_ports(session: requests.Session) -> Iterator[int]:
    adapter: Any = session.get_adapter("http://")
    pools = adapter.poolmanager.pools
    for key in pools.keys():  # noqa: SIM118 - it is no mapping
        for connection in list(pools[key].pool.queue):
            if connection is not None and connection.sock is not None:
                yield connection.sock.getsockname()[1]


def _processes(port: int) -> list[int]:
    """Those who listen at a port, without the one who has begun them and serves nobody."""
    listening = {inode for _, inode, state in _sockets(port) if state == _LISTENING}
    chief = _chiefs.get(port)
    if chief is None or not listening & _open_sockets(chief):
        found = {
            process.pid: process.info["ppid"]
            for process in psutil.process_iter(["ppid"])
            if listening & _open_sockets(process.pid)
        }
        chief = next((pid for pid in found if pid in found.values()), None)
        if chief is None:
            return []
        _chiefs[port] = chief
    return [pid for pid in _children(chief) if listening & _open_sockets(pid)]


def _children(pid: int) -> list[int]:
    """The processes that a process has begun."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    # It has ended, or the kernel does not tell.
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child.pid for child in psutil.Process(pid).children()]
    return []


def _sockets(port: int | None) -> Iterator[tuple[int, str, str]]:
    """Of each socket at a port: the other side's port, its inode, its state."""
    ending = f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(ending):
            yield int(fields[2].rpartition(":")[2], 16), fields[9], fields[3]


def _open_sockets(pid: int) -> set[str]:
    """The inodes of a process's sockets; none where there is no such process any more."""
    found = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(entry)  # noqa: PTH115 - as text, a hundred times
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return set()
    return found
