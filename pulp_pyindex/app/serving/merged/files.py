"""Files of indexes that are made of several: given out only where the project's verdict has them.

The address of a file holds its digest and its name, not its project. Which project it is of is told
by who has the file, and by the name; the project's verdict then decides, as it does for the page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from packaging.utils import NormalizedName

from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.files import FileAnswer
from pulp_pyindex.app.serving.memory import Memory
from pulp_pyindex.app.serving.merged.deciding import Merging
from pulp_pyindex.app.serving.merged.verdicts import Verdict
from pulp_pyindex.app.serving.outcome import QUARANTINE
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Member, Offer, Withheld
from pulp_pyindex.app.serving.through.guessing import projects_of
from pulp_pyindex.index.paths import FilePath, file_link, parse_file_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a file comes from, or why it may not be had."""

    verdict: Verdict | None = None
    member: Member | None = None
    #: What rules say of who takes the file: one that refuses it, or all that report it.
    noted: tuple[Withheld, ...] = ()
    status: int = 404
    reason: str = ""


class MergedFiles:
    """As `serving.files.Files`."""

    def __init__(self, merging: Merging, memory: Memory[Any]) -> None:
        self._merging = merging
        self._memory = memory

    async def answer(
        self, request: web.Request, index: Index, segments: Sequence[str]
    ) -> FileAnswer:
        """The answer to a request for a file, and its key if it stays in memory.

        Raises SourceFailed where it cannot be known whether the file may be had.
        """
        path = parse_file_path("/".join(segments))
        if path is None:
            return _missing(index, segments[-1]), None
        placed = await self.place(index, path)
        judge = self._merging.judge
        if judge is not None and (placed.member is None or _takes(request, path)):
            for one in placed.noted:
                judge.note(request, index, one)
        member = placed.member
        if member is None:
            return answers.text(placed.status, placed.reason), None
        found = await member.source.file(request, member.index, path, guarded=not index.is_open)
        if found is None:
            return _missing(index, segments[-1]), None
        answer, key = found
        verdict = placed.verdict
        if key is None or verdict is None or verdict.is_fleeting or placed.noted:
            return answer, None
        return answer, key if verdict.lasts else self._until(verdict, key, answer)

    def _until(self, verdict: Verdict, key: Hashable, answer: Any) -> Hashable:
        """A key of the answer under which it is found until the verdict expires."""
        assert verdict.expires is not None
        held = ("until", verdict.expires, key)
        if self._memory.get(held) is not answer:
            self._memory.put(held, answer, answer.size)
            delay = max(0.0, verdict.expires - time.time())
            asyncio.get_running_loop().call_later(delay, self._memory.forget, held)
        return held

    async def place(self, index: Index, path: FilePath) -> Placed:
        """Where the file at an address comes from by the verdict on its project."""
        verdict = None
        for project in await self._projects(index, path):
            verdict = await self._merging.verdict(index, project)
            placed = _placed(verdict, path)
            if placed is None and await self._merging.catch_up(index, project):
                # The page that names the file came from another process.
                verdict = await self._merging.verdict(index, project)
                placed = _placed(verdict, path)
            if placed is not None:
                return placed
            if verdict.offer is not None or verdict.decision.reserved_by is not None:
                # The name means this project: nobody is asked whether it means another one.
                break
        return Placed(reason=_why_not(index, path, verdict))

    async def _projects(self, index: Index, path: FilePath) -> list[NormalizedName]:
        """The projects that the file at an address may be of, the likeliest first.

        No remote is asked: who is entitled to the name is not known yet.
        """
        found: dict[NormalizedName, None] = {}
        for member in self._merging.members(index):
            if member.source is self._merging.own:
                project = await member.source.project_of(member.index, path)
                if project is not None:
                    found[project] = None
        return list(found) or projects_of(path.filename)


def _placed(verdict: Verdict, path: FilePath) -> Placed | None:
    """What a verdict says of a file; None: it knows no such file."""
    offer = verdict.offer
    if offer is None:
        return None
    # Not by its digest: what a remote passes through may not have told one.
    link = file_link(path.sha256, path.filename)
    for file in offer.page.files:
        if file.url == link:
            return Placed(verdict=verdict, member=_origin(offer, path), noted=_reports(offer, path))
    one = _named(offer.withheld, path)
    if one is None:
        return None
    if one.action is Action.HIDE:
        return Placed(verdict=verdict, member=_origin(offer, path), noted=_reports(offer, path))
    status = 403 if one.action is Action.DENY else 404
    noted = (one,) if one.action is Action.DENY else ()
    reason = f"{path.filename} cannot be had from the index {verdict.index.base_path!r}: {one.text}"
    if one.action is Action.DENY and repr(one.by) not in one.text and one.by != QUARANTINE:
        reason = f"{reason} (rule {one.by!r})"
    return Placed(verdict=verdict, noted=noted, status=status, reason=reason)


def _origin(offer: Offer, path: FilePath) -> Member | None:
    return offer.origins.get(path.filename)


def _takes(request: web.Request, path: FilePath) -> bool:
    """Whether a request takes a file, or a part of it, and does not only ask about it."""
    return request.method == "GET" and not path.is_metadata


def _reports(offer: Offer, path: FilePath) -> tuple[Withheld, ...]:
    """What is to be written down when the file at a path is given out."""
    link = file_link(path.sha256, path.filename)
    return tuple(one for one in offer.reported if one.file.url == link)


def _named(ones: Sequence[Withheld], path: FilePath) -> Withheld | None:
    link = file_link(path.sha256, path.filename)
    return next((one for one in ones if one.file.url == link), None)


def _why_not(index: Index, path: FilePath, verdict: Verdict | None) -> str:
    text = f"The index {index.base_path!r} has no file {path.filename[:200]!r} at this address."
    if verdict is None:
        return text
    if not verdict.has_page:
        return f"{text} {verdict.reason}"
    owner = verdict.decision.owner
    if owner is None or len(verdict.places) < 2:
        return text
    return f"{text} {verdict.project} belongs to {verdict.places[owner].name}."


def _missing(index: Index, filename: str) -> Ready:
    return answers.text(
        404, f"The index {index.base_path!r} has no file {filename[:200]!r} at this address."
    )
