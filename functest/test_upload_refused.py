"""Files that an index does not take: the reason is told wherever tools look, nothing stays."""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import escape

import pytest
import requests

from support.hostile import (
    many_entries,
    metadata_bomb,
    retarred,
    tar_bomb,
    tar_entry,
    with_entry,
    with_link,
    with_metadata,
    with_twins,
    without,
    zip_bomb,
)
from support.publishing import House, form, leftovers, make_house
from support.pulp import Pulp, unique
from support.stack import Stack
from support.waiting import wait_for
from support.wheels import MadeFile, sdist, wheel

Build = Callable[[], MadeFile]


@dataclass(frozen=True, slots=True)
class Case:
    """A file that is refused, what is said of it in the form, and what is said about it."""

    build: Build
    reason: str
    changes: dict[str, str | None] = field(default_factory=dict)
    status: int = 400


@pytest.fixture(scope="module")
def house(stack: Stack) -> Iterator[House]:
    """One for all: nothing ever comes into it."""
    pulp = stack.client()
    yield make_house(pulp)
    pulp.clean_up()


def alpha() -> MadeFile:
    return wheel("alpha")


def named(made: MadeFile, filename: str) -> Build:
    return lambda: replace(made, filename=filename)


def holding(body: bytes, filename: str = "alpha-1.0-py3-none-any.whl") -> Build:
    return lambda: replace(wheel("alpha"), body=body, filename=filename)


CASES = {
    # Digests
    "no digest": Case(
        alpha,
        "at least one message digest",
        {"sha256_digest": None, "md5_digest": None, "blake2_256_digest": None},
    ),
    "digest of nothing": Case(alpha, "hex-encoded, SHA256", {"sha256_digest": "zz"}),
    "wrong sha256": Case(alpha, "does not match", {"sha256_digest": "0" * 64}),
    "wrong md5": Case(alpha, "does not match", {"md5_digest": "0" * 32}),
    "wrong blake2": Case(alpha, "does not match", {"blake2_256_digest": "0" * 64}),
    # Not the archive it claims to be
    "empty file": Case(holding(b""), "Invalid distribution file"),
    "text for a wheel": Case(holding(b"<html>no</html>"), "not a zipfile"),
    "sdist for a wheel": Case(holding(sdist("alpha").body), "not a zipfile"),
    "wheel for a sdist": Case(
        lambda: replace(sdist("alpha"), body=wheel("alpha").body), "Invalid distribution file"
    ),
    "cut wheel": Case(holding(wheel("alpha").body[:-40]), "not a zipfile"),
    "cut sdist": Case(
        lambda: replace(sdist("alpha"), body=sdist("alpha").body[:-100]),
        "Invalid distribution file",
    ),
    "bytes behind": Case(holding(wheel("alpha").body + b"\0\0"), "trailing data"),
    # Metadata and name
    "other name inside": Case(
        lambda: replace(wheel("alphb"), filename="alpha-1.0-py3-none-any.whl"),
        "Invalid distribution file",
        {"name": "alpha"},
    ),
    "other name in METADATA": Case(
        lambda: with_metadata(alpha(), instead=wheel("beta").metadata), "Name in METADATA"
    ),
    "other version in METADATA": Case(
        lambda: with_metadata(alpha(), instead=wheel("alpha", "2.0").metadata),
        "Version in METADATA",
    ),
    "other name in PKG-INFO": Case(
        lambda: replace(sdist("beta"), filename="alpha-1.0.tar.gz", project="alpha"),
        "Invalid distribution file",
    ),
    "requires-python": Case(
        lambda: with_metadata(alpha(), "Requires-Python: whatever"), "requires-python"
    ),
    "requires-dist": Case(lambda: with_metadata(alpha(), "Requires-Dist: a b c"), "requires-dist"),
    "classifier": Case(lambda: with_metadata(alpha(), "Classifier: a :: :: b"), "classifier"),
    "metadata version": Case(
        lambda: with_metadata(
            alpha(), instead=alpha().metadata.replace(b"Version: 2.2", b"Version: 99.9")
        ),
        "not a valid metadata version",
    ),
    "no METADATA": Case(lambda: without(alpha(), "/METADATA"), "METADATA"),
    "no RECORD": Case(lambda: without(alpha(), "/RECORD"), "RECORD"),
    "no WHEEL": Case(lambda: without(alpha(), "/WHEEL"), "WHEEL"),
    "no PKG-INFO": Case(lambda: retarred(sdist("alpha"), drop="PKG-INFO"), "PKG-INFO"),
    "two METADATA": Case(
        lambda: with_entry(alpha(), "beta-1.0.dist-info/METADATA"), "Invalid distribution file"
    ),
    "two PKG-INFO": Case(
        lambda: retarred(sdist("alpha"), (tar_entry("alpha-1.0/PKG-INFO"), b"Name: beta\n")),
        "Invalid distribution file",
    ),
    # Bombs and paths
    "long METADATA": Case(metadata_bomb, "Invalid distribution file"),
    "zip bomb": Case(zip_bomb, "compression ratio"),
    "tar bomb": Case(tar_bomb, "compression ratio"),
    "many entries": Case(many_entries, "Invalid distribution file"),
    "twice the same entry": Case(lambda: with_twins(alpha()), "Duplicate filename"),
    "absolute path": Case(lambda: with_entry(alpha(), "/etc/passwd"), "Absolute path"),
    "climbing path": Case(lambda: with_entry(alpha(), "a/../../b"), "not a plain relative path"),
    "link out of a wheel": Case(lambda: with_link(alpha(), "../../../etc"), "leads out"),
    "link out of a sdist": Case(
        lambda: retarred(
            sdist("alpha"), (tar_entry("alpha-1.0/a", tarfile.SYMTYPE, "../../b"), b"")
        ),
        "leads out",
    ),
    "climbing sdist": Case(
        lambda: retarred(sdist("alpha"), (tar_entry("alpha-1.0/../../a"), b"x")),
        "not a plain relative path",
    ),
    "device": Case(
        lambda: retarred(sdist("alpha"), (tar_entry("alpha-1.0/a", tarfile.CHRTYPE), b"")),
        "Invalid distribution file",
    ),
    # Filenames
    "path in the name": Case(named(alpha(), "../alpha-1.0-py3-none-any.whl"), "with '/'"),
    "backslash in the name": Case(named(alpha(), "a\\alpha-1.0-py3-none-any.whl"), "name"),
    "control sign in the name": Case(
        named(alpha(), "alpha-1.0-py3-none-any\x01.whl"), "non-printable"
    ),
    "name of another project": Case(
        named(alpha(), "beta-1.0-py3-none-any.whl"), "Start filename for 'alpha' with 'alpha'"
    ),
    "name of another version": Case(named(alpha(), "alpha-2.0-py3-none-any.whl"), "Version in"),
    "name that is not normal": Case(lambda: wheel("Alpha.Beta"), "should contain the normalized"),
    "sdist name that is not normal": Case(
        lambda: replace(sdist("alpha-beta"), filename="alpha-beta-1.0.tar.gz"),
        "is invalid, should be 'alpha_beta-1.0.tar.gz'",
    ),
    "zip sdist": Case(named(sdist("alpha"), "alpha-1.0.zip"), "should be 'alpha-1.0.tar.gz'"),
    "no wheel name": Case(named(alpha(), "alpha-1.0.whl"), "Invalid filename"),
    # Fields
    "no action": Case(alpha, "is not supported", {"action": None}),
    "submit": Case(alpha, "is not supported", {"action": "submit"}),
    "protocol": Case(alpha, "protocol version", {"protocol_version": "2"}),
    "no name": Case(alpha, "Name", {"name": None}),
    "bad name": Case(alpha, "Name", {"name": "-alpha"}),
    "no version": Case(alpha, "'version' is a required field", {"version": None}),
    "bad version": Case(alpha, "invalid for 'version'", {"version": "one"}),
    "no filetype": Case(alpha, "filetype", {"filetype": None}),
    "egg": Case(alpha, "Use a known file type", {"filetype": "bdist_egg"}),
    "no pyversion": Case(alpha, "Python version is required", {"pyversion": None}),
    "pyversion of a sdist": Case(lambda: sdist("alpha"), "'source'", {"pyversion": "py3"}),
    "attestations": Case(alpha, "ttestation", {"attestations": "none"}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_refusal_says_why(house: House, case: Case) -> None:
    """In the status line and the body; the index has nothing of it."""
    made = case.build()
    changes = dict(case.changes)
    answer = house.send(made, form(made, **changes))
    assert answer.status_code == case.status, answer.text
    assert case.reason in answer.reason
    assert answer.text.strip() == answer.reason or len(answer.text) > 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert house.index.get(f"simple/{made.project}/").status_code == 404


def test_the_reason_comes_in_the_form_a_tool_reads(house: House) -> None:
    """Plain text, HTML, JSON as PyPI has it, or a problem document; uv shows `code`."""
    made = wheel("alpha")
    wrong = form(made, sha256_digest="0" * 64)

    def asked(accept: str) -> requests.Response:
        answer = house.send(made, wrong, headers={"Accept": accept})
        assert answer.status_code == 400
        assert answer.headers["Cache-Control"] == "no-store"
        return answer

    reason = asked("*/*").text.strip()
    assert reason.startswith("The digest supplied does not match")
    assert asked("text/html").headers["Content-Type"].startswith("text/html")
    assert escape(reason) in asked("text/html").text
    shown = asked("application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7").json()
    assert shown == {"message": reason, "code": f"400 {reason}", "title": reason}
    problem = asked("application/problem+json")
    assert problem.headers["Content-Type"].startswith("application/problem+json")
    assert problem.json() == {"status": 400, "title": reason, "detail": reason}


def test_the_reason_cannot_break_the_answer(house: House) -> None:
    """What a client said is quoted: no markup of its own, no further header lines."""
    made = wheel("alpha")
    evil = form(made, version="<script>1</script>\r\nX-Evil: 1\r\n\r\n\u2028")
    answer = house.send(made, evil, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert "X-Evil" not in answer.headers
    assert "\n" not in answer.reason


def test_nothing_stays_behind(house: House, stack: Stack, pulp: Pulp) -> None:
    """No content, no artifact, no pending upload, no file on the disk."""
    fresh = wheel("alpha", salt=unique())
    made = [with_metadata(fresh, "Requires-Python: no"), fresh]
    assert house.send(made[0]).status_code == 400
    assert house.send(made[1], form(made[1], md5_digest="0" * 32)).status_code == 400
    for one in made:
        assert pulp.rows("artifacts/", sha256=one.sha256) == []
        assert pulp.rows("content/pyindex/files/", sha256=one.sha256) == []
    assert pulp.rows(f"{house.repository['pulp_href']}uploads/") == []
    assert pulp.latest(house.repository)["number"] == 0
    wait_for(lambda: leftovers(stack) == [], "the parts to be removed")
