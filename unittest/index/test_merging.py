"""Which place a project comes from, and what a page of several shows."""

import pytest

from pulp_pyindex.index.errors import InvalidWanted
from pulp_pyindex.index.merging import (
    Decision,
    Kind,
    Place,
    Routing,
    Said,
    Standing,
    decide,
    read_patterns,
)
from pulp_pyindex.index.names import NormalizedName, normalize
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status

NAME = normalize("acme-tools")
OWN = Place(name="the repository of 'all'", kind=Kind.REPOSITORY)
NEAR = Place(name="the index 'near'", kind=Kind.BASE)
FAR = Place(name="the index 'far'", kind=Kind.BASE)
KEEPER = Place(name="the index 'keeper'", kind=Kind.BASE, reserved_by="acme-*")
REMOTE = Place(name="the remote of 'all'", kind=Kind.REMOTE)

NOTHING = Said()
GONE = Said(owns=True, gone="it was removed")


def file(filename: str, digest: str = "a") -> File:
    return File(filename=filename, url=filename, hashes={"sha256": digest * 64})


def page(*files: File, status: Status = Status.ACTIVE, serial: int | None = None) -> ProjectPage:
    versions = tuple(dict.fromkeys(_version(one) for one in files))
    return ProjectPage(
        name=NAME,
        files=files,
        versions=versions,
        status=ProjectStatus(status=status),
        serial=serial,
    )


def _version(one: File) -> str:
    return one.filename.split("-")[1].removesuffix(".tar.gz").removesuffix(".zip")


def has(*files: File, status: Status = Status.ACTIVE) -> Said:
    return Said(page=page(*files, status=status), owns=True)


def routing(*, merge: tuple[str, ...] = (), reserved: tuple[str, ...] = ()) -> Routing:
    return Routing(
        merge=read_patterns("merge", merge), reserved=read_patterns("reserved_prefixes", reserved)
    )


def asked(
    places: list[Place],
    answers: dict[int, Said],
    rules: Routing | None = None,
    name: NormalizedName = NAME,
) -> tuple[list[int], Decision]:
    """Who is asked, in which order, and the final decision."""
    rules = rules or Routing()
    order: list[int] = []
    said: dict[int, Said] = {}
    decision = decide(name, rules, places, said)
    while decision.ask is not None:
        order.append(decision.ask)
        said[decision.ask] = answers[decision.ask]
        decision = decide(name, rules, places, said)
    return order, decision


def standings(decision: Decision) -> list[Standing]:
    return [standing for standing, _ in decision.standings]


def test_the_nearest_owner_answers_and_nobody_after_it_is_asked() -> None:
    """In the order of the places."""
    order, decision = asked([OWN, NEAR, FAR], {0: NOTHING, 1: has(file("acme_tools-1.tar.gz"))})
    assert order == [0, 1]
    assert (decision.owner, decision.contributing) == (1, (1,))
    assert standings(decision) == [Standing.NOTHING, Standing.ANSWERS, Standing.SHADOWED]


@pytest.mark.parametrize(
    "owner", [has(), has(status=Status.QUARANTINED), GONE], ids=["empty", "quarantined", "gone"]
)
def test_an_owner_that_shows_nothing_is_an_owner(owner: Said) -> None:
    """Whatever those after it have."""
    order, decision = asked([OWN, FAR], {0: owner})
    assert order == [0]
    assert decision.owner == 0


def test_nobody_may_own_a_name() -> None:
    """Then all are asked, the remote last."""
    order, decision = asked([OWN, NEAR, REMOTE], {0: NOTHING, 1: NOTHING, 2: NOTHING})
    assert order == [0, 1, 2]
    assert (decision.owner, decision.contributing) == (None, ())


def test_a_merge_rule_asks_all() -> None:
    """And tells which entry it was, as it was written."""
    answers = {0: has(file("a-1.zip")), 1: NOTHING, 2: has(file("a-2.zip"))}
    order, decision = asked([OWN, NEAR, FAR], answers, routing(merge=("Acme_*",)))
    assert order == [0, 1, 2]
    assert decision.contributing == (0, 2)
    assert decision.merged_by == "Acme_*"
    assert standings(decision) == [Standing.MERGED, Standing.NOTHING, Standing.MERGED]


def test_a_quarantine_ends_a_merge() -> None:
    """What is held is held, whoever else has files of it."""
    held = has(status=Status.QUARANTINED)
    order, decision = asked([NEAR, FAR], {0: held}, routing(merge=("acme-tools",)))
    assert order == [0]
    assert decision.standings[1][0] is Standing.SHADOWED
    assert "quarantine" in decision.standings[1][1]


def test_a_name_that_is_gone_may_be_merged() -> None:
    """The rule says that others may have it."""
    _, decision = asked([OWN, FAR], {0: GONE, 1: has()}, routing(merge=("acme-*",)))
    assert (decision.owner, decision.contributing) == (0, (1,))


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([OWN, NEAR, FAR, REMOTE], [0]),
        ([NEAR, FAR, REMOTE], [0]),
        ([FAR, KEEPER, REMOTE], [1]),
        ([OWN, FAR, KEEPER, REMOTE], [0, 2]),
        ([REMOTE], []),
    ],
)
def test_a_reserved_name_is_looked_for_at_home(places: list[Place], expected: list[int]) -> None:
    """In the own repository and where it is reserved too; else in the first base instead."""
    answers = dict.fromkeys(range(4), NOTHING)
    order, decision = asked(places, answers, routing(reserved=("ACME.",)))
    assert order == expected
    assert decision.reserved_by == "ACME."
    assert {standing for standing, _ in decision.standings} <= {
        Standing.NOTHING,
        Standing.RESERVED,
    }


def test_what_a_base_reserves_is_asked_of_no_other() -> None:
    """However late it comes; of the repository itself it is."""
    answers = dict.fromkeys(range(4), NOTHING)
    order, decision = asked([OWN, FAR, KEEPER, REMOTE], answers)
    assert order == [0, 2]
    assert decision.standings[1] == (
        Standing.RESERVED,
        "acme-tools is reserved to the index 'keeper' by 'acme-*'",
    )


def test_reserving_goes_before_merging() -> None:
    """No rule lets an upstream in."""
    rules = routing(merge=("acme-*",), reserved=("acme-*",))
    order, _ = asked([OWN, FAR, REMOTE], {0: NOTHING}, rules)
    assert order == [0]


@pytest.mark.parametrize("entry", ["acme-*", "ACME_*", "Acme.*", "acme-", "acme--_", "ac?e-tools"])
def test_an_entry_holds_names_however_it_is_written(entry: str) -> None:
    """Separators and case are those of normalised names."""
    patterns = read_patterns("merge", [entry])
    assert patterns.match(NAME) == entry
    assert patterns.match(normalize("other")) is None
    assert patterns


def test_a_prefix_holds_no_name_that_begins_like_it() -> None:
    """The separator counts."""
    assert read_patterns("merge", ["acme-"]).match(normalize("acmetools")) is None
    assert not read_patterns("merge", [])


@pytest.mark.parametrize("entry", ["", " ", "two words", "acme>=1", "/", "*/", "é*"])
def test_what_is_no_name_is_refused_with_its_position(entry: str) -> None:
    """The first of them."""
    with pytest.raises(InvalidWanted) as caught:
        read_patterns("reserved_prefixes", ["fine-*", entry])
    assert (caught.value.field, caught.value.position) == ("reserved_prefixes", 1)
