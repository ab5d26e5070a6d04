"""An upstream's list of projects: read as it comes, remembered as a list of names."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
import zlib
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from packaging.utils import NormalizedName

from pulp_pyindex.app.catalog import CachedPage
from pulp_pyindex.app.exceptions import UpstreamError, UpstreamMissing
from pulp_pyindex.app.serving.database import DatabaseGone, in_database
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.parts import Part
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Listing, SourceFailed
from pulp_pyindex.app.serving.through import recording
from pulp_pyindex.app.serving.through.connections import Connections, Link
from pulp_pyindex.app.serving.through.freshness import lifetime
from pulp_pyindex.app.serving.traffic import Question
from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.pages import ProjectEntry
from pulp_pyindex.index.reading import RootReader

_log = logging.getLogger(__name__)

#: What stands for the list among the pages.
_ROOT = ""
_GLANCE = 0.05
#: Seconds an upstream whose list could not be had is left in peace, and for which the list of what
#: is known here is shown in its place.
_PEACE = 10.0
_ENTRY_SIZE = 200

_READ = """
    SELECT url, status, body, sha256, extract(epoch FROM fetched_at)::float8,
           extract(epoch FROM fresh_until)::float8, is_invalid
    FROM pyindex_pyindexcachedpage WHERE remote_id = %s AND project = ''
"""
_KNOWN = """
    SELECT project COLLATE "C" FROM pyindex_pyindexcachedpage
    WHERE remote_id = %s AND url = %s AND status = 200 AND project <> '' ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """A list as it was read."""

    #: Lines of a name and, where there is one, its serial.
    packed: bytes
    sha256: str
    fetched_at: float
    fresh_until: float
    #: False: upstream has none.
    is_listed: bool = True


class Roots:
    """The lists of all remotes of one process."""

    def __init__(self, memory: Memory[Any], folder: Path, connections: Connections) -> None:
        self._memory = memory
        self._folder = folder
        self._connections = connections
        self._flights = Flights()
        self._renewing: dict[Hashable, asyncio.Task[None]] = {}
        self._peace: dict[Hashable, float] = {}

    async def listing(self, index: Index) -> Listing:
        """Upstream's list; what is known of it here where upstream has none or is not asked."""
        link = await self._connections.of(index)
        key = ("root", index.remote_pk, link.stamp)
        found: _Names | None = self._memory.get(key)
        now = time.time()
        if found is None or found.fresh_until <= now:
            found = await self._flights.share(key, lambda: in_database(_read, link))
            if found is not None:
                self._memory.put(key, found, 1000 + len(found.packed))
        if index.offline:
            return await self._chosen(link, found or _nothing(now))
        if found is None:
            found = await self._flights.share(("ask", key), lambda: self._ask(link, None))
            self._memory.put(key, found, 1000 + len(found.packed))
        elif found.fresh_until <= now:
            self._renew(key, link, found)
        return await self._chosen(link, found)

    def _renew(self, key: Hashable, link: Link, known: _Names) -> None:
        """Read the list anew while clients have what is known."""
        if key in self._renewing or self._peace.get(key, 0.0) > time.monotonic():
            return

        async def renew() -> None:
            try:
                names = await self._ask(link, known)
                self._memory.put(key, names, 1000 + len(names.packed))
            except (SourceFailed, DatabaseGone) as failure:
                self._peace[key] = time.monotonic() + _PEACE
                _log.warning("Serving a list of projects that is known: %s", failure)

        task = asyncio.create_task(renew())
        self._renewing[key] = task
        task.add_done_callback(lambda _: self._renewing.pop(key))

    async def _ask(self, link: Link, known: _Names | None) -> _Names:
        """The list as upstream has it now; one process of a host reads it at a time."""
        begun = time.time()
        part = Part(self._folder, f"root-{link.remote.pk.hex}")
        while (lock := part.lead()) is None:
            await asyncio.sleep(_GLANCE)
        try:
            row = await in_database(_read, link)
            if row is not None and row.fetched_at >= begun:
                return row
            names = await _fetched(link)
            if known is None or names.sha256 != known.sha256:
                await in_database(_write, link, names)
            else:
                await in_database(recording.confirm_page, link.remote.pk, _page(link, names))
            return names
        finally:
            part.release(lock)

    async def _chosen(self, link: Link, names: _Names) -> Listing:
        """The wanted ones of a list."""
        key: Hashable = ("list", link.remote.pk, link.stamp, names.sha256)
        expires = max(names.fresh_until, time.time() + 1.0)
        if not names.is_listed:
            known = await in_database(_known, link)
            digest = hashlib.sha256("\n".join(known).encode()).hexdigest()
            entries = [ProjectEntry(name=NormalizedName(name)) for name in known]
            key = ("list", link.remote.pk, link.stamp, digest)
            wanted = tuple(one for one in entries if link.wanted.wants_project(one.name))
            return Listing(entries=wanted, key=key, expires=time.time() + 1.0)
        chosen: tuple[ProjectEntry, ...] | None = self._memory.get(key)
        if chosen is None:
            chosen = await asyncio.to_thread(_unpacked, names.packed, link)
            self._memory.put(key, chosen, 1000 + _ENTRY_SIZE * len(chosen))
        return Listing(entries=chosen, key=key, expires=expires)


async def _fetched(link: Link) -> _Names:
    with link.asking("list") as question:
        return await _read_through(link, question)


async def _read_through(link: Link, question: Question) -> _Names:
    where = f"the remote {link.remote.name!r}"
    found: dict[str, int | None] = {}
    try:
        async with link.pages.page_stream(link.remote.url) as stream:
            reader = RootReader(stream.url)
            async for chunk in stream.chunks:
                found.update((entry.name, entry.serial) for entry in reader.feed(chunk))
            found.update((entry.name, entry.serial) for entry in reader.close())
            headers = stream.headers
    except UpstreamMissing:
        question.outcome = "missing"
        now = time.time()
        return _Names(
            packed=b"",
            sha256="",
            fetched_at=now,
            fresh_until=now + link.remote.negative_ttl,
            is_listed=False,
        )
    except UpstreamError as error:
        raise SourceFailed(504 if error.timeout else 502, where, str(error)) from error
    except InvalidPage as error:
        raise SourceFailed(502, where, str(error)) from error
    question.answered()
    packed, digest = await asyncio.to_thread(_packed, found)
    now = time.time()
    return _Names(
        packed=packed,
        sha256=digest,
        fetched_at=now,
        fresh_until=now + lifetime(link.remote.page_ttl, headers),
    )


def _packed(found: dict[str, int | None]) -> tuple[bytes, str]:
    lines = (
        f"{name} {serial}\n" if serial is not None else f"{name}\n"
        for name, serial in sorted(found.items())
    )
    text = "".join(lines).encode()
    return zlib.compress(text, level=6), hashlib.sha256(text).hexdigest()


def _unpacked(packed: bytes, link: Link) -> tuple[ProjectEntry, ...]:
    entries = []
    for line in zlib.decompress(packed).decode().splitlines():
        name, _, serial = line.partition(" ")
        if link.wanted.wants_project(NormalizedName(name)):
            entries.append(
                ProjectEntry(name=NormalizedName(name), serial=int(serial) if serial else None)
            )
    return tuple(entries)


def _nothing(now: float) -> _Names:
    return _Names(packed=b"", sha256="", fetched_at=now, fresh_until=now, is_listed=False)


def _page(link: Link, names: _Names) -> CachedPage:
    return CachedPage(
        project=_ROOT,
        url=link.remote.url,
        page=None,
        fetched_at=names.fetched_at,
        fresh_until=names.fresh_until,
        sha256=names.sha256,
    )


def _write(link: Link, names: _Names) -> None:
    recording.write_page(link.remote.pk, _page(link, names), names.packed)


def _read(link: Link) -> _Names | None:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [link.remote.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    url, status, body, digest, fetched_at, fresh_until, is_invalid = row
    if url != link.remote.url or is_invalid:
        return None
    return _Names(
        packed=bytes(body),
        sha256=digest,
        fetched_at=fetched_at,
        fresh_until=fresh_until,
        is_listed=status == 200,
    )


def _known(link: Link) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [link.remote.pk, link.remote.url])
        return [row[0] for row in cursor.fetchall()]
