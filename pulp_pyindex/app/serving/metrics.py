"""Tells OpenTelemetry what a content process counts, where Pulp's `OTEL_ENABLED` is set.

The numbers are read when they are collected; a request does nothing for that.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from django.conf import settings
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from pulp_pyindex.app.serving.traffic import Asked, Traffic

#: As pulpcore calls its content app.
_SERVICE = "pulp-content"
#: Milliseconds for the last numbers of a process that ends.
_LAST = 3000
#: Bounds, in seconds, between which questions to upstreams are sorted by what they took.
_BOUNDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)

_Callback = Callable[[CallbackOptions], Iterable[Observation]]


@asynccontextmanager
async def exporting(traffic: Traffic) -> AsyncIterator[None]:
    """Export by OTLP until the end, as the environment variables `OTEL_EXPORTER_OTLP_…` say."""
    if not settings.OTEL_ENABLED:
        yield
        return
    worker = f"{os.getpid()}@{socket.gethostname()}"
    provider = MeterProvider(
        metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())],
        resource=Resource.create({"service.name": _SERVICE, "service.instance.id": worker}),
        # The interpreter does not end by itself here: gunicorn ends the process.
        shutdown_on_exit=False,
    )
    measure(provider.get_meter("pulp.pyindex"), traffic, worker)
    try:
        yield
    finally:
        await asyncio.to_thread(provider.shutdown, _LAST)


def measure(meter: Meter, traffic: Traffic, worker: str) -> None:
    """Make the instruments. `worker` tells the numbers of several processes apart."""

    def told(**labels: str | int) -> dict[str, str | int]:
        named = {name.replace("__", "."): value for name, value in labels.items()}
        return {**named, "worker.name": worker}

    def answers(options: CallbackOptions) -> Iterable[Observation]:
        for one, statuses in list(traffic.answers.items()):
            for status, count in list(statuses.items()):
                labels = told(
                    domain_name=one.domain,
                    index=one.index,
                    kind=one.kind,
                    cache=one.cache or "none",
                    http__status_code=status,
                )
                yield Observation(count, labels)

    def asked(options: CallbackOptions) -> Iterable[Observation]:
        for one, spent in list(traffic.asked.items()):
            yield Observation(spent.count, _question(one, told))

    def failing(options: CallbackOptions) -> Iterable[Observation]:
        for (domain, remote), fails in list(traffic.failing.items()):
            yield Observation(int(fails), told(domain_name=domain, remote=remote))

    def refusals(options: CallbackOptions) -> Iterable[Observation]:
        for one, count in list(traffic.refusals.items()):
            labels = told(domain_name=one.domain, index=one.index, action=one.action, rule=one.rule)
            yield Observation(count, labels)

    _count(meter, "pyindex.answers", "{answer}", "Answers of indexes to clients", answers)
    _count(meter, "pyindex.upstream.requests", "{request}", "Questions to upstreams", asked)
    _count(meter, "pyindex.refusals", "{refusal}", "Times a rule spoke to a client", refusals)
    meter.create_observable_gauge(
        "pyindex.upstream.failing",
        callbacks=[failing],
        unit="1",
        description="Whether the last question to an upstream failed",
    )
    duration = meter.create_histogram(
        "pyindex.upstream.duration",
        unit="s",
        description="How long upstreams take to answer",
        explicit_bucket_boundaries_advisory=_BOUNDS,
    )
    traffic.on_asked = lambda one, seconds: duration.record(seconds, _question(one, told))


def _count(meter: Meter, name: str, unit: str, text: str, callback: _Callback) -> None:
    meter.create_observable_counter(name, callbacks=[callback], unit=unit, description=text)


def _question(one: Asked, told: Callable[..., dict[str, str | int]]) -> dict[str, str | int]:
    return told(domain_name=one.domain, remote=one.remote, kind=one.kind, outcome=one.outcome)
