"""Replication, for Pulp to find: who copies the indexes of another Pulp.

Nobody does where pulp-glue-pyindex is not installed (the extra `replica`): that Pulp can still be
replicated by others.
"""

from importlib.util import find_spec
from typing import Any

REPLICATION_ORDER: list[Any] = []

if find_spec("pulp_glue.pyindex") is not None:
    from .replicator import PyindexReplicator

    REPLICATION_ORDER.append(PyindexReplicator)
