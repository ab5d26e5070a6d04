"""What passes through an index is fetched once, checked, kept, and told with all that is known."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from support import peers
from support.attestations import provenance
from support.clients import Clients
from support.passing import Passed, fresh, get, names, page, pass_through, together
from support.pulp import Pulp, unique
from support.stack import free_port
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import sdist

LARGE = 3_000_000


def test_many_clients_of_a_file_cost_one_download(pulp: Pulp, upstream: Upstream) -> None:
    """Sixteen clients on two processes, while it comes slowly."""
    one = fresh(payload=LARGE)
    upstream.add(one)
    passed = pass_through(pulp, upstream.url)
    url = passed.index.files("alpha")[one.filename]["url"]
    slow = upstream.fault(one.filename, throttle=4_000_000)
    answers = together(lambda: get(passed, url).content == one.body)
    slow.clear()
    assert all(answers)
    assert upstream.count(one.filename) == 1


def test_bytes_that_are_not_the_promised_ones_do_not_pass(pulp: Pulp, upstream: Upstream) -> None:
    """Nobody gets the whole of them; the right ones pass afterwards."""
    one = fresh(payload=LARGE)
    upstream.add(one)
    passed = pass_through(pulp, upstream.url, max_retries=0)
    url = passed.index.files("alpha")[one.filename]["url"]
    wrong = upstream.fault(one.filename, wrong_bytes=True)
    with pytest.raises(requests.exceptions.RequestException):
        get(passed, url)
    wrong.clear()
    assert get(passed, url).content == one.body


@pytest.mark.parametrize(("fault", "status"), [({"status": 404}, 502), ({"status": 503}, 502)])
def test_a_file_that_cannot_be_had_is_never_404(
    pulp: Pulp, upstream: Upstream, fault: dict[str, Any], status: int
) -> None:
    """Its page promises it."""
    one = fresh()
    upstream.add(one)
    passed = pass_through(pulp, upstream.url, max_retries=0)
    url = passed.index.files("alpha")[one.filename]["url"]
    trouble = upstream.fault(one.filename, **fault)
    assert get(passed, url).status_code == status
    trouble.clear()
    assert get(passed, url).content == one.body


def test_a_file_is_found_by_its_address_alone(pulp: Pulp, upstream: Upstream) -> None:
    """As lock files name it: nobody has asked for its page, nor in which project it is."""
    one = sdist("some-long-name", "1.0", salt=unique())
    upstream.add(one)
    passed = pass_through(pulp, upstream.url)
    digest = hashlib.sha256(one.body).hexdigest()
    path = f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{one.filename}"
    assert get(passed, path).content == one.body
    assert get(passed, path.replace(digest[4:], "0" * 60)).status_code == 404


def test_what_passed_becomes_versions_of_a_repository(pulp: Pulp, upstream: Upstream) -> None:
    """One version of many files, with their yanks; what did not pass is not in it."""
    files = [fresh(version=f"{number}.0") for number in range(1, 6)]
    upstream.add(*files, fresh("beta"))
    upstream.catalogue.yank(files[0].filename, "broken")
    passed = pass_through(pulp, upstream.url, keep=True)
    for one in files:
        assert passed.index.download("alpha", one.filename) == one.body
    passed.wait_kept(*(one.filename for one in files))
    assert passed.repository is not None
    version = pulp.latest(passed.repository)
    assert version["number"] == 1
    assert pulp.filenames(version) == {one.filename for one in files}
    assert [
        row["reason"]
        for row in pulp.rows("content/pyindex/yanks/", repository_version=version["pulp_href"])
    ] == ["broken"]
    served = pulp.distribute(repository_version=version["pulp_href"])
    other = Passed(
        pulp=pulp,
        index=type(passed.index)(base=served["base_url"]).wait_served(),
        remote=passed.remote,
        distribution=served,
        repository=None,
    )
    assert other.index.projects() == {"alpha"}
    assert other.index.download("alpha", files[1].filename) == files[1].body
    # The page of the index itself is still upstream's.
    assert names(page(passed, "beta")) == ["beta-1.0-py3-none-any.whl"]


def test_what_upstream_says_of_kept_files_is_followed(pulp: Pulp, upstream: Upstream) -> None:
    """Back and forth, all of it by one version, and by none where it is the same as before."""
    one, two, gone = fresh(), fresh(version="2.0"), fresh(version="3.0")
    upstream.add(one, gone)
    document = provenance(two)
    upstream.add(two, provenance=document)
    passed = pass_through(pulp, upstream.url, keep=True, provenance=True)
    for made in (one, two, gone):
        assert passed.index.download("alpha", made.filename) == made.body
    passed.wait_kept(one.filename, two.filename, gone.filename)
    repository = passed.repository
    assert repository is not None
    first = pulp.latest(repository)
    assert [row["filename"] for row in pulp.units(repository, "provenances")] == [two.filename]
    # Another release, and the page as it was: what is kept is as it was.
    upstream.add(fresh(version="4.0"))
    passed.renew("alpha")
    passed.renew("alpha")
    catalogue = upstream.catalogue
    catalogue.yank(one.filename, "broken")
    catalogue.set_status("alpha", "deprecated", "use beta")
    catalogue.change(one.filename, provenance=provenance(one))
    catalogue.change(two.filename, requires_python=">=3.9", provenance=None)
    catalogue.remove(gone.filename)
    passed.renew("alpha")
    wait_for(lambda: pulp.units(repository, "yanks") != [], "the yank", 30)
    second = pulp.latest(repository)
    assert second["number"] == first["number"] + 1
    assert pulp.filenames(second) == {made.filename for made in (one, two, gone)}
    assert [row["filename"] for row in pulp.units(repository, "provenances")] == [one.filename]
    prod = pulp.create_repository()
    pulp.task(pulp.post(f"{prod['pulp_href']}promote/", {"source": repository["pulp_href"]}))
    index = type(passed.index)(base=pulp.distribute(repository=prod["pulp_href"])["base_url"])
    told = index.wait_served().json("alpha")
    assert told["project-status"] == {"status": "deprecated", "reason": "use beta"}
    files = {file["filename"]: file for file in told["files"]}
    assert files[one.filename]["yanked"] == "broken"
    assert files[two.filename]["requires-python"] == ">=3.9"
    assert index.download("alpha", two.filename) == two.body
    catalogue.unyank(one.filename)
    catalogue.set_status("alpha", None)
    passed.renew("alpha")
    wait_for(lambda: pulp.units(repository, "yanks") == [], "the yank to go", 30)
    assert pulp.units(repository, "project_statuses") == []
    assert pulp.latest(repository)["number"] == second["number"] + 1


def test_nothing_is_kept_of_what_is_only_streamed(pulp: Pulp, upstream: Upstream) -> None:
    """Each client has it from upstream, and the digest is checked all the same."""
    one = fresh(payload=LARGE)
    upstream.add(one)
    passed = pass_through(pulp, upstream.url, policy="streamed", max_retries=0)
    url = passed.index.files("alpha")[one.filename]["url"]
    for _ in range(2):
        assert get(passed, url).content == one.body
    assert upstream.count(one.filename) == 2
    assert passed.cache()["files"] == 0
    upstream.fault(one.filename, wrong_bytes=True)
    with pytest.raises(requests.exceptions.RequestException):
        get(passed, url)


def test_metadata_passes_and_is_checked(pulp: Pulp, upstream: Upstream) -> None:
    """Once for everybody, without the file; others than the promised ones do not."""
    one, two = fresh(), fresh(version="2.0")
    upstream.add(one, two)
    passed = pass_through(pulp, upstream.url, max_retries=0)
    urls = {name: entry["url"] for name, entry in passed.index.files("alpha").items()}
    for _ in range(3):
        assert get(passed, f"{urls[one.filename]}.metadata").content == one.metadata
    assert upstream.count(f"{one.filename}.metadata") == 1
    assert upstream.count(one.filename) == 0
    upstream.fault(f"{two.filename}.metadata", wrong_bytes=True)
    assert get(passed, f"{urls[two.filename]}.metadata").status_code == 502


def test_metadata_that_upstream_has_nowhere_is_taken_from_the_file(
    pulp: Pulp, upstream: Upstream
) -> None:
    """Promised and missing: the file is fetched for it. Not promised: once the file has passed."""
    promised, silent = fresh(), fresh(version="2.0")
    upstream.add(promised, metadata=None)
    upstream.add(silent, metadata=None, core_metadata=None)
    passed = pass_through(pulp, upstream.url, max_retries=0)
    urls = {name: entry["url"] for name, entry in passed.index.files("alpha").items()}
    assert get(passed, f"{urls[promised.filename]}.metadata").content == promised.metadata
    beside = f"{urls[silent.filename]}.metadata"
    assert get(passed, beside).status_code == 404
    assert get(passed, urls[silent.filename]).content == silent.body
    wait_for(lambda: get(passed, beside).content == silent.metadata, "its metadata")


def test_an_index_without_digests_passes_too(
    pulp: Pulp, make_upstream: Callable[..., Upstream], tmp_path: Path
) -> None:
    """A bare HTML list of links: what it tells is told, and no more is claimed."""
    bare = make_upstream(form="html", etags=False)
    one = fresh()
    bare.add(one, hashes={}, metadata=None, core_metadata=None, size=None, upload_time=None)
    passed = pass_through(pulp, bare.url, keep=True)
    told = passed.index.json("alpha")
    assert told["meta"]["api-version"] == "1.0"
    assert told["files"][0]["hashes"] == {}
    answers = together(lambda: get(passed, passed.index.files("alpha")[one.filename]["url"]), 8)
    assert {answer.content for answer in answers} == {one.body}
    assert bare.count(one.filename) == 1
    Clients(folder=tmp_path).pip("download", "alpha", index=passed.index.simple)
    assert (tmp_path / one.filename).read_bytes() == one.body
    passed.wait_kept(one.filename)
    passed.invalidate("alpha")
    wait_for(
        lambda: passed.index.files("alpha")[one.filename]["hashes"] == {"sha256": one.sha256},
        "the digest that was learnt",
        20,
    )
    assert passed.index.download("alpha", one.filename) == one.body


def test_a_folder_behind_a_plain_web_server_passes(pulp: Pulp, tmp_path: Path) -> None:
    """`python -m http.server`: pages are listings of folders, nothing but names and links."""
    one = fresh()
    (tmp_path / "web/simple/alpha").mkdir(parents=True)
    (tmp_path / "web/simple/alpha" / one.filename).write_bytes(one.body)
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with peers.serving([*command, "--directory", "web"], port, folder=tmp_path) as url:
        passed = pass_through(pulp, f"{url}simple/")
        assert passed.index.projects() == {"alpha"}
        Clients(folder=tmp_path).pip("download", "alpha", index=passed.index.simple)
        assert page(passed, "beta").status_code == 404
    assert (tmp_path / one.filename).read_bytes() == one.body


def test_an_index_that_passes_through_is_an_upstream_of_another(
    pulp: Pulp, upstream: Upstream
) -> None:
    """Three in a row: pages, metadata and files are right at the end, and asked for once."""
    one = fresh()
    upstream.add(one)
    first = pass_through(pulp, upstream.url)
    second = pass_through(pulp, first.index.simple)
    third = pass_through(pulp, second.index.simple)
    entry = third.index.files("alpha")[one.filename]
    assert entry["hashes"] == {"sha256": one.sha256}
    assert get(third, f"{entry['url']}.metadata").content == one.metadata
    assert third.index.download("alpha", one.filename) == one.body
    assert upstream.count(one.filename) == 1
    assert page(third, "beta").status_code == 404


def test_provenance_passes_where_it_is_wanted(pulp: Pulp, upstream: Upstream) -> None:
    """From our own address; upstream's is not shown."""
    one = fresh()
    document = provenance(one)
    upstream.add(one, provenance=document)
    plain = pass_through(pulp, upstream.url)
    assert "provenance" not in plain.index.files("alpha")[one.filename]
    passed = pass_through(pulp, upstream.url, provenance=True)
    url = passed.index.files("alpha")[one.filename]["provenance"]
    assert url.startswith(passed.index.base)
    assert get(passed, url).json() == document
