"""Where versions say they come from."""

from types import SimpleNamespace
from typing import Any

import pytest

from pulp_pyindex.app.catalog import Origin, origin


def of(info: dict[str, Any], number: int = 3) -> Origin:
    version: Any = SimpleNamespace(info=info, number=number)
    return origin(version)


def test_all_that_is_known_is_told() -> None:
    """What has a field of its own is not told twice."""
    found = of(
        {"source": "promotion", "user": "bob", "note": "go", "repository": "dev", "number": 2}
    )
    assert found == Origin(
        kind="promotion",
        user="bob",
        summary="promotion of dev version 2",
        note="go",
        details={"user": "bob", "repository": "dev", "number": 2},
    )


@pytest.mark.parametrize(
    ("info", "summary"),
    [
        ({"source": "sync", "remote_name": "r"}, "sync of remote r"),
        ({"source": "sync", "remote_name": "r", "serial": 0}, "sync of remote r at serial 0"),
        ({"source": "upload", "files": ["a", "b", "c", "d"]}, "upload of a, b, c and 1 more"),
        ({"source": "edit", "edits": [{"action": "yank", "project": "x"}]}, "edit: yank x"),
        (
            {"source": "promotion", "repository": "d", "number": 1, "overridden": ["no_yanked"]},
            "promotion of d version 1, past the gates no_yanked",
        ),
        (
            {
                "source": "promotion",
                "repository": "d",
                "number": 1,
                "projects": ["x"],
                "releases": [{"project": "y", "release": "2"}],
            },
            "promotion of x, y 2 from d version 1",
        ),
        ({"source": "pull-through", "files": ["a"]}, "passed through and kept: a"),
        ({"source": "rollback", "number": 1}, "rollback to version 1"),
        ({"source": "modify"}, "content added or removed by modify"),
        ({"source": "import"}, "import of another Pulp's export"),
        ({"source": "pulp"}, "made by Pulp"),
        ({}, "not known"),
    ],
)
def test_a_summary_is_one_sentence(info: dict[str, Any], summary: str) -> None:
    """For each way in which versions are made."""
    assert of(info).summary == summary


def test_the_first_version_is_empty() -> None:
    """Every repository begins with it."""
    assert of({}, number=0).summary == "empty"


def test_uploads_name_who_brought_them() -> None:
    """Whosever task commits them."""
    assert of({"source": "upload", "user": None, "users": ["", "bob", "eve"]}).user == "bob, eve"
    assert of({"source": "upload", "user": "bob", "users": ["bob", "eve"]}).user == "bob, eve"
