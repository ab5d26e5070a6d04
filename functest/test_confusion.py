"""Dependency confusion, attack by attack: a public file never stands under an owned name.

The public index has every private name with a higher version. Whatever is asked of the merged index
in whichever way, what comes is the private project, or an error that says why nothing comes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from support.index import Index
from support.markup import HTML_TYPE, JSON_TYPE
from support.publishing import House, make_house
from support.pulp import Pulp, Row, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, wheel

OWNED, GONE, RESERVED, FREE = "acme-tools", "acme-gone", "corp-unborn", "open-lib"
HIDDEN, HELD = "acme-yanked", "acme-held"


@dataclass(kw_only=True)
class World:
    """A private index, a public one that is passed through, and both merged."""

    pulp: Pulp
    upstream: Upstream
    private: House
    #: What the public index has, by project.
    public: dict[str, MadeFile]
    own: dict[str, MadeFile]
    rows: dict[str, Row] = field(default_factory=dict)

    def index(self, name: str, auth: tuple[str, str] | None = None) -> Index:
        return Index(base=self.rows[name]["base_url"], auth=auth)

    def distribute(self, name: str, **fields: Any) -> Row:
        fields["bases"] = [self.rows[base]["pulp_href"] for base in fields.get("bases", ())]
        self.rows[name] = self.pulp.distribute(base_path=unique(name), **fields)
        return self.rows[name]


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    """Made once: attacks change nothing."""
    pulp = stack.client()
    upstream = Upstream().start()
    salt = unique()
    names = (OWNED, GONE, RESERVED, FREE, HIDDEN, HELD)
    public = {name: wheel(name, "99.0", salt=f"public {salt}") for name in names}
    own = {name: wheel(name, "1.0", salt=salt) for name in (OWNED, GONE, HIDDEN, HELD)}
    upstream.add(*public.values())
    private = make_house(pulp)
    for made in own.values():
        assert private.send(made).status_code == 200
    house = private.repository["pulp_href"]
    for action, project, more in (
        ("remove", GONE, {}),
        ("yank", HIDDEN, {"reason": "broken"}),
        ("set_status", HELD, {"status": "quarantined", "reason": "looked at"}),
    ):
        pulp.task(pulp.post(f"{house}{action}/", {"project": project, **more}))
    built = World(pulp=pulp, upstream=upstream, private=private, public=public, own=own)
    built.rows["private"] = private.distribution
    built.distribute("public", remote=pulp.create_remote(upstream.url)["pulp_href"])
    built.distribute("all", bases=["private", "public"], reserved_prefixes=["Corp_"])
    built.distribute("chained", bases=["all"])
    built.distribute("doubly", bases=["public", "all"], reserved_prefixes=["acme-*"])
    url = built.index("all").simple
    built.distribute("over-http", remote=pulp.create_remote(url)["pulp_href"])
    dead = Upstream().start()
    dead.stop()
    built.distribute("dead", remote=pulp.create_remote(dead.url, total_timeout=2)["pulp_href"])
    built.distribute("half-dead", bases=["dead", "public"])
    built.distribute("emptied", repository=pulp.create_repository()["pulp_href"])
    built.distribute("over-emptied", bases=["emptied", "public"])
    pulp.update(built.rows["emptied"]["pulp_href"], repository=None)
    built.distribute("locked", repository=house, require_token=True)
    built.distribute("over-locked", bases=["locked", "public"])
    built.distribute("own", repository=house, bases=["public"])
    index = built.index("own")
    index.wait(lambda one: one.get(f"simple/{OWNED}/").status_code == 200, "the last index")
    yield built
    pulp.clean_up()
    upstream.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """An index, a project however it is spelt, and what must come of it."""

    index: str
    project: str
    #: Which name of `World.public` is meant.
    name: str
    status: int
    #: What is said, to people and by the explanation.
    reason: str = ""
    auth: Callable[[World], tuple[str, str] | None] = lambda world: None


ATTACKS = {
    "a private name with a higher public version": Attack(
        index="all", project=OWNED, name=OWNED, status=200, reason="belongs to"
    ),
    "the same, in the index's own repository": Attack(
        index="own", project=OWNED, name=OWNED, status=200, reason="belongs to the repository"
    ),
    "an un-normalised spelling": Attack(
        index="all", project="Acme_Tools", name=OWNED, status=200, reason="belongs to"
    ),
    "a spelling of separators only": Attack(
        index="all", project="ACME--_.tools", name=OWNED, status=200, reason="belongs to"
    ),
    "a name deleted locally": Attack(
        index="all", project=GONE, name=GONE, status=404, reason="was removed from the repository"
    ),
    "a private project with every file yanked": Attack(
        index="all", project=HIDDEN, name=HIDDEN, status=200, reason="belongs to"
    ),
    "a private project in quarantine": Attack(
        index="all", project=HELD, name=HELD, status=200, reason="belongs to"
    ),
    "upstream answers for a reserved prefix": Attack(
        index="all", project=RESERVED, name=RESERVED, status=404, reason="reserved by 'Corp_'"
    ),
    "a reserved prefix, un-normalised": Attack(
        index="all", project="CORP.Unborn", name=RESERVED, status=404, reason="reserved"
    ),
    "a chained index": Attack(
        index="chained", project=OWNED, name=OWNED, status=200, reason="belongs to"
    ),
    "a reserved prefix behind a chain": Attack(
        index="chained", project=RESERVED, name=RESERVED, status=404, reason="reserved"
    ),
    "a deleted name behind a chain": Attack(
        index="chained", project=GONE, name=GONE, status=404, reason="was removed"
    ),
    "a public base before the private one, and a prefix": Attack(
        index="doubly", project=OWNED, name=OWNED, status=404, reason="reserved by 'acme-*'"
    ),
    "a chain over HTTP": Attack(
        index="over-http", project=OWNED, name=OWNED, status=200, reason="belongs to"
    ),
    "a reserved prefix over HTTP": Attack(
        index="over-http", project=RESERVED, name=RESERVED, status=404
    ),
    "the private index is down": Attack(
        index="half-dead", project=OWNED, name=OWNED, status=502, reason="cannot be asked"
    ),
    "the private index has lost its repository": Attack(
        index="over-emptied", project=OWNED, name=OWNED, status=503, reason="which names it owns"
    ),
    "the token is missing": Attack(
        index="over-locked", project=OWNED, name=OWNED, status=401, reason="wants a token"
    ),
    "the token is for another index": Attack(
        index="over-locked",
        project=OWNED,
        name=OWNED,
        status=403,
        reason="not good for this index",
        auth=lambda world: world.private.auth,
    ),
}


def ways(index: Index, project: str, made: MadeFile) -> dict[str, requests.Response]:
    """Every way to ask for a project, and for the public file of its name."""
    digest = made.sha256
    file = f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{made.filename}"
    follow: dict[str, Any] = {"allow_redirects": True}
    return {
        "JSON page": index.get(f"simple/{project}/", headers={"Accept": JSON_TYPE}, **follow),
        "HTML page": index.get(f"simple/{project}/", headers={"Accept": HTML_TYPE}, **follow),
        "page without a slash": index.get(f"simple/{project}", **follow),
        "document": index.get(f"pypi/{project}/json", **follow),
        "release": index.get(f"pypi/{project}/99.0/json", **follow),
        "feed": index.get(f"rss/project/{project}/releases.xml", **follow),
        "provenance": index.get(f"integrity/{project}/99.0/{made.filename}/provenance", **follow),
        "file": index.get(file),
        "metadata": index.get(f"{file}.metadata"),
    }


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_public_file_never_stands_under_an_owned_name(world: World, attack: Attack) -> None:
    """No way of asking shows it or hands it out, and each tells why."""
    made = world.public[attack.name]
    asked = len(world.upstream.asked(f"*{attack.name}*"))
    index = world.index(attack.index, auth=attack.auth(world))
    answers = ways(index, attack.project, made)
    for way, answer in answers.items():
        assert made.sha256 not in answer.text, way
        assert answer.status_code != 200 or "99.0" not in answer.text, way
        assert answer.content not in (made.body, made.metadata), way
    for way in ("JSON page", "HTML page", "page without a slash"):
        assert answers[way].status_code == attack.status, f"{way}: {answers[way].text}"
    refused = attack.status if attack.status >= 400 else 404
    for way in ("file", "metadata", "release", "provenance"):
        assert answers[way].status_code == refused, f"{way}: {answers[way].text}"
        assert len(answers[way].text) > 10
    if attack.status == 200:
        own = world.own[attack.name]
        files = answers["JSON page"].json()["files"]
        offered = [] if attack.name == HELD else [own.sha256]
        assert [file["hashes"]["sha256"] for file in files] == offered
    else:
        assert attack.reason in answers["JSON page"].text
        assert attack.reason in answers["file"].text
    # Nobody outside has learnt of the name.
    assert len(world.upstream.asked(f"*{attack.name}*")) == asked


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_each_decision_is_explained(world: World, attack: Attack) -> None:
    """By the index itself, with the status that an installer gets, and by REST."""
    index = world.index(attack.index, auth=attack.auth(world))
    answer = index.get(f"+explain/{attack.project}")
    if attack.status in (401, 403):
        assert (answer.status_code, attack.reason in answer.text) == (attack.status, True)
        return
    told = answer.json()
    href = world.rows[attack.index]["pulp_href"]
    by_rest = world.pulp.read(f"{href}explain/", project=attack.project)
    assert by_rest["status"] == told["status"]
    if attack.index != "over-http":
        # What is behind another server is known there.
        assert told["status"] == attack.status, told
        assert attack.reason in told["reason"]
    made = world.public[attack.name]
    shown = [file for file in told["files"] if file["outcome"] == "show"]
    assert made.sha256 not in [file["sha256"] for file in shown]


def test_what_nobody_owns_comes_from_upstream(world: World) -> None:
    """Through the chain, byte for byte; and the lists are united."""
    made = world.public[FREE]
    for name in ("all", "chained", "own", "over-http"):
        assert world.index(name).download(FREE, made.filename) == made.body
    listed = world.index("chained").projects()
    assert {OWNED, FREE, HIDDEN, HELD} <= listed
    assert not {GONE, RESERVED} & listed


def test_uploading_a_name_takes_it_over(world: World) -> None:
    """For all processes, by the time the upload is answered; its file is gone for good."""
    name = unique("taken")
    public = wheel(name, "9.0", salt=unique())
    world.upstream.add(public)
    index = world.index("own")
    assert index.download(name, public.filename) == public.body
    url = index.files(name)[public.filename]["url"]
    assert index.get(url).status_code == 200

    mine = wheel(name, "0.1", salt=unique())
    assert world.private.send(mine).status_code == 200
    index.wait(lambda one: list(one.files(name)) == [mine.filename], "the takeover")
    answer = index.get(url)
    assert answer.status_code == 404
    assert "belongs to the repository of" in answer.text
