"""An upstream's page as ours."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from packaging.utils import NormalizedName

from pulp_pyindex.app.catalog import CachedPage, LearntFile
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.models.remote import WANTED_FIELDS
from pulp_pyindex.app.serving.through.connections import Link
from pulp_pyindex.app.serving.through.showing import Shown, has_gaps, show, stand_in
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.paths import file_link
from pulp_pyindex.index.wanted import Wanted

DIGEST = "ab" * 32
WHEEL = File(
    filename="foo-2.0-py3-none-any.whl",
    url="https://files.example.org/foo-2.0-py3-none-any.whl",
    hashes={"sha256": DIGEST},
    size=10,
    core_metadata={"sha256": "cd" * 32},
    provenance="https://example.org/provenance",
)
BARE = File(filename="foo-10.0.tar.gz", url="https://files.example.org/foo-10.0.tar.gz", hashes={})


def link(**fields: Any) -> Link:
    fields.setdefault("policy", "on_demand")
    remote = PyindexRemote(pulp_id=UUID(int=1), pulp_domain_id=UUID(int=2), **fields)
    wanted = Wanted.build(**{name: getattr(remote, name) for name in WANTED_FIELDS})
    nobody = cast(Any, None)
    stamp = datetime(2026, 1, 1, tzinfo=UTC)
    return Link(
        remote=remote, stamp=stamp, wanted=wanted, pages=nobody, files=nobody, traffic=Traffic()
    )


def cached(*files: File, digests: dict[str, str] | None = None, **page: Any) -> CachedPage:
    return CachedPage(
        project="foo",
        url="https://example.org/simple/",
        page=ProjectPage(name=NormalizedName("foo"), files=files, **page),
        fetched_at=0,
        fresh_until=0,
        digests=digests or {},
    )


def names(shown: Shown) -> list[str]:
    return [file.filename for file in shown.page.files]


def test_files_are_under_our_addresses_in_the_order_of_releases() -> None:
    """What upstream tells of them stays; provenance is left out unless it is wanted."""
    shown = show(cached(BARE, WHEEL), link(), {})
    assert names(shown) == [WHEEL.filename, BARE.filename]
    assert shown.page.versions == ("2.0", "10.0")
    assert shown.page.files[0] == replace(
        WHEEL, url=file_link(DIGEST, WHEEL.filename), provenance=None
    )
    assert shown.behind[WHEEL.filename].file is WHEEL
    wanted = show(cached(WHEEL), link(provenance=True), {}).page.files[0].provenance
    assert wanted == f"integrity/foo/2.0/{WHEEL.filename}/provenance"


def test_a_file_without_a_digest_keeps_its_address_when_that_is_learnt() -> None:
    """So that lock files stay good; the digest is on the page then."""
    address = file_link(stand_in(BARE.url), BARE.filename)
    before = show(cached(BARE), link(), {})
    after = show(cached(BARE, digests={BARE.url: DIGEST}), link(), {})
    assert (before.page.files[0].url, before.page.files[0].hashes) == (address, {})
    assert (after.page.files[0].url, after.page.files[0].hashes) == (address, {"sha256": DIGEST})
    assert before.key != after.key


def test_a_file_without_a_digest_is_not_streamed() -> None:
    """Nobody ever has all of it, to learn the digest from."""
    assert names(show(cached(BARE, WHEEL), link(policy="streamed"), {})) == [WHEEL.filename]


def test_what_was_learnt_fills_gaps_and_nothing_else() -> None:
    """What upstream told is never overwritten."""
    silent = replace(WHEEL, size=None, core_metadata=None)
    fact = LearntFile(size=99, requires_python=">=3.9", metadata_sha256="ef" * 32)
    learnt = {(WHEEL.filename, DIGEST): fact}
    filled = show(cached(silent), link(), learnt).page.files[0]
    assert filled.size == 99
    assert filled.requires_python == ">=3.9"
    assert filled.core_metadata == {"sha256": "ef" * 32}
    told = show(cached(WHEEL), link(), learnt).page.files[0]
    assert (told.size, told.core_metadata) == (10, WHEEL.core_metadata)
    assert has_gaps(cached(silent).page or ProjectPage(name=NormalizedName("x"), files=()))


def test_filters_and_quarantine_leave_files_out() -> None:
    """Releases that have no files left are not listed."""
    chosen = show(cached(BARE, WHEEL), link(package_types=["sdist"]), {})
    assert (names(chosen), chosen.page.versions) == ([BARE.filename], ("10.0",))
    held = ProjectStatus(status=Status.QUARANTINED, reason="look out")
    shown = show(cached(WHEEL, status=held), link(), {})
    assert (names(shown), shown.page.status) == ([], held)


def test_files_that_are_none_of_the_project_do_not_pass() -> None:
    """Names of others, and names that say nothing."""
    other = replace(WHEEL, filename="bar-1.0-py3-none-any.whl")
    assert names(show(cached(other, WHEEL), link(), {})) == [WHEEL.filename]
