"""What a page says otherwise than the one before it."""

from dataclasses import replace
from typing import Any

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.through.news import news
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status

ONE = File(filename="foo-1.0.tar.gz", url="https://files.example.org/1", hashes={})
TWO = File(filename="foo-2.0.tar.gz", url="https://files.example.org/2?sign=a", hashes={})


def page(*files: File, **fields: Any) -> ProjectPage:
    return ProjectPage(name=NormalizedName("foo"), files=files, **fields)


def test_each_fact_of_a_file_is_news() -> None:
    """Of that file."""
    changes: dict[str, Any]
    for changes in (
        {"yanked": ""},
        {"requires_python": ">=3"},
        {"core_metadata": {}},
        {"provenance": "https://example.org/p"},
        {"hashes": {"sha256": "0" * 64}},
        {"url": "https://other.example.org/1"},
    ):
        changed: File = replace(ONE, **changes)
        assert news(page(ONE, TWO), page(changed, TWO)) == frozenset([ONE.filename])


def test_files_that_come_are_news_and_those_that_go_are_none() -> None:
    """One that comes may have gone before."""
    assert news(page(ONE), page(TWO)) == frozenset([TWO.filename])
    assert news(page(ONE, TWO), page(TWO)) == frozenset()


def test_signatures_of_addresses_are_no_news() -> None:
    """They are others with every page; so may be the place of the provenance."""
    before = replace(TWO, provenance="https://example.org/a")
    after = replace(before, url="https://files.example.org/2?sign=b", provenance="https://b.org/")
    assert news(page(before), page(after)) == frozenset()


def test_another_status_concerns_every_file() -> None:
    """And so does a page of which nothing is known from before."""
    status = ProjectStatus(status=Status.ARCHIVED)
    assert news(page(ONE), page(ONE, status=status)) is None
    assert news(None, page(ONE)) is None
