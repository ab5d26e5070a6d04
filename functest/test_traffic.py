"""What an index answered, and what its upstream did, is counted and can be asked for."""

import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from support.index import Index, fetched
from support.passing import Passed, fresh, get, names, page, pass_through
from support.pulp import Pulp
from support.upstream import Upstream
from support.waiting import wait_for


def counted(passed: Passed) -> tuple[dict[tuple[str, str, int], int], dict[tuple[str, str], int]]:
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

    def is_kept() -> bool:
        kept = passed.cache()
        return bool(kept["pages"] == kept["files"] == 1)

    wait_for(is_kept, "the page and the file to be kept")
    for _ in range(3):
        assert get(passed, url).content == one.body
        assert names(page(passed)) == [one.filename]
    assert page(passed, "beta").status_code == 404
    pulp.update(passed.remote["pulp_href"], page_ttl=1)
    passed.invalidate("alpha")

    #: The codes of warnings; empty: there was none.
    warnings: Counter[str] = Counter()

    def warns(code: str) -> bool:
        answer = page(passed)
        assert names(answer) == [one.filename]
        warned = answer.headers.get("Warning", "")[:3]
        warnings[warned] += 1
        return warned == code

    wait_for(lambda: warns("110"), "a page that is renewed")
    gone.stop()
    wait_for(lambda: warns("111"), "a renewal that failed")
    assert page(passed, "gamma").status_code == 502

    given = {"page": 1 + 3 + 1 + warnings.total() + 1, "file": 1 + 3}

    def lacking() -> Any:
        # Each process writes at its own times.
        answers, asked = counted(passed)
        found = {kind: sum(n for key, n in answers.items() if key[0] == kind) for kind in given}
        # What was under way when upstream went may never be answered.
        failed = sum(asked.get(("page", outcome), 0) for outcome in ("unreachable", "timeout"))
        if found == given and failed >= 2 and asked.get(("page", "unchanged"), 0) >= 1:
            return None
        return given, answers, asked

    with contextlib.suppress(TimeoutError):
        wait_for(lambda: lacking() is None, "the counts")
    assert lacking() is None
    answers, asked = counted(passed)
    known = {
        ("page", "miss", 200): 1,
        ("page", "stale", 200): warnings["110"],
        ("page", "stale_error", 200): warnings["111"],
        ("page", "negative", 404): 1,
        ("page", "", 502): 1,
        ("file", "fetched", 200): 1,
        ("file", "hit", 200): 3,
    }
    rest = {key: count for key, count in answers.items() if key[0] != "other" and key not in known}
    assert {key: answers.get(key) for key in known} == known
    # Who asks again before the first has heard from upstream waits for it as well.
    assert set(rest) == {("page", "fresh", 200), ("page", "revalidated", 200)}
    assert asked["page", "ok"] == asked["page", "missing"] == asked["file", "ok"] == 1


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
        # One of each process at least, and the one whose tag is asked with.
        return counts.get(("page", 304)) == 20 and counts.get(("page", 200), 0) >= 3

    wait_for(told, "the counts")
