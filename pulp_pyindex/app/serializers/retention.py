"""Versions with what holds them, and the orders to hold, let go and clean up."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.serializers import RepositoryVersionSerializer

from pulp_pyindex.app import catalog
from pulp_pyindex.app.catalog import Hold

from .described import DescribedMixin
from .orders import OrderSerializer
from .origin import PyindexOriginSerializer, shown_origin

_SECONDS = {"h": 3600.0, "d": 86400.0, "w": 604800.0}
_AGE = re.compile(r"([1-9][0-9]{0,5})([hdw])\Z")


class PyindexVersionHeldSerializer(serializers.Serializer[Any]):
    """One reason for which a version stays."""

    kind = serializers.ChoiceField(
        choices=["label", "promotion", "distribution", "checkpoint"],
        help_text="What holds the version.",
    )
    name = serializers.CharField(
        help_text="The label; the repository and version it was promoted to; the distribution; "
        "the publication that is a checkpoint."
    )
    note = serializers.CharField(help_text="Why, as whoever did it said.")
    since = serializers.DateTimeField(
        allow_null=True, help_text="Since when; null for a distribution."
    )


class PyindexVersionSerializer(DescribedMixin, RepositoryVersionSerializer):
    """One state of an index."""

    holds = serializers.SerializerMethodField(
        help_text="What keeps the version from being cleaned away. Nothing does where it is empty."
    )

    @extend_schema_field(PyindexVersionHeldSerializer(many=True))
    def get_holds(self, version: RepositoryVersion) -> list[dict[str, Any]]:
        # A list is of one repository: what holds its versions is asked for once.
        known: dict[UUID, dict[UUID, list[Hold]]] = self.context.setdefault("pyindex_holds", {})
        if version.repository_id not in known:
            known[version.repository_id] = catalog.holds(version.repository_id)
        held = known[version.repository_id].get(version.pk, [])
        shown: list[dict[str, Any]] = PyindexVersionHeldSerializer(held, many=True).data
        return shown

    origin = serializers.SerializerMethodField(
        help_text="How the version came about: who made it, of what, and why."
    )

    @extend_schema_field(PyindexOriginSerializer())
    def get_origin(self, version: RepositoryVersion) -> dict[str, Any]:
        return shown_origin(version)

    def get_vuln_report(self, version: RepositoryVersion) -> str:
        # pulpcore's own does not say what it returns.
        return str(super().get_vuln_report(version))

    class Meta:
        model = RepositoryVersion
        fields = (*RepositoryVersionSerializer.Meta.fields, "origin", "holds")


class PyindexHoldSerializer(OrderSerializer):
    """The order to keep a version."""

    label = serializers.CharField(
        max_length=200, help_text="Name of the hold, by which it is released again."
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Why the version has to stay."
    )


class PyindexHoldReleaseSerializer(OrderSerializer):
    """The order to no longer keep a version."""

    label = serializers.CharField(help_text="Name of the hold to release.")


class PyindexCleanupSerializer(OrderSerializer):
    """Which versions are old enough to go. One of the first two is needed."""

    retain_versions = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="How many of the newest versions stay, held or not.",
    )
    older_than = serializers.CharField(
        required=False,
        help_text="How long ago a version must have been superseded: a number of hours, days or "
        "weeks, such as '12h', '90d', '8w'.",
    )
    remove_content = serializers.BooleanField(
        default=False,
        help_text="Whether files that no version of any repository holds then are removed too.",
    )
    orphan_protection_time = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=4294967295,
        help_text="Minutes in which content must not have been of interest to be removed. By "
        "default Pulp's setting ORPHAN_PROTECTION_TIME.",
    )
    dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would go; the task's result has it."
    )

    def validate_older_than(self, text: str) -> str:
        if not _AGE.match(text):
            raise serializers.ValidationError(
                "Write a number and h, d or w behind it: '12h', '90d', '8w'."
            )
        return text

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "retain_versions" not in data and "older_than" not in data:
            raise serializers.ValidationError(
                "Say which versions may go: name `retain_versions`, `older_than`, or both."
            )
        return data

    def told(self) -> dict[str, Any]:
        """The order as the task takes it."""
        data = self.validated_data
        age = _AGE.match(data.get("older_than", ""))
        return {
            "retain_versions": data.get("retain_versions"),
            "older_than": int(age[1]) * _SECONDS[age[2]] if age else None,
            "remove_content": data["remove_content"],
            "orphan_protection_time": data.get(
                "orphan_protection_time", settings.ORPHAN_PROTECTION_TIME
            ),
            "dry_run": data["dry_run"],
        }
