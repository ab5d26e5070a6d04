"""What is kept of an upstream has a size: the files that went unused for longest give way."""

from typing import Any

import requests

from support.passing import Passed, pass_through
from support.pulp import Pulp, unique
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import MadeFile, wheel

SIZE = 300_000


def three(upstream: Upstream) -> list[MadeFile]:
    made = [wheel("alpha", f"{number}.0", payload=SIZE, salt=unique()) for number in range(1, 4)]
    upstream.add(*made)
    return made


def fill(passed: Passed, *files: MadeFile) -> None:
    for one in files:
        assert passed.index.download("alpha", one.filename) == one.body


def is_here(passed: Passed, one: MadeFile) -> bool:
    """Whether its bytes are in the storage."""
    return len(passed.pulp.rows("artifacts/", sha256=one.sha256)) == 1


def here(passed: Passed, files: list[MadeFile]) -> list[bool]:
    return [is_here(passed, one) for one in files]


def test_the_files_unused_for_longest_give_way(pulp: Pulp, upstream: Upstream) -> None:
    """A dry run names them; their bytes are gone then, their place in history is not."""
    files = three(upstream)
    passed = pass_through(pulp, upstream.url, keep=True)
    fill(passed, *files)
    passed.wait_kept(*(one.filename for one in files))
    version = pulp.latest(passed.repository or {})
    order = [one["filename"] for one in passed.would_evict(max_cache_size=0)["first"]]
    files.sort(key=lambda one: order.index(one.filename))
    limit = sum(len(one.body) for one in files) - 1000
    told = passed.would_evict(max_cache_size=limit)
    assert [one["filename"] for one in told["first"]] == [files[0].filename]
    assert told["bytes"] == len(files[0].body)
    # Using a file makes another one the longest unused.
    fill(passed, files[0])
    wait_for(
        lambda: (
            [one["filename"] for one in passed.would_evict(max_cache_size=limit)["first"]]
            == [files[1].filename]
        ),
        "the use to be written down",
    )
    assert here(passed, files) == [True, True, True]
    assert passed.evict(max_cache_size=limit) == {"files": 1, "bytes": len(files[1].body)}
    assert here(passed, files) == [True, False, True]
    assert passed.cache()["bytes"] == len(files[0].body) + len(files[2].body)
    assert pulp.filenames(version) == {one.filename for one in files}
    upstream.forget()
    fill(passed, *files)
    assert upstream.count("*.whl") == 1
    assert here(passed, files) == [True, True, True]
    assert passed.cache()["files"] == 3
    assert passed.index.json()["projects"] == [{"name": "alpha"}]


def test_a_cache_stays_within_its_size_by_itself(pulp: Pulp, upstream: Upstream) -> None:
    """Soon after a file has come that is too much."""
    files = three(upstream)
    limit = sum(len(one.body) for one in files) - 1000
    passed = pass_through(pulp, upstream.url, served={"max_cache_size": limit})
    for number, one in enumerate(files, 1):
        fill(passed, one)
        wait_for(lambda: passed.cache()["files"] >= min(number, 2), "the file to be kept")  # noqa: B023 - waited for here
    wait_for(lambda: here(passed, files) == [False, True, True], "a file to give way")
    assert passed.cache()["files"] == 2
    assert passed.cache()["bytes"] <= limit


def test_files_that_nobody_uses_give_way(pulp: Pulp, upstream: Upstream) -> None:
    """After the time that was set."""
    files = three(upstream)
    passed = pass_through(pulp, upstream.url)
    fill(passed, files[0])
    assert passed.would_evict(max_age_unused=3600)["files"] == 0
    wait_for(lambda: passed.would_evict(max_age_unused=1)["files"] == 1, "a second to pass")
    passed.evict(max_age_unused=1)
    assert not is_here(passed, files[0])


def test_what_another_repository_has_stays(pulp: Pulp, upstream: Upstream) -> None:
    """Also what only an old version of it has."""
    files = three(upstream)
    passed = pass_through(pulp, upstream.url, keep=True)
    fill(passed, *files)
    passed.wait_kept(*(one.filename for one in files))
    units = {
        row["filename"]: row["pulp_href"]
        for row in pulp.files(pulp.latest(passed.repository or {}))
    }
    other = pulp.create_repository()
    modify = f"{other['pulp_href']}modify/"
    pulp.task(pulp.post(modify, {"add_content_units": [units[one.filename] for one in files[:2]]}))
    pulp.task(pulp.post(modify, {"remove_content_units": [units[files[0].filename]]}))
    assert passed.evict(max_cache_size=0)["files"] == 1
    assert here(passed, files) == [True, True, False]


def test_a_file_on_its_way_arrives(pulp: Pulp, upstream: Upstream) -> None:
    """Although it gives way meanwhile."""
    one = wheel("alpha", "1.0", payload=12_000_000, salt=unique())
    upstream.add(one)
    passed = pass_through(pulp, upstream.url)
    fill(passed, one)
    wait_for(lambda: passed.cache()["files"] == 1, "the file to be kept")
    url = passed.index.files("alpha")[one.filename]["url"]
    with requests.get(url, stream=True, timeout=60) as answer:
        chunks = answer.iter_content(65_536)
        body = next(chunks)
        assert passed.evict(max_cache_size=0)["files"] == 1
        assert not is_here(passed, one)
        assert body + b"".join(chunks) == one.body


def test_limits_that_make_no_sense_are_refused(pulp: Pulp, upstream: Upstream) -> None:
    """With what to do instead."""
    passed = pass_through(pulp, upstream.url)
    href = f"{passed.distribution['pulp_href']}evict/"

    def said(fields: dict[str, Any]) -> str:
        answer = pulp.post(href, fields)
        assert answer.status_code == 400
        return answer.text

    assert "max_cache_size" in said({})
    assert "greater than or equal to 0" in said({"max_cache_size": -1})
    plain = pulp.distribute()
    answer = pulp.post(f"{plain['pulp_href']}evict/", {"max_cache_size": 1})
    assert answer.status_code == 400
    assert "no remote" in answer.text
