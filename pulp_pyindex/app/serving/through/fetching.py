"""What is fetched of an upstream's files: from where, and what becomes of it once it is here."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from pulp_pyindex.app.catalog import KeptFile
from pulp_pyindex.app.serving.downloads import Wanted
from pulp_pyindex.app.serving.rows import Source
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.through import units
from pulp_pyindex.app.serving.through.connections import Link
from pulp_pyindex.app.serving.through.keeping import Keeping
from pulp_pyindex.app.serving.through.showing import Behind
from pulp_pyindex.app.serving.wanting import METADATA_LIMIT, beside, is_stored
from pulp_pyindex.index.paths import METADATA_SUFFIX

#: Is told of a file where it is kept now.
Remember = Callable[[Index, Behind, KeptFile], None]


class Fetching:
    """The downloads of one process, as whoever runs them wants them described."""

    def __init__(self, keeping: Keeping, remember: Remember) -> None:
        self._keeping = keeping
        self._remember = remember

    def file(self, index: Index, link: Link, one: Behind, sha256: str) -> Wanted:
        """A file whose digest is known."""
        loop = asyncio.get_running_loop()

        def store(path: str) -> None:
            units.keep(index, link.remote, one, sha256, path)
            self._keeping.note_kept(index)
            # So that the next one who wants it need not look.
            loop.call_soon_threadsafe(self._remember, index, one, units.is_kept(index, one, sha256))

        def is_here() -> bool:
            return is_stored(index.domain_pk, units.is_kept(index, one, sha256).storage_name)

        return Wanted(
            key=_download_key(index, link, sha256),
            filename=one.file.filename,
            sha256=sha256,
            size=one.file.size,
            limit=None,
            sources=sources(link, one.file.url),
            is_here=is_here,
            store=store,
        )

    def metadata(self, index: Index, link: Link, one: Behind, digest: str) -> Wanted:
        """The METADATA of such a file; `digest` is its own."""
        sha256 = one.sha256
        assert sha256 is not None

        def store(path: str) -> None:
            units.keep_metadata(index, link.remote, one, sha256, digest, path)

        def is_here() -> bool:
            name = units.is_kept(index, one, sha256).metadata_storage_name
            return is_stored(index.domain_pk, name)

        return Wanted(
            key=_download_key(index, link, f"{sha256}-{digest}"),
            filename=one.file.filename + METADATA_SUFFIX,
            sha256=digest,
            size=None,
            limit=METADATA_LIMIT,
            sources=sources(link, beside(one.file.url)),
            is_here=is_here,
            store=store,
            if_missing=404,
        )

    def untold(
        self, index: Index, link: Link, one: Behind, learnt: Callable[[str], None]
    ) -> Wanted:
        """A file whose digest is not known; `learnt` is told of it."""

        def store(path: str) -> None:
            digest = units.keep_untold(index, link.remote, one, path)
            learnt(digest)
            self._keeping.note_kept(index)

        return Wanted(
            key=f"untold-{hashlib.sha256(one.file.url.encode()).hexdigest()}",
            filename=one.file.filename,
            sha256="",
            size=one.file.size,
            limit=None,
            sources=sources(link, one.file.url),
            is_here=lambda: units.is_learnt(link.remote, one),
            store=store,
        )


def sources(link: Link, url: str) -> Callable[[], list[Source]]:
    """Where a file can be had: of the one upstream."""
    source = Source(
        url=url,
        remote=link.remote,
        domain=link.remote.pulp_domain.name,
        stored=link.keeps,
        upstream=link.files,
    )
    return lambda: [source]


def _download_key(index: Index, link: Link, digest: str) -> str:
    # Of the remote too: it may be another index of this very Pulp, which is at the same file.
    return f"{index.domain_pk.hex}-{link.remote.pk.hex}-{digest}"
