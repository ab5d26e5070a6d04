"""Verdicts over several members, none of which is real."""

import asyncio
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

import pytest

from pulp_pyindex.app.serving.files import FileAnswer
from pulp_pyindex.app.serving.memory import Flights, Memory
from pulp_pyindex.app.serving.merged.deciding import Merging
from pulp_pyindex.app.serving.merged.explaining import explain
from pulp_pyindex.app.serving.merged.files import MergedFiles
from pulp_pyindex.app.serving.merged.own import Own
from pulp_pyindex.app.serving.merged.roots import listing
from pulp_pyindex.app.serving.merged.verdicts import Reach, Verdict
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Listing, Offer, SourceFailed, Withheld
from pulp_pyindex.app.serving.stored import FileInMemory
from pulp_pyindex.index.merging import Routing, read_patterns
from pulp_pyindex.index.names import NormalizedName, normalize
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage
from pulp_pyindex.index.paths import FilePath, file_link

NAME = normalize("acme-tools")


def file(digest: str, version: str = "1.0") -> File:
    filename = f"acme_tools-{version}.tar.gz"
    sha256 = digest * 64
    return File(filename=filename, url=file_link(sha256, filename), hashes={"sha256": sha256})


def offer(*files: File, **more: Any) -> Offer:
    versions = tuple(one.filename.split("-")[1].removesuffix(".tar.gz") for one in files)
    page = ProjectPage(name=NAME, files=files, versions=versions, serial=1)
    return Offer(page=page, key=("key", *(one.url for one in files)), **more)


@dataclass
class Source:
    """Answers by the index that is asked for; None: nothing, an exception: raised."""

    kind: str
    answers: dict[str, Offer | Exception | None] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)
    lists: Mapping[str, Listing] = field(default_factory=dict)

    async def offer(self, index: Index, project: NormalizedName, *, ask: bool) -> Offer | None:
        self.asked.append((index.base_path, ask))
        answer = self.answers.get(index.base_path)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def projects(self, index: Index) -> Listing:
        return self.lists.get(index.base_path, Listing(entries=(), key=index.base_path))

    async def project_of(self, index: Index, path: FilePath) -> NormalizedName | None:
        return None

    async def catch_up(self, index: Index, project: NormalizedName) -> bool:
        return False

    async def claim(self, index: Index, project: NormalizedName) -> None:
        return None

    async def file(
        self, request: Any, index: Index, path: FilePath, *, guarded: bool
    ) -> FileAnswer | None:
        return FileInMemory({"ETag": path.sha256}, b"bytes"), "held"


def index(path: str, *bases: Index, **more: Any) -> Index:
    number = sum(path.encode())
    plain = Index(
        distribution_pk=UUID(int=number),
        domain_pk=UUID(int=1),
        domain="default",
        base_path=path,
        guard_pk=None,
        publication_pk=None,
        version_pk=None if bases or "remote_pk" in more else UUID(int=number),
        pinned=False,
        base_pks=tuple(base.distribution_pk for base in bases),
        bases=bases,
    )
    return replace(plain, **more)


PRIVATE = index("private")
PUBLIC = index("public", remote_pk=UUID(int=9))
ALL = index("all", PRIVATE, PUBLIC)
RESERVING = replace(ALL, routing=Routing(reserved=read_patterns("reserved_prefixes", ["acme-"])))
MERGING = replace(ALL, routing=Routing(merge=read_patterns("merge", ["acme-*"])))


@dataclass
class World:
    """Members and what merges them."""

    own: Source = field(default_factory=lambda: Source("repository"))
    remote: Source = field(default_factory=lambda: Source("remote"))

    def __post_init__(self) -> None:
        self.memory: Memory[Any] = Memory(10**6)
        self.merging = Merging(cast(Own, self.own), self.memory, Flights())
        self.files = MergedFiles(self.merging, self.memory)
        self.merging.remote = cast(Any, self.remote)

    def verdict(self, index: Index, reach: Reach = Reach.UPSTREAM) -> Verdict:
        return asyncio.run(self.merging.verdict(index, NAME, reach))


def test_who_is_not_needed_is_not_asked() -> None:
    """Nor a second time while nothing behind the index changes."""
    world = World(Source("repository", {"private": offer(file("a"))}))
    verdict = world.verdict(ALL)
    assert verdict.has_page
    assert verdict.lasts
    assert world.remote.asked == []
    assert world.verdict(ALL) is verdict
    assert world.own.asked == [("private", True)]
    assert verdict.offer is not None
    assert str(verdict.offer.origins["acme_tools-1.0.tar.gz"]) == "repository of 'private'"


def test_an_equal_index_is_another_one() -> None:
    """What it has may have changed: the object counts, and those of its bases."""
    world = World(Source("repository", {"private": offer(file("a"))}))
    before = world.verdict(ALL)
    world.own.answers["private"] = offer(file("b"))
    assert world.verdict(ALL) is before
    after = world.verdict(replace(ALL, bases=(replace(PRIVATE), PUBLIC)))
    assert after.offer is not None
    assert after.offer.page.files == (file("b"),)


def test_a_source_that_fails_ends_it() -> None:
    """Nobody after it is asked; the failure names it."""
    failure = SourceFailed(503, "the private one", "it sleeps")
    world = World(Source("repository", {"private": failure}))
    with pytest.raises(SourceFailed, match="the private one cannot be asked: it sleeps"):
        world.verdict(ALL)
    assert world.remote.asked == []


def test_what_may_change_is_not_kept() -> None:
    """That upstream does not have it now says nothing of later."""
    world = World()
    verdict = world.verdict(ALL)
    assert verdict.is_fleeting
    assert not verdict.has_page
    assert verdict.reason == "The index 'all' has no project 'acme-tools'."
    world.remote.answers["public"] = offer(file("b"), expires=time.time() + 60)
    assert world.verdict(ALL).has_page
    assert not world.verdict(ALL).lasts


def test_a_verdict_expires_with_its_parts() -> None:
    """The next one is made anew."""
    world = World(remote=Source("remote", {"public": offer(file("b"), expires=time.time() - 1)}))
    world.verdict(ALL)
    world.verdict(ALL)
    assert world.remote.asked == [("public", True)] * 2


def test_no_remote_hears_of_a_reserved_name() -> None:
    """At any depth, also where the first base stands in for a repository."""
    reserved = replace(RESERVING, bases=(PUBLIC, PRIVATE))
    world = World(remote=Source("remote", {"public": offer(file("b"))}))
    for asked in (RESERVING, reserved, index("top", RESERVING)):
        verdict = world.verdict(asked)
        assert not verdict.has_page
        assert "reserved" in verdict.reason
    assert world.remote.asked == []


def test_what_is_known_is_told_without_asking() -> None:
    """And never taken for the last word."""
    world = World(remote=Source("remote", {"public": offer(file("b"))}))
    assert world.verdict(ALL, Reach.KNOWN).is_fleeting
    assert world.remote.asked == [("public", False)]


def test_a_base_with_nothing_behind_it_is_no_empty_base() -> None:
    """It may have owned anything; what is before it still answers."""
    empty = replace(PRIVATE, version_pk=None)
    world = World(Source("repository", {"own": offer(file("a"))}))
    with pytest.raises(SourceFailed, match="not known which names it owns"):
        world.verdict(index("all", empty, PUBLIC))
    own = index("own", empty, version_pk=UUID(int=3))
    assert world.verdict(own).has_page
    with pytest.raises(SourceFailed, match="a circle"):
        world.verdict(replace(ALL, broken="its bases go in a circle"))


def placed(world: World, asked: Index, wanted: File) -> tuple[int, str]:
    """The status and reason for a file, 200 where it may be had."""
    path = FilePath(wanted.hashes["sha256"], wanted.filename, is_metadata=False)
    found = asyncio.run(world.files.place(asked, path))
    return (200, str(found.member)) if found.member else (found.status, found.reason)


def test_a_file_is_had_where_the_verdict_shows_it() -> None:
    """From the member that has it; not another one of the same name, nor of who is shadowed."""
    mine, theirs, newer = file("a"), file("b"), file("c", "2.0")
    world = World(
        Source("repository", {"private": offer(mine)}),
        Source("remote", {"public": offer(theirs, newer)}),
    )
    assert placed(world, ALL, mine) == (200, "repository of 'private'")
    assert placed(world, ALL, theirs)[0] == 404
    assert "belongs to the index 'private'" in placed(world, ALL, newer)[1]
    assert placed(world, MERGING, newer) == (200, "remote of 'public'")
    status, reason = placed(world, MERGING, theirs)
    assert status == 404
    assert "the index 'private' has a file of this name and is nearer" in reason


def test_a_file_is_found_at_once_as_long_as_its_verdict_holds() -> None:
    """By the source's own key where it lasts, by one that is forgotten in time where it expires."""

    async def asked(**more: Any) -> tuple[Hashable, World]:
        wanted = file("a")
        world = World(remote=Source("remote", {"public": offer(wanted, **more)}))
        segments = wanted.url.removeprefix("../../").split("/")
        _, key = await world.files.answer(cast(Any, None), PUBLIC, segments)
        return key, world

    async def told() -> None:
        assert (await asked())[0] == "held"
        reported = Withheld(file=file("a"), action=Action.REPORT, by="rule", text="", at="public")
        assert (await asked(reported=(reported,)))[0] is None
        key, world = await asked(expires=time.time() + 0.5)
        assert isinstance(world.memory.get(key), FileInMemory)
        while world.memory.get(key) is not None:
            await asyncio.sleep(0.01)

    asyncio.run(told())


def test_a_rule_of_a_member_holds_above_it() -> None:
    """What it denies is 403, what it hides can be had by its address."""
    denied, hidden = file("d", "3.0"), file("e", "4.0")
    withheld = tuple(
        Withheld(file=one, action=action, by="rule", text="it is bad", at="private")
        for one, action in ((denied, Action.DENY), (hidden, Action.HIDE))
    )
    world = World(Source("repository", {"private": offer(file("a"), withheld=withheld)}))
    assert placed(world, ALL, hidden)[0] == 200
    status, reason = placed(world, ALL, denied)
    assert (status, "it is bad (rule 'rule')" in reason) == (403, True)


def entries(*names: str) -> tuple[ProjectEntry, ...]:
    return tuple(
        ProjectEntry(name=normalize(name), serial=number) for number, name in enumerate(names)
    )


def test_lists_are_united_by_the_same_rules() -> None:
    """Names that somebody owns without showing them, and reserved ones, are left out."""
    own = Source(
        "repository",
        lists={"private": Listing(entries=entries("a", "b"), key=1, owned=frozenset({"gone"}))},
    )
    listed = entries("b", "gone", "acme-x", "c")
    remote = Source("remote", lists={"public": Listing(entries=listed, key=2)})
    world = World(own, remote)

    def names(index: Index) -> list[str]:
        return [entry.name for entry in asyncio.run(listing(world.merging, index)).entries]

    assert names(ALL) == ["a", "acme-x", "b", "c"]
    assert names(RESERVING) == ["a", "b", "c"]
    assert names(index("top", RESERVING)) == ["a", "b", "c"]
    assert names(replace(RESERVING, bases=(PUBLIC, PRIVATE))) == ["a", "b", "c", "gone"]


def test_an_explanation_tells_what_others_have() -> None:
    """Without asking them; and the same status as an installer gets."""
    world = World(
        Source("repository", {"private": offer(file("a"))}),
        Source("remote", {"public": offer(file("b", "99.0"))}),
    )
    told = asyncio.run(explain(world.merging, ALL, NAME, None))
    assert (told["status"], told["answers"]["name"]) == (200, "the index 'private'")
    assert [member["standing"] for member in told["members"]] == ["answers", "shadowed"]
    assert told["members"][1]["has"]["versions"] == ["99.0"]
    assert [entry["outcome"] for entry in told["files"]] == ["show"]
    assert all(not ask for _, ask in world.remote.asked)
    failing = World(Source("repository", {"private": SourceFailed(502, "it", "no answer")}))
    told = asyncio.run(explain(failing.merging, ALL, NAME, None))
    assert (told["status"], told["reason"]) == (502, "it cannot be asked: no answer")
    assert told["members"][0]["failure"] == "it cannot be asked: no answer"
