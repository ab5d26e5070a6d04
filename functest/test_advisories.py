"""Load databases of known vulnerabilities, and see what of a version they are about."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from support.osv import CRITICAL, LOW, Entry, database, entry
from support.pulp import Pulp, Row, TaskFailed, refusal, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, sdist, wheel

ADVISORIES = "pyindex/advisories/"


@pytest.fixture
def source(pulp: Pulp) -> Any:
    """A name for a database; it is removed after the test."""
    name = unique("osv")
    yield name
    answer = pulp.post(f"{ADVISORIES}unload/", {"source": name})
    if answer.status_code == 202:
        pulp.task(answer)


def load(pulp: Pulp, source: str, archive: bytes) -> Row:
    """The result of loading an archive that is uploaded."""
    answer = pulp.post(
        f"{ADVISORIES}load/", data={"source": source}, files={"file": ("all.zip", archive)}
    )
    result: Row = pulp.task(answer)["result"]
    return result


def ids(pulp: Pulp, source: str, **asked: Any) -> list[str]:
    return [one["id"] for one in pulp.rows(ADVISORIES, source=source, **asked)]


def findings(pulp: Pulp, repository: Row, **asked: Any) -> list[tuple[str, str, str]]:
    report = f"{pulp.latest(repository)['pulp_href']}advisories/"
    return [(one["project"], one["release"], one["advisory"]) for one in pulp.rows(report, **asked)]


def test_an_uploaded_database_is_matched_with_a_version(
    pulp: Pulp, upstream: Upstream, source: str
) -> None:
    """By name and PEP 440; what is withdrawn does not count; severities come from aliases."""
    project, other = unique("Lib.X"), unique("other")
    upstream.add(
        wheel(project, "1.0"), sdist(project, "1.0"), wheel(project, "2.0rc1"), wheel(other, "3.0")
    )
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(upstream.url))
    until_two = ({"introduced": "0"}, {"fixed": "2.0"})
    result = load(
        pulp,
        source,
        database(
            entry("GHSA-1", project, *until_two, vector=CRITICAL, aliases=["CVE-1"]),
            entry("PYSEC-1", project, {"introduced": "0"}, {"fixed": "1.5"}, aliases=["CVE-1"]),
            entry("GHSA-2", project, *until_two, withdrawn="2026-02-01T00:00:00Z"),
            entry("MAL-1", other, versions=("3.0.0",)),
            entry("GHSA-3", other, {"introduced": "3.1"}),
            entry("GHSA-4", project, {"introduced": "2.0a1"}, vector=LOW),
        ),
    )
    assert result == {
        "source": source,
        "changed": True,
        "advisories": 6,
        "withdrawn": 1,
        "unreadable_ranges": 0,
        "unknown_severity": 2,
    }
    shown = pulp.rows(f"{pulp.latest(repository)['pulp_href']}advisories/", project=project)
    first = shown[0]
    assert {key: first[key] for key in first if key not in ("filenames", "url")} == {
        "project": canonicalize_name(project),
        "release": "1.0",
        "advisory": "GHSA-1",
        "source": source,
        "aliases": ["CVE-1"],
        "severity": "critical",
        "score": 9.8,
        "summary": f"GHSA-1 of {project}",
        "published": "2026-01-01T00:00:00Z",
        "fixed_in": "2.0",
    }
    assert len(first["filenames"]) == 2
    assert [(one["release"], one["advisory"], one["severity"]) for one in shown] == [
        ("1.0", "GHSA-1", "critical"),
        ("1.0", "PYSEC-1", "critical"),
        ("2.0rc1", "GHSA-1", "critical"),
        ("2.0rc1", "GHSA-4", "low"),
    ]
    assert findings(pulp, repository, project=other) == [(other, "3.0", "MAL-1")]
    assert len(findings(pulp, repository, severity="low")) == 5
    assert len(findings(pulp, repository, severity="high")) == 4
    assert [one[1] for one in findings(pulp, repository, advisory="CVE-1")] == ["1.0"] * 2 + [
        "2.0rc1"
    ]


def test_advisories_are_listed_and_searched(pulp: Pulp, source: str) -> None:
    """By project, id or alias, severity, and whether they are withdrawn."""
    load(
        pulp,
        source,
        database(
            entry("A-1", "Foo.Bar", {"introduced": "1"}, {"last_affected": "2"}, vector=LOW),
            entry("A-2", "other", aliases=["B-2"], withdrawn="2026-02-01T00:00:00Z"),
        ),
    )
    assert ids(pulp, source) == ["A-1", "A-2"]
    assert ids(pulp, source, project="foo_bar") == ["A-1"]
    assert ids(pulp, source, advisory="B-2") == ["A-2"]
    assert ids(pulp, source, severity="low") == ["A-1"]
    assert ids(pulp, source, is_withdrawn=True) == ["A-2"]
    (row,) = pulp.rows(ADVISORIES, source=source, advisory="A-1")
    assert pulp.read(row["pulp_href"]) == row
    assert row["affected"] == [
        {
            "project": "foo-bar",
            "ranges": [{"introduced": "1", "fixed": None, "last_affected": "2"}],
            "versions": [],
        }
    ]


def test_a_new_load_replaces_the_old_one_and_addresses_stay(pulp: Pulp, source: str) -> None:
    """What is not told any more is gone; other databases are left alone."""
    load(pulp, source, database(entry("A-1", "a"), entry("A-2", "a")))
    (before,) = pulp.rows(ADVISORIES, source=source, advisory="A-1")
    changed = load(pulp, source, database(entry("A-1", "a", summary="New"), entry("A-3", "a")))
    assert (changed["changed"], changed["advisories"]) == (True, 2)
    assert ids(pulp, source) == ["A-1", "A-3"]
    assert pulp.read(before["pulp_href"])["summary"] == "New"
    other = unique("osv")
    load(pulp, other, database(entry("A-1", "a")))
    assert ids(pulp, source) == ["A-1", "A-3"]
    pulp.task(pulp.post(f"{ADVISORIES}unload/", {"source": other}))
    assert ids(pulp, other) == []
    assert len(ids(pulp, source)) == 2


def test_the_same_archive_again_changes_nothing(pulp: Pulp, source: str) -> None:
    """Nothing to do is nothing done."""
    archive = database(entry("A-1", "a"))
    assert load(pulp, source, archive)["changed"]
    assert not load(pulp, source, archive)["changed"]


def offer(upstream: Upstream, archive: bytes) -> str:
    """Put an archive behind an address."""
    made = MadeFile(project="osv", version="1", filename="all.zip", body=archive, metadata=b"")
    return f"{upstream.origin}{upstream.file_path(upstream.catalogue.add(made))}"


def test_a_database_behind_an_address_is_refreshed(
    pulp: Pulp, upstream: Upstream, source: str
) -> None:
    """Only if it changed there; an address that fails leaves all as it was."""
    url = offer(upstream, database(entry("A-1", "a")))
    order = {"source": source}
    pulp.task(pulp.post(f"{ADVISORIES}load/", {**order, "url": url}))
    assert ids(pulp, source) == ["A-1"]
    refreshed = pulp.task(pulp.post(f"{ADVISORIES}refresh/", order))["result"]
    assert refreshed["changed"] is False
    assert "if-none-match" in upstream.asked("*all.zip")[-1].headers
    upstream.catalogue.remove("all.zip")
    with pytest.raises(TaskFailed, match="404"):
        pulp.task(pulp.post(f"{ADVISORIES}refresh/", order))
    assert offer(upstream, database(entry("A-2", "a"))) == url
    assert pulp.task(pulp.post(f"{ADVISORIES}refresh/", order))["result"]["changed"]
    assert ids(pulp, source) == ["A-2"]
    (known,) = [one for one in pulp.rows(f"{ADVISORIES}sources/") if one["name"] == source]
    assert (known["url"], known["advisories"]) == (url, 1)
    assert known["loaded_at"] <= known["checked_at"]


def test_a_database_on_the_server_is_read_where_that_is_allowed(
    pulp: Pulp, stack: Stack, source: str
) -> None:
    """Below ALLOWED_IMPORT_PATHS only, links and dots included."""
    imports = Path(stack.home, "imports")
    imports.mkdir(exist_ok=True)
    path = imports / f"{source}.zip"
    path.write_bytes(database(entry("A-1", "a")))
    (imports / f"{source}-link").symlink_to("/etc")
    loading = f"{ADVISORIES}load/"
    pulp.task(pulp.post(loading, {"source": source, "path": str(path)}))
    assert ids(pulp, source) == ["A-1"]
    for refused in (
        "/etc/passwd",
        f"{imports}/../x.zip",
        f"{imports}/{source}-link/passwd",
        "x.zip",
    ):
        told = pulp.post(loading, {"source": source, "path": refused})
        assert "ALLOWED_IMPORT_PATHS" in refusal(told, "path")
    with pytest.raises(TaskFailed, match="No such file"):
        pulp.task(pulp.post(loading, {"source": source, "path": f"{path}.gone"}))


def bomb() -> bytes:
    """Some kB that would be 20 MiB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("A-1.json", b" " * (20 << 20))
    return file.getvalue()


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"this is no zip", "not a readable zip"),
        (b"", "not a readable zip"),
        (database(entry("A-2", "a"))[:-40], "not a readable zip"),
        (database(entry("A-2", "a"), broken=b'{"id":'), "broken.json"),
        (database(entry("A-2", "a"), other=b'{"hello": "world"}'), "not an OSV entry"),
        (database(), "no JSON document"),
        (bomb(), "longer than"),
    ],
)
def test_a_broken_archive_changes_nothing(
    pulp: Pulp, source: str, archive: bytes, said: str
) -> None:
    """The task says what is wrong with which document."""
    load(pulp, source, database(entry("A-1", "a")))
    with pytest.raises(TaskFailed) as caught:
        load(pulp, source, archive)
    assert said in caught.value.reason
    assert "[PYI060]" in caught.value.reason
    assert ids(pulp, source) == ["A-1"]


def test_an_archive_about_other_things_is_refused(pulp: Pulp, source: str) -> None:
    """Otherwise a wrong file would empty the database."""
    foreign: Entry = entry("A-1", "a")
    foreign["affected"][0]["package"]["ecosystem"] = "npm"
    with pytest.raises(TaskFailed, match="none of its entries"):
        load(pulp, source, database(foreign))


def test_orders_that_make_no_sense_are_refused(pulp: Pulp) -> None:
    """At once, by field."""
    loading = f"{ADVISORIES}load/"
    assert pulp.post(loading, {}).status_code == 400
    assert pulp.post(loading, {"path": "/x", "url": "http://a.example/x"}).status_code == 400
    assert "http" in refusal(pulp.post(loading, {"url": "file:///etc/passwd"}), "url")
    assert "password" in refusal(pulp.post(loading, {"url": "http://u:p@a.example/"}), "url")
    assert refusal(pulp.post(loading, {"url": "http://a.example/", "source": "../x"}), "source")
    assert pulp.post(f"{ADVISORIES}refresh/", {"source": "unknown"}).status_code == 404
    repository = pulp.create_repository()
    report = f"{pulp.latest(repository)['pulp_href']}advisories/"
    assert "critical" in refusal(pulp.get(report, params={"severity": "dire"}), "severity")


def test_loading_needs_its_permission(pulp: Pulp, source: str) -> None:
    """Seeing another one; a version's report is for whoever sees the repository."""
    name = unique("user")
    user = pulp.create("users/", username=name, password="a long password of a user")
    client = replace(pulp, auth=(name, "a long password of a user"), made=[])
    assert client.get(ADVISORIES).status_code == 403
    role = {"role": "pyindex.pyindexadvisory_viewer", "content_object": None}
    assert pulp.post(f"{user['pulp_href']}roles/", role).ok
    assert client.get(ADVISORIES).ok
    assert client.post(f"{ADVISORIES}load/", {"url": "http://a.example/"}).status_code == 403
