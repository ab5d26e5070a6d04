"""Where versions come from, and the difference of two."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.util import get_url

from pulp_pyindex.app import catalog

from .promotion import PyindexProjectDifferenceSerializer


class PyindexOriginSerializer(serializers.Serializer[Any]):
    """How a version came about."""

    kind = serializers.CharField(
        help_text="sync, upload, pull-through, edit, promotion, rollback, modify, import, or pulp "
        "for whatever else Pulp did; empty where it is not known."
    )
    user = serializers.CharField(
        allow_null=True, help_text="Who did it; null where nobody did or it is not known."
    )
    summary = serializers.CharField(help_text="The same in a sentence.")
    note = serializers.CharField(help_text="Why, as whoever did it said.")
    details = serializers.DictField(
        help_text="All that is known: the remote and its serial, the files, the edits, the source "
        "version, which projects and releases of it, and the gates that were overridden."
    )


class PyindexComparedSerializer(serializers.Serializer[Any]):
    """One of two versions that are compared."""

    pulp_href = serializers.SerializerMethodField(help_text="Address of the version.")
    repository_name = serializers.CharField(
        source="repository.name", help_text="Name of its repository."
    )
    number = serializers.IntegerField(help_text="Its number.")
    pulp_created = serializers.DateTimeField(help_text="When it was made.")
    origin = serializers.SerializerMethodField(help_text="How it came about.")

    @extend_schema_field(serializers.CharField())
    def get_pulp_href(self, version: RepositoryVersion) -> str:
        """Address of the version."""
        return f"{get_url(version.repository.cast())}versions/{version.number}/"

    @extend_schema_field(PyindexOriginSerializer())
    def get_origin(self, version: RepositoryVersion) -> dict[str, Any]:
        """How the version came about."""
        return shown_origin(version)


class PyindexDifferenceSerializer(serializers.Serializer[Any]):
    """What differs between two versions, a page at a time."""

    count = serializers.IntegerField(help_text="How many projects differ.")
    next = serializers.CharField(allow_null=True, help_text="Address of the next page.")
    previous = serializers.CharField(allow_null=True, help_text="Address of the page before.")
    base = PyindexComparedSerializer(help_text="The version that is compared with.")
    version = PyindexComparedSerializer(help_text="The version whose difference this is.")
    results = PyindexProjectDifferenceSerializer(many=True, help_text="The projects that differ.")


def shown_origin(version: RepositoryVersion) -> dict[str, Any]:
    """How a version came about, as REST shows it."""
    shown: dict[str, Any] = PyindexOriginSerializer(catalog.origin(version)).data
    return shown
