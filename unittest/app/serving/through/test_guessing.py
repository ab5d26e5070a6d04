"""Which projects a file may be of, by its name."""

import pytest

from pulp_pyindex.app.serving.through.guessing import projects_of


@pytest.mark.parametrize(
    ("filename", "projects"),
    [
        ("Foo_Bar-1.0-py3-none-any.whl", ["foo-bar"]),
        ("foo-1.0.tar.gz", ["foo"]),
        ("foo_bar-1.0.tar.gz", ["foo-bar"]),
        ("foo-bar-1.0.tar.gz", ["foo-bar"]),
        ("foo-1.0-1.tar.gz", ["foo", "foo-1-0"]),
        ("foo.txt", []),
        ("foo-1.0.txt", []),
        ("-.tar.gz", []),
        ("foo", []),
    ],
)
def test_a_name_tells_of_few_projects(filename: str, projects: list[str]) -> None:
    """The likeliest first."""
    assert projects_of(filename) == projects


def test_a_name_full_of_dashes_is_not_taken_apart_for_ever() -> None:
    """A hostile name costs no more than a few looks."""
    assert len(projects_of("a-" * 100 + "1.0.tar.gz")) <= 12
