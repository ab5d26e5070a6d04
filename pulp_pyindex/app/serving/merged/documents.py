"""The JSON API, the feeds and the provenance of indexes that are made of several.

They tell of what the project's page shows, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.documents import json_answer, no_document, rss_answer
from pulp_pyindex.app.serving.memory import Memory
from pulp_pyindex.app.serving.merged.deciding import Merging
from pulp_pyindex.app.serving.merged.verdicts import Verdict
from pulp_pyindex.app.serving.provenance import is_acceptable, message, provenance_answer
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Member, Offer
from pulp_pyindex.index import feeds, jsonapi
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.feeds import FeedEntry
from pulp_pyindex.index.jsonapi import Place, ReleaseInfo
from pulp_pyindex.index.names import normalize


class MergedDocuments:
    """As `serving.documents.Documents`."""

    def __init__(self, merging: Merging, memory: Memory[Any]) -> None:
        self._merging = merging
        self._memory = memory

    async def project(self, index: Index, project: NormalizedName, place: Place) -> Ready:
        """`pypi/<project>/json`."""
        verdict = await self._merging.verdict(index, project)
        return await self._document(verdict, None, place)

    async def release(
        self, index: Index, project: NormalizedName, version: str, place: Place
    ) -> Ready:
        """`pypi/<project>/<version>/json`."""
        verdict = await self._merging.verdict(index, project)
        return await self._document(verdict, version, place)

    async def _document(self, verdict: Verdict, version: str | None, place: Place) -> Ready:
        index, project, offer = verdict.index, verdict.project, verdict.offer
        named = project if version is None else f"{project} {version}"
        if offer is None or offer.gone:
            return no_document(index, named, verdict.reason)
        key = ("merged json", offer.key, project, version, place, index.is_open)
        found: Ready | None = self._memory.get(key)
        if found is not None:
            return found
        releases = await shown_releases(verdict)
        body, serial = None, offer.page.serial or 0
        if version is None:
            body = jsonapi.project_document(project, releases, place, serial=serial)
        elif (release := jsonapi.find_release(releases, version)) is not None:
            body = jsonapi.release_document(project, release, place, serial=serial)
        if body is None:
            return no_document(index, named)
        made = json_answer(index, body, serial)
        # Metadata may still be learnt; what time changes is made anew.
        if all(release.metadata for release in releases) and verdict.lasts:
            self._memory.put(key, made, made.size)
        return made

    async def feed(
        self, index: Index, project: NormalizedName | None, kind: str, root: str
    ) -> Ready:
        """`rss/<kind>.xml`, or a project's `releases` where one is named."""
        if project is None:
            return await self._of_all(index, kind, root)
        verdict = await self._merging.verdict(index, project)
        if not verdict.has_page:
            return answers.text(404, verdict.reason)
        entries = _feed_entries(project, await shown_releases(verdict))
        newest = sorted(entries, key=_newest_first)[: feeds.MAX_RELEASES]
        return rss_answer(index, feeds.releases_feed(project, newest, base_url=root))

    async def _of_all(self, index: Index, kind: str, root: str) -> Ready:
        limit = feeds.MAX_PACKAGES if kind == "packages" else feeds.MAX_UPDATES
        what = "projects" if kind == "packages" else "releases"
        entries: dict[tuple[str, str], FeedEntry] = {}
        for member in self._merging.members(index):
            for entry in await member.source.newest(member.index, what, limit):
                key = (entry.project, "" if what == "projects" else entry.version)
                if key not in entries and await self._shows(index, member, entry):
                    entries[key] = entry
        newest = sorted(entries.values(), key=_newest_first)[:limit]
        make = feeds.packages_feed if kind == "packages" else feeds.updates_feed
        return rss_answer(index, make(newest, base_url=root))

    async def _shows(self, index: Index, member: Member, entry: FeedEntry) -> bool:
        """Whether the index shows the release of an entry, as one of that member."""
        offer = (await self._merging.verdict(index, entry.project)).offer
        if offer is None or offer.gone or entry.version not in offer.page.versions:
            return False
        return any(
            origin.index.distribution_pk == member.index.distribution_pk
            for origin in offer.origins.values()
        )


class MergedProvenances:
    """As `serving.provenance.Provenances`."""

    def __init__(self, merging: Merging) -> None:
        self._merging = merging

    async def answer(
        self, index: Index, name: str, version: str, filename: str, accept: str | None
    ) -> Ready:
        """The provenance of a file that the index shows, verbatim."""
        if not is_acceptable(accept):
            return message(406, "Request not acceptable")
        try:
            project = normalize(name)
        except PyindexError:
            return message(404, f"No provenance available for {filename}")
        verdict = await self._merging.verdict(index, project)
        document = await _provenance(verdict, filename)
        if document is None:
            why = "" if verdict.has_page else f": {verdict.reason}"
            return message(404, f"No provenance available for {filename}{why}")
        return provenance_answer(index, document)


async def _provenance(verdict: Verdict, filename: str) -> str | None:
    offer = verdict.offer
    if offer is None or all(file.filename != filename for file in offer.page.files):
        return None
    member = offer.origins[filename]
    return await member.source.provenance(member.index, verdict.project, filename)


async def shown_releases(verdict: Verdict) -> list[ReleaseInfo]:
    """The releases of a project with the files that its page shows, by version."""
    offer = verdict.offer
    if offer is None or offer.gone:
        return []
    wanted = {file.filename: file.hashes.get("sha256", "") for file in offer.page.files}
    found: dict[str, ReleaseInfo] = {}
    for member in _contributing(offer):
        for release in await member.source.releases(member.index, verdict.project):
            mine = _narrowed(release, wanted, offer.origins, member)
            known = found.get(release.version)
            if mine is None:
                continue
            if known is not None:
                metadata = known.metadata or mine.metadata
                mine = replace(known, files=known.files + mine.files, metadata=metadata)
            found[release.version] = mine
    return [found[version] for version in sorted(found)]


def _contributing(offer: Offer) -> list[Member]:
    """The members that files of the page come from, each once."""
    members = (offer.origins[file.filename] for file in offer.page.files)
    return list({(m.index.distribution_pk, m.source.kind): m for m in members}.values())


def _narrowed(
    release: ReleaseInfo, wanted: Mapping[str, str], origins: Mapping[str, Member], member: Member
) -> ReleaseInfo | None:
    """A release with those files that are shown and come from a member; None: none does."""
    files = tuple(
        file
        for file in release.files
        if wanted.get(file.filename) == file.sha256
        and origins[file.filename].index.distribution_pk == member.index.distribution_pk
        and origins[file.filename].source.kind == member.source.kind
    )
    return replace(release, files=files) if files else None


def _feed_entries(project: NormalizedName, releases: Sequence[ReleaseInfo]) -> list[FeedEntry]:
    entries = []
    for release in releases:
        times = [file.upload_time for file in release.files if file.upload_time is not None]
        if times:
            entries.append(
                FeedEntry(
                    project=project,
                    name=_text(release, "name") or project,
                    version=release.version,
                    time=min(times),
                    summary=_text(release, "summary"),
                    author_email=_text(release, "author_email"),
                )
            )
    return entries


def _text(release: ReleaseInfo, key: str) -> str:
    value = release.metadata.get(key)
    return value if isinstance(value, str) else ""


def _newest_first(entry: FeedEntry) -> tuple[float, str, str]:
    return -entry.time.timestamp(), entry.project, entry.version
