"""Publishing through an index: what was answered with 200 can be installed at once."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from support.everyone import everyone
from support.index import Index
from support.publishing import House, form, make_house
from support.pulp import Pulp, Row, unique
from support.waiting import wait_for
from support.wheels import MadeFile, sdist, wheel

MakeHouse = Callable[..., House]


@pytest.fixture
def make(pulp: Pulp) -> MakeHouse:
    """Makes houses; arguments as for `make_house`."""
    return lambda **fields: make_house(pulp, **fields)


@pytest.fixture
def house(make: MakeHouse) -> House:
    return make()


@pytest.fixture
def alpha() -> MadeFile:
    """A wheel with bytes that Pulp has never seen."""
    return wheel("alpha", "1.0", requires_python=">=3.8", salt=unique())


def other_bytes(made: MadeFile) -> MadeFile:
    """The same file name with other bytes."""
    return replace(wheel(made.project, made.version, salt=unique()), filename=made.filename)


def everywhere(index: Index) -> Iterator[dict[str, dict[str, Any]]]:
    """The files of project alpha as each content process tells them."""
    for session in wait_for(lambda: everyone(index.base), "every content process").values():
        yield replace(index, session=session).files("alpha")


def test_what_was_answered_is_installable_at_once(house: House, alpha: MadeFile) -> None:
    """On every process, with every fact of the file, its metadata and its project."""
    answer = house.send(alpha)
    assert (answer.status_code, answer.text) == (200, "")
    for files in everywhere(house.index):
        entry = files[alpha.filename]
        assert entry["hashes"] == {"sha256": alpha.sha256}
        assert entry["size"] == alpha.size
        assert entry["requires-python"] == ">=3.8"
        assert entry["core-metadata"] == {"sha256": alpha.metadata_sha256}
    assert house.index.projects() == {"alpha"}
    assert house.index.download("alpha", alpha.filename) == alpha.body
    url = house.index.files("alpha")[alpha.filename]["url"]
    assert house.index.get(f"{url}.metadata").content == alpha.metadata
    document = house.index.get("pypi/alpha/json").json()
    assert document["info"]["requires_python"] == ">=3.8"


def test_the_same_file_again_changes_nothing(pulp: Pulp, house: House, alpha: MadeFile) -> None:
    """200, and no new version; also while its project takes no uploads any more."""
    assert house.send(alpha).ok
    before = pulp.latest(house.repository)
    assert house.send(alpha).status_code == 200
    edit(pulp, house.repository, "set_status", project="alpha", status="archived")
    after = pulp.latest(house.repository)
    assert house.send(alpha).status_code == 200
    assert before["number"] == 1
    assert after["number"] == 2
    assert pulp.latest(house.repository)["number"] == 2


def test_other_bytes_under_the_same_name_are_refused(house: House, alpha: MadeFile) -> None:
    """400 and `File already exists (…)` in status line and body, which tools look for."""
    assert house.send(alpha).ok
    answer = house.send(other_bytes(alpha))
    assert answer.status_code == 400
    for said in (answer.reason, answer.text):
        assert said.startswith(f"File already exists ({alpha.filename!r}")
        assert alpha.sha256 in said
    assert house.index.download("alpha", alpha.filename) == alpha.body


def test_a_repository_may_allow_replacing(pulp: Pulp, make: MakeHouse, alpha: MadeFile) -> None:
    """The new bytes are served, the version before has the old ones, the yank of those is gone."""
    house = make(allow_overwrite=True)
    assert house.send(alpha).ok
    edit(pulp, house.repository, "yank", project="alpha", filename=alpha.filename)
    fresh = other_bytes(alpha)
    assert house.send(fresh).status_code == 200
    for files in everywhere(house.index):
        assert files[alpha.filename]["hashes"] == {"sha256": fresh.sha256}
        assert files[alpha.filename]["yanked"] is False
    old = pulp.files(f"{house.repository['pulp_href']}versions/1/")
    assert [row["sha256"] for row in old] == [alpha.sha256]
    assert pulp.filenames(pulp.latest(house.repository)) == {alpha.filename}


def test_a_deleted_file_name_stays_taken(pulp: Pulp, make: MakeHouse, alpha: MadeFile) -> None:
    """Its very bytes are refused too, unless the repository says that names are free again."""
    house = make()
    assert house.send(alpha).ok
    edit(pulp, house.repository, "remove", project="alpha", release="1.0")
    house.index.wait(lambda index: index.get("simple/alpha/").status_code == 404)
    for made in (alpha, other_bytes(alpha)):
        answer = house.send(made)
        assert answer.status_code == 400
        assert "previously used by a file that has since been deleted" in answer.reason
    assert house.index.get("simple/alpha/").status_code == 404
    pulp.update(house.repository["pulp_href"], reserve_filenames=False)
    assert house.send(alpha).status_code == 200
    assert house.index.download("alpha", alpha.filename) == alpha.body


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_closed_projects_take_no_uploads(
    pulp: Pulp, house: House, alpha: MadeFile, status: str
) -> None:
    """The answer says what the project is and why; active again it takes them."""
    assert house.send(alpha).ok
    closing = {"project": "alpha", "status": status, "reason": "we moved"}
    edit(pulp, house.repository, "set_status", **closing)
    answer = house.send(wheel("alpha", "2.0"))
    assert answer.status_code == 400
    assert f"Project 'alpha' is {status}" in answer.reason
    assert "we moved" in answer.reason
    edit(pulp, house.repository, "set_status", project="alpha", status="active")
    assert house.send(wheel("alpha", "2.0")).status_code == 200


def test_one_sdist_per_release(house: House) -> None:
    """A second one is refused under another name, which legacy names would allow."""
    assert house.send(sdist("alpha")).ok
    assert house.send(wheel("alpha")).ok
    made = sdist("alpha", salt="other")
    assert house.send(replace(made, filename="alpha-1.0.0.tar.gz")).status_code == 400


def test_legacy_names_where_the_repository_allows_them(make: MakeHouse) -> None:
    """`Alpha-Beta-1.0.tar.gz` is refused by default; a second sdist always."""
    made = replace(sdist("alpha-beta", salt=unique()), filename="alpha-beta-1.0.tar.gz")
    strict, lenient = make(), make(allow_legacy_filenames=True)
    answer = strict.send(made)
    assert answer.status_code == 400
    assert "is invalid, should be 'alpha_beta-1.0.tar.gz'" in answer.reason
    assert lenient.send(made).status_code == 200
    assert set(lenient.index.files("alpha-beta")) == {made.filename}
    again = lenient.send(sdist("alpha-beta", salt=unique()))
    assert again.status_code == 400
    assert "Only one sdist may be uploaded per release" in again.reason


def test_large_files_are_refused(make: MakeHouse, alpha: MadeFile) -> None:
    """413 for one byte more than the repository takes; as many as that are taken."""
    house = make(max_file_size=alpha.size)
    assert house.send(alpha).status_code == 200
    large = wheel("alpha", "2.0", payload=alpha.size)
    answer = house.send(large)
    assert answer.status_code == 413
    assert str(alpha.size) in answer.reason
    assert set(house.index.files("alpha")) == {alpha.filename}


def test_the_index_says_where_uploads_are_not_taken(
    pulp: Pulp, house: House, alpha: MadeFile
) -> None:
    """Switched off, or an index that serves one version for ever: 403."""
    assert house.send(alpha).ok
    href = house.distribution["pulp_href"]
    pulp.update(href, allow_uploads=False)
    answer = house.send(wheel("alpha", "2.0"))
    assert answer.status_code == 403
    assert "takes no uploads" in answer.reason
    version = pulp.latest(house.repository)["pulp_href"]
    pulp.update(href, allow_uploads=True, repository=None, repository_version=version)
    answer = house.send(wheel("alpha", "2.0"))
    assert answer.status_code == 403
    assert "takes no uploads" in answer.reason


def test_what_else_is_said_at_the_upload_address(house: House) -> None:
    """GET shows the way, the slash may be forgotten, below it there is nothing."""
    answer = house.index.get("legacy/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "POST" in answer.text
    answer = house.index.get("legacy")
    assert answer.status_code == 308
    assert house.index.get("legacy/alpha/").status_code == 404


def test_the_record_of_uploads(pulp: Pulp, house: House, alpha: MadeFile) -> None:
    """Who, when, with which token, from which client, and what became of it."""
    assert house.send(alpha, headers={"User-Agent": "own/1.0"}).ok
    assert not house.send(other_bytes(alpha)).ok
    assert house.send(wheel("beta"), auth=pulp.auth).ok
    path = f"{house.repository['pulp_href']}uploads/"
    newest, oldest = pulp.rows(path)
    assert newest["project"] == "beta"
    assert newest["token_name"] == ""
    expected = {
        "project": "alpha",
        "release": "1.0",
        "filename": alpha.filename,
        "sha256": alpha.sha256,
        "size": alpha.size,
        "state": "committed",
        "reason": "",
        "version_number": 1,
        "token_name": house.distribution["name"],
        "client": "own/1.0",
        "address": "127.0.0.1",
    }
    assert {name: oldest[name] for name in expected} == expected
    assert newest["user"] == oldest["user"] == "admin"
    assert pulp.rows(path, project="alpha") == [oldest]
    assert pulp.rows(path, token_name=house.distribution["name"], user="admin") == [oldest]
    assert pulp.rows(path, before=newest["pulp_created"]) == [oldest]
    assert pulp.rows(path, since=newest["pulp_created"]) == [newest]
    assert pulp.get(path, params={"limit": 1}).json()["results"] == [newest]
    assert pulp.get(path, params={"since": "yesterday"}).status_code == 400


def edit(pulp: Pulp, repository: Row, action: str, **fields: Any) -> Row:
    """The finished task of an edit."""
    return pulp.task(pulp.post(f"{repository['pulp_href']}{action}/", fields))


def test_digests_are_taken_as_tools_send_them(house: House) -> None:
    """One is enough, whichever it is; upper case and PyPI's base64 md5 are understood."""
    sent: list[dict[str, str | None]] = [
        {"md5_digest": None, "blake2_256_digest": None},
        {"sha256_digest": None, "blake2_256_digest": None},
        {"sha256_digest": None, "md5_digest": None},
    ]
    for number, without in enumerate(sent):
        made = wheel("alpha", f"{number}.0", salt=unique())
        assert house.send(made, form(made, **without)).status_code == 200
    made = wheel("alpha", "9.0", salt=unique())
    upper = form(made, sha256_digest=made.sha256.upper(), md5_digest=_base64_md5(made))
    assert house.send(made, upper).status_code == 200
    assert len(house.index.files("alpha")) == 4


def _base64_md5(made: MadeFile) -> str:

    return base64.urlsafe_b64encode(hashlib.md5(made.body).digest()).decode().rstrip("=")
