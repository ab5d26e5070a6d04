"""The list of projects of an upstream, streamed into a `Listing`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from asgiref.sync import sync_to_async
from packaging.utils import NormalizedName

from pulp_pyindex.app.exceptions import NotAnIndex, UpstreamError, UpstreamFaulty, UpstreamMissing
from pulp_pyindex.app.tasks.listing import Listing
from pulp_pyindex.app.tasks.report import Report
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.errors import InvalidPage
from pulp_pyindex.index.pages import ProjectEntry
from pulp_pyindex.index.reading import RootReader
from pulp_pyindex.index.wanted import Wanted

#: Names that are asked for one by one rather than looked up in a long list.
FEW = 200
#: A list that is longer than this is not read for the sake of a few names.
LONG = 1024 * 1024
ATTEMPTS = 3

_BATCH = 5000
#: What servers answer that have no list of projects.
_NO_LIST = (404, 405, 410)


async def list_projects(
    upstream: Upstream, url: str, wanted: Wanted, listing: Listing, report: Report
) -> bool:
    """Fill `listing` with the wanted projects; True where they are from the upstream's own list.

    False where the wanted ones are known by name and the list is missing, or too long to be read
    for them. Raises UpstreamError or NotAnIndex for what `url` answers otherwise.
    """
    explicit = wanted.explicit
    few = explicit is not None and len(explicit) <= FEW
    for attempt in range(1, ATTEMPTS + 1):
        try:
            complete = await _read(upstream, url, wanted, listing, report, may_stop=few)
            break
        except UpstreamFaulty as error:
            # The upstream's own retries cover what fails before the list begins.
            if error.status != 200 or attempt == ATTEMPTS:
                raise
            await sync_to_async(listing.clear)()
        except UpstreamError as error:
            if isinstance(error, UpstreamMissing) and not urlsplit(url).path.endswith("/"):
                # Servers should redirect to the slash that addresses of pages end with; not all do.
                return await list_projects(upstream, _with_slash(url), wanted, listing, report)
            if explicit is None or error.status not in _NO_LIST:
                raise
            complete = False
            break
        except InvalidPage as error:
            raise NotAnIndex(error.url, error.reason) from error
    if not complete:
        assert explicit is not None
        report.listed = None
        await sync_to_async(listing.clear)()
        await _add(listing, [ProjectEntry(name=name) for name in _sorted(explicit)])
    return complete


async def _read(
    upstream: Upstream,
    url: str,
    wanted: Wanted,
    listing: Listing,
    report: Report,
    *,
    may_stop: bool,
) -> bool:
    """Read the list to its end; False where it was left because it is long."""
    size = listed = 0
    chosen: list[ProjectEntry] = []
    async with upstream.page_stream(url) as stream:
        reader = RootReader(stream.url)
        async for chunk in stream.chunks:
            size += len(chunk)
            entries = reader.feed(chunk)
            listed += len(entries)
            chosen.extend(entry for entry in entries if wanted.wants_project(entry.name))
            if len(chosen) >= _BATCH:
                await _add(listing, chosen)
                chosen = []
            if may_stop and size > LONG and reader.recognised:
                return False
        entries = reader.close()
    listed += len(entries)
    chosen.extend(entry for entry in entries if wanted.wants_project(entry.name))
    await _add(listing, chosen)
    report.listed, report.nameless = listed, reader.skipped
    return True


async def _add(listing: Listing, entries: Sequence[ProjectEntry]) -> None:
    await sync_to_async(listing.add)(entries)


def _with_slash(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}/"))


def _sorted(names: frozenset[NormalizedName]) -> list[NormalizedName]:
    return sorted(names)
