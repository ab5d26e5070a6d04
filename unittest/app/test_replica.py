"""Replication as Pulp finds it."""

from pulpcore.plugin.replica import Replicator

from pulp_pyindex.app import replica, serializers
from pulp_pyindex.app.replica.replicator import PyindexReplicator


def test_pulp_finds_the_replicator() -> None:
    """Where the library that reads the other Pulp is installed."""
    (found,) = replica.REPLICATION_ORDER
    assert found is PyindexReplicator


def test_the_replicator_says_all_that_pulp_asks_it() -> None:
    """What is left out fails only when something is to be updated or deleted."""
    optional = {"required_version"}
    asked = {name for name, value in vars(Replicator).items() if value is None} - optional
    assert asked
    assert {name for name in asked if getattr(PyindexReplicator, name) is None} == set()
    for name in asked:
        if name.endswith("_serializer_name"):
            assert hasattr(serializers, getattr(PyindexReplicator, name))
