"""Approvals of versions, and the record of promotions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pulpcore.plugin.util import get_url

from pulp_pyindex.app.models import PyindexApproval, PyindexPromotion

from .orders import OrderSerializer


class PyindexFindingSerializer(serializers.Serializer[Any]):
    """One file that a gate does not let in."""

    rule = serializers.CharField(help_text="The gate's rule.")
    project = serializers.CharField(help_text="Normalised name of the project.")
    release = serializers.CharField(help_text="The release.")
    filename = serializers.CharField(help_text="The file; empty where all are meant.")
    reason = serializers.CharField(help_text="Why it is not let in.")


class _OfSourceSerializer(serializers.Serializer[Any]):
    """What knows the version that was, or is to be, promoted."""

    source = serializers.SerializerMethodField(
        help_text="The source version; null where it is gone."
    )
    source_repository = serializers.CharField(help_text="Name of the source's repository.")
    source_number = serializers.IntegerField(help_text="Number of the source version.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_source(self, row: Any) -> str | None:
        """Address of the source version."""
        version = row.source_version
        if version is None:
            return None
        return f"{get_url(version.repository.cast())}versions/{version.number}/"


class PyindexApprovalSerializer(_OfSourceSerializer):
    """Somebody's word that a version may be promoted into the repository."""

    pulp_created = serializers.DateTimeField(help_text="When it was given.")
    role = serializers.CharField(help_text="The role by which the user may approve.")
    user = serializers.CharField(source="user_name", help_text="Who gave it.")
    note = serializers.CharField(help_text="What was said with it.")
    revoked_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was taken back; null: it holds."
    )
    revoked_by = serializers.CharField(help_text="Who took it back.")

    class Meta:
        model = PyindexApproval


class PyindexApproveSerializer(OrderSerializer):
    """The version to approve of."""

    source = serializers.CharField(
        help_text="The repository version, or a repository: its latest version now."
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Why; kept with the approval."
    )


class PyindexRevokeSerializer(OrderSerializer):
    """The version whose approvals are taken back."""

    source = serializers.CharField(
        help_text="The repository version, or a repository: its latest version now."
    )


class PyindexPromotionSerializer(_OfSourceSerializer):
    """The record of one promotion."""

    pulp_created = serializers.DateTimeField(help_text="When it was done.")
    number = serializers.IntegerField(help_text="Number of the version that it made.")
    user = serializers.CharField(source="user_name", help_text="Who did it.")
    mode = serializers.CharField(help_text="`replace` or `add`.")
    projects = serializers.ListField(
        child=serializers.CharField(), help_text="The projects it was about, where not all."
    )
    releases = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="The releases it was about, where not all.",
    )
    note = serializers.CharField(help_text="Why it was done.")
    overridden = serializers.ListField(
        child=serializers.CharField(),
        help_text="Rules of gates that found something and were overridden.",
    )
    override_reason = serializers.CharField(help_text="Why they were overridden.")
    findings = PyindexFindingSerializer(
        many=True, help_text="What the overridden rules had found; at most 100."
    )
    holds_source = serializers.BooleanField(
        help_text="Whether it keeps the source version from being cleaned away."
    )

    class Meta:
        model = PyindexPromotion
