"""Writing down what was refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pulpcore.plugin.util import get_domain_pk

from pulp_pyindex.app.models import PyindexDistribution, PyindexRefusal, PyindexRefusalCount
from pulp_pyindex.app.tasks.refusals import Counts, Refused, count, write_refusals

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def distribution() -> PyindexDistribution:
    made: PyindexDistribution = PyindexDistribution.objects.create(name="main", base_path="main")
    return made


def refused(distribution_pk: Any, minutes: int = 0, **changes: Any) -> Refused:
    told = {
        "domain_pk": get_domain_pk(),
        "distribution_pk": distribution_pk,
        "base_path": "main",
        "project": "foo",
        "release": "1.0",
        "filename": "foo-1.0.tar.gz",
        "action": "deny",
        "ruleset": "default",
        "rule": "malware",
        "text": "no",
        "client": "pip/26",
        "address": "127.0.0.1",
        "at": NOW + timedelta(minutes=minutes),
        **changes,
    }
    return Refused(**told)


def write(*ones: Refused) -> None:
    counts: Counts = {}
    for one in ones:
        count(counts, one)
    write_refusals(ones, counts)


def test_all_are_counted_and_the_latest_are_kept(
    distribution: PyindexDistribution, settings: Any
) -> None:
    """Counts are sums over writings; the list is bounded."""
    settings.PYINDEX_REFUSALS_KEPT = 3
    write(*(refused(distribution.pk, minutes) for minutes in range(4)))
    write(refused(distribution.pk, 9), refused(distribution.pk, 10, rule="other"))
    counts = {row.rule: row for row in PyindexRefusalCount.objects.all()}
    assert {rule: row.count for rule, row in counts.items()} == {"malware": 5, "other": 1}
    assert counts["malware"].first_at == NOW
    assert counts["malware"].last_at == NOW + timedelta(minutes=9)
    kept = PyindexRefusal.objects.order_by("at").values_list("at", flat=True)
    assert list(kept) == [NOW + timedelta(minutes=minutes) for minutes in (3, 9, 10)]


def test_a_client_may_call_itself_anything(distribution: PyindexDistribution) -> None:
    """Bytes that are no text, and far too many of them."""
    write(refused(distribution.pk, client="\udcff\0" + "x" * 9000))
    assert PyindexRefusal.objects.get().client == "?" + "x" * 499


def test_what_is_of_a_deleted_index_is_not_written(distribution: PyindexDistribution) -> None:
    """And what was written of it goes; refusals by REST have no index and stay."""
    write(refused(distribution.pk), refused(None, action="upload"), refused(uuid4()))
    assert PyindexRefusal.objects.count() == 2
    PyindexDistribution.objects.filter(pk=distribution.pk).delete()
    write(refused(None, action="upload"))
    assert set(PyindexRefusal.objects.values_list("distribution_id", flat=True)) == {None}
    assert not PyindexRefusalCount.objects.exists()
