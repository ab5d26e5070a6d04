"""Files that come by REST: from four places, with the checks of the upload API."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from support.publishing import House, make_house
from support.pulp import Pulp, Row, TaskFailed, unique
from support.upstream import Upstream
from support.wheels import MadeFile, wheel

FILES = "content/pyindex/files/"


@pytest.fixture
def alpha() -> MadeFile:
    """A wheel with bytes that Pulp has never seen."""
    return wheel("alpha", requires_python=">=3.8", salt=unique())


@pytest.fixture
def house(pulp: Pulp) -> House:
    return make_house(pulp)


def by_file(pulp: Pulp, made: MadeFile) -> dict[str, Any]:
    return {"files": {"file": (made.filename, made.body)}, "data": {}}


def by_chunks(pulp: Pulp, made: MadeFile) -> dict[str, Any]:
    upload = pulp.post("uploads/", {"size": made.size}).json()["pulp_href"]
    half = made.size // 2
    for start, piece in ((0, made.body[:half]), (half, made.body[half:])):
        headers = {"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{made.size}"}
        assert pulp.put(upload, files={"file": piece}, headers=headers).ok
    return {"data": {"upload": upload, "filename": made.filename}}


def by_artifact(pulp: Pulp, made: MadeFile) -> dict[str, Any]:
    answer = pulp.post("artifacts/", files={"file": made.body})
    return {"data": {"artifact": answer.json()["pulp_href"], "filename": made.filename}}


@pytest.mark.parametrize("place", [by_file, by_chunks, by_artifact])
def test_a_file_is_added_to_a_repository(
    pulp: Pulp, house: House, alpha: MadeFile, place: Callable[..., dict[str, Any]]
) -> None:
    """Its facts are read from it; the index serves it when the task has ended."""
    asked = place(pulp, alpha)
    asked["data"]["repository"] = house.repository["pulp_href"]
    result = pulp.task(pulp.post(FILES, **asked))["result"]
    assert result["version"] == 1
    house.index.wait(lambda index: alpha.filename in index.files("alpha"), "the file")
    assert house.index.download("alpha", alpha.filename) == alpha.body
    [row] = pulp.files(pulp.latest(house.repository))
    assert row["requires_python"] == ">=3.8"
    assert row["core_metadata"]["name"] == "alpha"
    [record] = pulp.rows(f"{house.repository['pulp_href']}uploads/")
    assert (record["user"], record["state"]) == ("admin", "committed")


def test_files_that_wait_together_share_a_version(
    pulp: Pulp, house: House, upstream: Upstream
) -> None:
    """Each task tells of its own file; a refused one keeps nothing else out."""
    target = {"repository": house.repository["pulp_href"], "more_follow": True}
    stuck = upstream.fault("/simple/", hang=True)
    remote = pulp.create_remote(upstream.url)
    sync = pulp.post(f"{house.repository['pulp_href']}sync/", {"remote": remote["pulp_href"]})
    stuck.wait_reached()
    broken = MadeFile(
        project="beta", version="1.0", filename="beta-1.0.tar.gz", body=b"no", metadata=b""
    )
    wheels = [wheel(name, salt=unique()) for name in ("alpha", "gamma", "delta")]
    sent = {
        made.filename: pulp.post(FILES, data=target, files=by_file(pulp, made)["files"])
        for made in (wheels[0], broken, *wheels[1:])
    }
    edit = pulp.post(f"{house.repository['pulp_href']}yank/", {"project": "gamma"})
    upstream.heal()
    pulp.task(sync)
    with pytest.raises(TaskFailed, match="Invalid distribution file"):
        pulp.task(sent.pop(broken.filename))
    number = pulp.task(sent[wheels[0].filename])["result"]["version"]
    version = f"{house.repository['versions_href']}{number}/"
    assert pulp.filenames(version) == set(sent)
    for answer in sent.values():
        done = pulp.task(answer)
        [href] = [one for one in done["created_resources"] if "/content/" in one]
        assert pulp.read(href)["filename"] in sent
    records = pulp.rows(f"{house.repository['pulp_href']}uploads/")
    assert {(one["filename"], one["user"], one["version_number"]) for one in records} == {
        (name, "admin", number) for name in sent
    }
    pulp.task(edit)


def test_a_file_by_its_url(pulp: Pulp, house: House, upstream: Upstream, alpha: MadeFile) -> None:
    """Pulp fetches it; what is not there, or no http(s), is told."""
    upstream.add(alpha)
    base = upstream.url.partition("/simple")[0]
    path = next(path for path in paths(upstream, "alpha") if path.endswith(alpha.filename))
    target = house.repository["pulp_href"]
    pulp.task(pulp.post(FILES, {"file_url": f"{base}{path}", "repository": target}))
    assert pulp.filenames(pulp.latest(house.repository)) == {alpha.filename}
    gone = {"file_url": f"{base}/none/alpha-9.0-py3-none-any.whl", "repository": target}
    with pytest.raises(TaskFailed, match="PYI002"):
        pulp.task(pulp.post(FILES, gone))
    assert pulp.post(FILES, {"file_url": f"file:///tmp/{alpha.filename}"}).status_code == 400


def paths(upstream: Upstream, project: str) -> list[str]:
    """Where upstream has the files of a project."""
    url = f"{upstream.url}{project}/"
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(url, headers=accept, timeout=30).json()
    return [urlsplit(urljoin(url, entry["url"])).path for entry in page["files"]]


def test_without_a_repository_it_is_content(pulp: Pulp, alpha: MadeFile) -> None:
    """By a task, or while the client waits; the same file again is the same content."""
    task = pulp.task(pulp.post(FILES, **by_file(pulp, alpha)))
    [href] = task["created_resources"]
    row = pulp.read(href)
    assert (row["filename"], row["sha256"]) == (alpha.filename, alpha.sha256)
    answer = pulp.post(f"{FILES}upload/", **by_file(pulp, alpha))
    assert answer.status_code == 201
    assert answer.json()["pulp_href"] == href
    other = wheel("alpha", "2.0", salt=unique())
    answer = pulp.post(f"{FILES}upload/", **by_file(pulp, other))
    assert answer.status_code == 201
    assert answer.json()["metadata_sha256"] == other.metadata_sha256


def test_the_checks_are_those_of_the_upload_api(pulp: Pulp, house: House, alpha: MadeFile) -> None:
    """The same messages; what is refused leaves nothing."""
    target = {"repository": house.repository["pulp_href"]}

    def said(made: MadeFile) -> str:
        asked = by_file(pulp, made)
        asked["data"] = target
        with pytest.raises(TaskFailed) as failed:
            pulp.task(pulp.post(FILES, **asked))
        return failed.value.reason

    pulp.task(pulp.post(FILES, data=target, files=by_file(pulp, alpha)["files"]))
    other = wheel("alpha", requires_python=">=3.8", salt=unique())
    assert "[PYI014]" in said(other)
    assert f"File already exists ({alpha.filename!r}" in said(other)
    assert pulp.rows("artifacts/", sha256=other.sha256) == []
    broken = MadeFile(
        project="beta", version="1.0", filename="beta-1.0.tar.gz", body=b"no", metadata=b""
    )
    assert "Invalid distribution file" in said(broken)
    answer = pulp.post(f"{FILES}upload/", **by_file(pulp, broken))
    assert answer.status_code == 400
    assert "Invalid distribution file" in answer.text
    # The same file again: no new version.
    task = pulp.task(pulp.post(FILES, data=target, files=by_file(pulp, alpha)["files"]))
    assert task["result"]["version"] == 1
    assert pulp.latest(house.repository)["number"] == 1


def test_a_request_names_one_place_and_a_name(pulp: Pulp, alpha: MadeFile) -> None:
    """None, two, or bytes without a name: 400."""
    href = pulp.post("artifacts/", files={"file": alpha.body}).json()["pulp_href"]
    orders: list[Row] = [
        {},
        {"artifact": href},
        {"artifact": href, "file_url": "http://index.example/alpha-1.0.tar.gz"},
        {"artifact": "/pulp/api/v3/artifacts/none/", "filename": alpha.filename},
    ]
    for order in orders:
        assert pulp.post(FILES, order).status_code == 400, order
    assert pulp.post(FILES, **by_file(pulp, alpha), auth=None).status_code == 401
    assert pulp.post(f"{FILES}upload/", {"artifact": href}).status_code == 400
