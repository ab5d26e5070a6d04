"""Static exporters, and what their exports say they did."""

from typing import Any

from .pulp import Pulp, Row, unique


def make_exporter(pulp: Pulp, **fields: Any) -> Row:
    """A static exporter."""
    return pulp.create("exporters/pyindex/static/", name=unique("exporter"), **fields)


def export(pulp: Pulp, exporter: Row, source: str, **options: Any) -> dict[str, Any]:
    """What an export says it did."""
    task = pulp.task(pulp.post(f"{exporter['pulp_href']}exports/", {"source": source, **options}))
    result: dict[str, Any] = task["result"]
    return result
