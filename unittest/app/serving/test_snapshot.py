"""Which index is where."""

from dataclasses import replace
from uuid import UUID, uuid4

from pulp_pyindex.app.serving.snapshot import Index, Snapshot

PK = UUID(int=1)
INDEX = Index(
    distribution_pk=PK,
    domain_pk=PK,
    domain="default",
    base_path="x",
    guard_pk=None,
    publication_pk=PK,
    version_pk=PK,
    pinned=False,
)
DEEP = replace(INDEX, distribution_pk=UUID(int=2), base_path="team/prod")


def snapshot(*indexes: Index) -> Snapshot:
    made = Snapshot()
    made.replace(indexes)
    return made


def test_an_index_is_found_by_the_beginning_of_a_path() -> None:
    """Base paths may have slashes."""
    found = snapshot(INDEX, DEEP)
    assert found.find("default", ("x", "simple", "")) == (INDEX, ("simple", ""))
    assert found.find("default", ("team", "prod")) == (DEEP, ())
    assert found.find("default", ("team", "prod", "")) == (DEEP, ("",))


def test_what_is_no_index_is_not_found() -> None:
    """Other names, shorter paths, other domains, empty segments."""
    found = snapshot(INDEX, DEEP)
    for segments in [("y",), ("team",), ("team", ""), ("", "x"), (), ("",)]:
        assert found.find("default", segments) is None
    assert found.find("other", ("x",)) is None


def test_a_new_picture_tells_what_is_no_longer_what_it_was() -> None:
    """Unchanged rows stay the same objects."""
    found = snapshot(INDEX, DEEP)
    moved = replace(DEEP, publication_pk=uuid4())
    assert found.replace([replace(INDEX), moved]) == [DEEP]
    assert found.is_current(INDEX)
    assert not found.is_current(DEEP)
    assert found.replace([moved]) == [INDEX]
    assert found.find("default", ("x",)) is None


def test_pages_belong_to_the_publication_or_to_the_version() -> None:
    """Whichever there is."""
    other = uuid4()
    assert replace(INDEX, version_pk=other).pages_key == PK
    assert replace(INDEX, publication_pk=None, version_pk=other).pages_key == other
    assert replace(INDEX, publication_pk=None, version_pk=None).pages_key is None
