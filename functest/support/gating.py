"""Repositories behind gates, promotions into them, and what the gates find."""

from typing import Any

import pytest

from .pulp import Pulp, Row, TaskFailed


def prod(pulp: Pulp, *gates: Row, **fields: Any) -> Row:
    """An empty repository behind these gates."""
    return pulp.create_repository(gates=list(gates), **fields)


def promote(pulp: Pulp, target: Row, source: Row | str, **what: Any) -> Row:
    """The result of a promotion."""
    named = source if isinstance(source, str) else source["pulp_href"]
    answer = pulp.post(f"{target['pulp_href']}promote/", {"source": named, **what})
    result: Row = pulp.task(answer)["result"]
    return result


def found(
    pulp: Pulp, target: Row, source: Row, *, fails: bool = False, **what: Any
) -> list[tuple[str, str]]:
    """Files and reasons, as a dry run lists them; with `fails` also as the promotion fails."""
    told = promote(pulp, target, source, dry_run=True, **what)["gates"]
    assert told["total"] == len(told["findings"])
    assert told["open"] is (told["total"] == 0)
    if fails:
        with pytest.raises(TaskFailed) as caught:
            promote(pulp, target, source, **what)
        assert "[PYI061]" in caught.value.reason
        for one in told["findings"]:
            assert f"{one['rule']}: {one['filename']}: {one['reason']}" in caught.value.reason
        assert pulp.latest(target)["number"] == 0
    return [(one["filename"], one["reason"]) for one in told["findings"]]
