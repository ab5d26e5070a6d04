"""The digest over what a source told of a file."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from pulp_pyindex.app.models.facts import facts_digest

FACTS: dict[str, Any] = {
    "project": "a",
    "version": "1.0",
    "packagetype": "sdist",
    "hashes": {"md5": "0" * 32},
}


def test_equal_facts_are_equal() -> None:
    """Whatever the order of the hashes and the zone of the moment."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    first = facts_digest(**{**FACTS, "hashes": {"md5": "1", "sha1": "2"}}, upload_time=noon)
    second = facts_digest(
        **{**FACTS, "hashes": {"sha1": "2", "md5": "1"}},
        upload_time=noon.astimezone(timezone(timedelta(hours=5))),
    )
    assert first == second


def test_every_fact_counts() -> None:
    """Also the difference between nothing and an empty text."""
    digests = {
        facts_digest(**FACTS),
        facts_digest(**FACTS, size=0),
        facts_digest(**FACTS, size=1),
        facts_digest(**FACTS, requires_python=">=3"),
        facts_digest(**FACTS, metadata_sha256=""),
        facts_digest(**FACTS, metadata_sha256="0" * 64),
        facts_digest(**FACTS, upload_time=datetime(2026, 1, 1, tzinfo=UTC)),
        facts_digest(**{**FACTS, "version": "1.1"}),
        facts_digest(**{**FACTS, "hashes": {}}),
    }
    assert len(digests) == 9
