"""What OpenTelemetry is told."""

from typing import Any
from uuid import UUID

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from pulp_pyindex.app.serving.metrics import measure
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.traffic import Cache, Traffic

INDEX = Index(
    distribution_pk=UUID(int=1),
    domain_pk=UUID(int=2),
    domain="default",
    base_path="team/prod",
    guard_pk=None,
    publication_pk=None,
    version_pk=None,
    pinned=False,
)


class Remote:
    """What is told of a remote."""

    pk = UUID(int=3)
    name = "web"


def collected(reader: InMemoryMetricReader) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """By instrument: labels, and the number or the histogram's count."""
    data = reader.get_metrics_data()
    assert data is not None
    (resource,) = data.resource_metrics
    return {
        metric.name: [
            (dict(point.attributes or {}), getattr(point, "value", getattr(point, "count", None)))
            for point in metric.data.data_points
        ]
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_the_numbers_are_read_when_they_are_collected() -> None:
    """Counters of answers, questions and refusals; which upstream fails, and what they take."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    traffic = Traffic()
    measure(provider.get_meter("pulp.pyindex"), traffic, "7@host")
    statuses = traffic.statuses(INDEX, ["simple", "foo", ""], Cache.STALE)
    statuses[200] = 5
    traffic.statuses(INDEX, ["simple", ""], "")[304] = 2
    traffic.refused(INDEX, "deny", "malware")
    with traffic.asking("default", Remote(), "page") as question:
        question.outcome = "timeout"

    worker = {"worker.name": "7@host", "domain_name": "default"}
    index = {**worker, "index": "team/prod"}
    page = {**index, "kind": "page", "cache": "stale", "http.status_code": 200}
    listed = {**index, "kind": "list", "cache": "none", "http.status_code": 304}
    asked = {**worker, "remote": "web", "kind": "page", "outcome": "timeout"}
    assert collected(reader) == {
        "pyindex.answers": [(page, 5), (listed, 2)],
        "pyindex.upstream.requests": [(asked, 1)],
        "pyindex.upstream.failing": [({**worker, "remote": "web"}, 1)],
        "pyindex.upstream.duration": [(asked, 1)],
        "pyindex.refusals": [({**index, "action": "deny", "rule": "malware"}, 1)],
    }

    statuses[200] += 1
    assert (page, 6) in collected(reader)["pyindex.answers"]
    provider.shutdown()
