"""What the status page has to say before the stack is called ready."""

import os
from dataclasses import replace
from typing import Any

import pytest

from pulp_pyindex.stack.options import default_options
from pulp_pyindex.stack.readiness import missing

OPTIONS = replace(default_options(), workers=1, content_processes=1)
OURS = f"{os.getpid()}@host"
GROUP = os.getpgid(0)
GROUPS = {"api": 1, "content": GROUP, "worker-1": GROUP}


def page(**changes: Any) -> dict[str, Any]:
    """A status page on which all is well, but for `changes`."""
    return {
        "database_connection": {"connected": True},
        "redis_connection": {"connected": False},
        "online_workers": [{"name": OURS}],
        "online_content_apps": [{"name": OURS}],
        **changes,
    }


def test_a_whole_stack_lacks_nothing() -> None:
    """One content process and one worker were asked for."""
    assert missing(page(), OPTIONS, GROUPS) == ""


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "the API does not answer"),
        (page(database_connection={"connected": False}), "the API has no database"),
        (page(online_workers=[]), "0 of 1 workers are online"),
        (page(online_content_apps=None), "0 of 1 content processes are online"),
        (page(online_workers=[{"name": "1@host"}]), "0 of 1 workers are online"),
    ],
)
def test_what_is_missing_is_said(found: dict[str, Any] | None, said: str) -> None:
    """A row that an earlier process left does not count."""
    assert missing(found, OPTIONS, GROUPS) == said


def test_redis_has_to_answer_only_where_it_is_used() -> None:
    """Without --redis nobody asks."""
    said = missing(page(), replace(OPTIONS, redis="redis://cache"), GROUPS)
    assert said == "Redis at redis://cache does not answer"
