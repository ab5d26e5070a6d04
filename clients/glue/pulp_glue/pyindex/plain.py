"""Contexts of what has nothing of its own beyond what REST says of it: `act`, `ask` and `tell`."""

from __future__ import annotations

from .entities import PyindexEntityContext
from .tables import RESOURCES


class PulpPyindexRulesetContext(PyindexEntityContext):
    """Rules that decide which files an index offers."""

    PLUGIN = "pyindex"
    MODEL_NAME = "pyindexruleset"
    ENTITY = "ruleset"
    ENTITIES = "rulesets"
    RESOURCE = RESOURCES["ruleset"]


class PulpPyindexQuarantineContext(PyindexEntityContext):
    """What no index gives out, at once and whatever else is said of it."""

    PLUGIN = "pyindex"
    MODEL_NAME = "pyindexquarantine"
    ENTITY = "quarantine"
    ENTITIES = "quarantines"
    RESOURCE = RESOURCES["quarantine"]


class PulpPyindexRefusalContext(PyindexEntityContext):
    """That somebody was refused a file, and by which rule."""

    PLUGIN = "pyindex"
    MODEL_NAME = "pyindexrefusal"
    ENTITY = "refusal"
    ENTITIES = "refusals"
    RESOURCE = RESOURCES["refusal"]


class PulpPyindexAdvisoryContext(PyindexEntityContext):
    """What is known of a vulnerability."""

    PLUGIN = "pyindex"
    MODEL_NAME = "pyindexadvisory"
    ENTITY = "advisory"
    ENTITIES = "advisories"
    RESOURCE = RESOURCES["advisory"]


class PulpPyindexExporterContext(PyindexEntityContext):
    """Writes indexes as plain trees, for any web server."""

    PLUGIN = "pyindex"
    MODEL_NAME = "pyindexstaticexporter"
    ENTITY = "exporter"
    ENTITIES = "exporters"
    RESOURCE = RESOURCES["exporter"]
