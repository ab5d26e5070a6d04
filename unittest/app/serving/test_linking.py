"""Indexes tied to their bases."""

from dataclasses import replace
from uuid import UUID

from pulp_pyindex.app.serving.pages import no_project
from pulp_pyindex.app.serving.snapshot import Index, Snapshot

PLAIN = Index(
    distribution_pk=UUID(int=1),
    domain_pk=UUID(int=99),
    domain="default",
    base_path="plain",
    guard_pk=None,
    publication_pk=UUID(int=50),
    version_pk=UUID(int=51),
    pinned=False,
)


def index(number: int, path: str, *bases: Index, **more: object) -> Index:
    return replace(
        PLAIN,
        distribution_pk=UUID(int=number),
        base_path=path,
        base_pks=tuple(base.distribution_pk for base in bases),
        **more,  # type: ignore[arg-type]  # of whichever field
    )


PRIVATE = index(2, "private")
PUBLIC = index(3, "public")
ALL = index(4, "all", PRIVATE, PUBLIC)
TOP = index(5, "top", ALL)


def picture(*indexes: Index) -> Snapshot:
    made = Snapshot()
    made.replace(indexes)
    return made


def at(snapshot: Snapshot, path: str) -> Index:
    found = snapshot.find("default", (path,))
    assert found is not None
    return found[0]


def test_bases_are_held_in_their_order() -> None:
    """At any depth, whatever order the rows come in."""
    snapshot = picture(TOP, PUBLIC, ALL, PRIVATE)
    top = at(snapshot, "top")
    assert [base.base_path for base in top.bases] == ["all"]
    assert [base.base_path for base in top.bases[0].bases] == ["private", "public"]
    assert top.bases[0] is at(snapshot, "all")
    assert snapshot.of(ALL.distribution_pk) is at(snapshot, "all")
    assert snapshot.of(UUID(int=77)) is None


def test_what_is_behind_an_index_changes_it() -> None:
    """And nothing else: what does not stand on it stays the same object."""
    snapshot = picture(TOP, PUBLIC, ALL, PRIVATE)
    before = {path: at(snapshot, path) for path in ("top", "all", "public", "private")}
    moved = replace(PRIVATE, publication_pk=UUID(int=60))
    gone = snapshot.replace([TOP, PUBLIC, ALL, moved])
    assert {one.base_path for one in gone} == {"top", "all", "private"}
    assert at(snapshot, "public") is before["public"]
    assert snapshot.replace([moved, ALL, PUBLIC, TOP]) == []


def test_an_index_behind_itself_is_broken() -> None:
    """REST refuses it; should it come about all the same, nothing falls through."""
    one = replace(index(6, "one"), base_pks=(UUID(int=7),))
    other = index(7, "other", one)
    snapshot = picture(one, other)
    assert "circle: one → other → one" in at(snapshot, "one").broken + at(snapshot, "other").broken
    assert at(snapshot, "one").broken
    assert at(snapshot, "other").broken


def test_an_index_without_one_of_its_bases_is_broken() -> None:
    """It is not known which names that base owned."""
    assert "no index any more" in at(picture(ALL, PUBLIC), "all").broken


def test_the_doors_are_those_of_all_behind() -> None:
    """But for those that lend what they have."""
    locked = index(2, "private", require_token=True)
    snapshot = picture(locked, PUBLIC, ALL, TOP)
    top = at(snapshot, "top")
    assert [door.base_path for door in top.doors] == ["private"]
    assert not top.is_open
    assert top.asks_who
    assert at(snapshot, "public").is_open

    guarded = index(3, "public", guard_pk=UUID(int=70))
    both = at(picture(locked, guarded, ALL, TOP), "all")
    assert [door.base_path for door in both.doors] == ["private", "public"]
    assert not both.asks_only_who

    lending = index(2, "private", require_token=True, lends=True)
    assert at(picture(lending, PUBLIC, ALL, TOP), "top").is_open
    assert not at(picture(lending), "private").is_open


def test_who_lends_does_not_lend_what_others_keep() -> None:
    """A door further behind is passed by who lent that one, and by nobody else's word."""
    generous = index(4, "all", PRIVATE, PUBLIC, lends=True, require_token=True)
    top = index(5, "top", generous)
    kept = index(2, "private", require_token=True)
    assert [door.base_path for door in at(picture(kept, PUBLIC, generous, top), "top").doors] == [
        "private"
    ]
    lent = index(2, "private", require_token=True, lends=True)
    assert at(picture(lent, PUBLIC, generous, top), "top").is_open


def test_an_index_that_has_others_behind_it_does_not_wait_to_be_published() -> None:
    """What nobody may ask for there is just no project."""
    empty = index(2, "empty", publication_pk=None, version_pk=None)
    assert b"nothing to serve yet" in no_project(empty, "\xe9").body
    for behind in ({"remote_pk": UUID(int=80)}, {"base_pks": (PUBLIC.distribution_pk,)}):
        assert b"has no project '\xc3\xa9'" in no_project(replace(empty, **behind), "\xe9").body
