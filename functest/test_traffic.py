"""What an index answered, and what its upstream did, is counted and can be asked for."""

import contextlib
from collections.abc import Callable
from typing import Any

from support.index import Index, fetched
from support.passing import Passed, fresh, get, names, page, pass_through
from support.pulp import Pulp
from support.upstream import Upstream
from support.waiting import wait_for


def counted(passed: Passed) -> tuple[dict[Any, int], dict[Any, int]]:
    """Answers by kind, cache and status; questions to upstream by kind and outcome."""
    told = passed.pulp.read(f"{passed.distribution['pulp_href']}traffic/")
    answers = {(one["kind"], one["cache"], one["status"]): one["count"] for one in told["answers"]}
    return answers, {(one["kind"], one["outcome"]): one["count"] for one in told["upstream"]}


def test_answers_and_questions_are_counted(
    pulp: Pulp, make_upstream: Callable[..., Upstream]
) -> None:
    """By how a page or file was come by: waited for, fresh, stale, or although upstream fails."""
    gone = make_upstream()
    one = fresh()
    gone.add(one)
    passed = pass_through(pulp, gone.url, page_ttl=600, max_retries=0)
    url = passed.index.files("alpha")[one.filename]["url"]
    assert get(passed, url).content == one.body
    wait_for(lambda: passed.cache()["files"] == 1, "the file to be kept")
    for _ in range(3):
        assert get(passed, url).content == one.body
        assert names(page(passed)) == [one.filename]
    assert page(passed, "beta").status_code == 404
    pulp.update(passed.remote["pulp_href"], page_ttl=1)
    passed.invalidate("alpha")

    stale = 0

    def is_stale(warning: str) -> bool:
        nonlocal stale
        answer = page(passed)
        assert names(answer) == [one.filename]
        stale += "Warning" in answer.headers
        return warning in answer.headers.get("Warning", "")

    wait_for(lambda: is_stale("110"), "a page that is renewed", 60)
    gone.stop()
    wait_for(lambda: is_stale("111"), "a renewal that failed", 60)
    assert page(passed, "gamma").status_code == 502

    # Each process writes at its own times.
    at_least: dict[Any, int] = {
        ("page", "miss", 200): 1,
        ("page", "fresh", 200): 1,
        ("page", "negative", 404): 1,
        ("page", "", 502): 1,
        ("file", "fetched", 200): 1,
        ("file", "hit", 200): 1,
    }
    questions: dict[Any, int] = {
        ("page", "ok"): 1,
        ("page", "unchanged"): 1,
        ("page", "missing"): 1,
        ("page", "unreachable"): 2,
        ("file", "ok"): 1,
    }

    def lacking() -> list[Any]:
        answers, asked = counted(passed)
        told = answers | asked
        old = [answers.get(("page", cache, 200), 0) for cache in ("stale", "stale_error")]
        files = sum(answers.get(("file", cache, 200), 0) for cache in ("fetched", "hit"))
        less: list[Any] = [] if files == 4 else [("files", files)]
        less += [
            (one, told.get(one, 0))
            for one, count in (at_least | questions).items()
            if told.get(one, 0) < count
        ]
        return less if 0 < sum(old) <= stale and min(old) > 0 else [*less, (old, stale)]

    with contextlib.suppress(TimeoutError):
        wait_for(lambda: not lacking(), "the counts", 60)
    assert lacking() == []
    answers, asked = counted(passed)
    assert answers["page", "negative", 404] == 1
    assert asked["page", "missing"] == asked["file", "ok"] == 1


def test_an_index_without_upstream_counts_its_answers(pulp: Pulp, upstream: Upstream) -> None:
    """Also those that are given ahead of everything else."""
    upstream.add(fresh())
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(upstream.url))
    distribution = pulp.distribute(repository=repository["pulp_href"])
    index = Index(base=distribution["base_url"])
    index.wait(lambda one: len(one.files("alpha")) == 1)
    page = f"{distribution['base_url']}simple/alpha/"
    tag = fetched(page).headers["ETag"]
    for _ in range(20):
        assert fetched(page, **{"If-None-Match": tag}).status_code == 304

    def told() -> Any:
        found = pulp.read(f"{distribution['pulp_href']}traffic/")
        counts = {(one["kind"], one["status"]): one["count"] for one in found["answers"]}
        assert found["upstream"] == []
        assert {one["cache"] for one in found["answers"]} <= {""}
        return counts.get(("page", 304)) == 20 and counts

    assert wait_for(told, "the counts", 20)["page", 200] >= 2
