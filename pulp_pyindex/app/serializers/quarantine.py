"""Quarantines and refusals as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulpcore.plugin.serializers import DetailRelatedField, IdentityField, ModelSerializer
from pulpcore.plugin.util import get_domain_pk

from pulp_pyindex.app.models import PyindexQuarantine, PyindexRefusal
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.names import NormalizedName
from pulp_pyindex.index.rules.facts import version_of

from .addresses import AddressesMixin
from .described import DescribedMixin
from .rules import distribution_field
from .spellings import project_name, release_name


class PyindexQuarantineSerializer(AddressesMixin, DescribedMixin, ModelSerializer):
    """A project, release or file that is given out to nobody."""

    pulp_href = IdentityField(view_name="pyindex/quarantines-detail")
    distribution = distribution_field(
        "The index where it is in force; null (the default): every index of the domain."
    )
    project = serializers.CharField(help_text="The project, in any spelling.")
    release = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Only this release, in any spelling; empty (the default): every one.",
    )
    filename = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Only the file of this name, in any spelling; empty (the default): every one.",
    )
    reason = serializers.CharField(
        max_length=2000,
        help_text="Why; it is told to everyone who asks for what is held.",
    )
    owner = serializers.SerializerMethodField(help_text="Who put it there; null where he is gone.")

    def get_owner(self, row: PyindexQuarantine) -> str | None:
        """The user's name."""
        return None if row.owner is None else str(row.owner.get_username())

    def validate_project(self, name: str) -> str:
        return project_name(name)

    def validate_release(self, release: str) -> str:
        return release_name(release)

    def validate_reason(self, reason: str) -> str:
        # It becomes a line of answers, and PEP 792's reason.
        return " ".join(reason.split())

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        validated: dict[str, Any] = super().validate(data)
        filename, release = validated.get("filename", ""), validated.get("release", "")
        if filename:
            try:
                parsed = parse(filename, NormalizedName(validated["project"]))
            except PyindexError as error:
                raise serializers.ValidationError({"filename": [str(error)]}) from error
            if release and version_of(parsed.version) != version_of(release):
                raise serializers.ValidationError(
                    {"filename": [f"{filename!r} is not a file of the release {release!r}."]}
                )
            validated["release"] = parsed.version
        same = PyindexQuarantine.objects.filter(
            pulp_domain=get_domain_pk(),
            distribution=validated.get("distribution"),
            project=validated["project"],
            release=validated.get("release", ""),
            filename=filename,
        )
        if same.exists():
            raise serializers.ValidationError(["It is in quarantine already."])
        return validated

    class Meta:
        model = PyindexQuarantine
        fields = (
            *ModelSerializer.Meta.fields,
            "distribution",
            "project",
            "release",
            "filename",
            "reason",
            "owner",
        )
        # Looked at in `validate`, which says it better.
        validators: list[Any] = []


class PyindexRefusalSerializer(DescribedMixin, ModelSerializer):
    """One time that a rule or a quarantine spoke to a client."""

    pulp_href = IdentityField(view_name="pyindex/refusals-detail")
    distribution = DetailRelatedField(
        read_only=True,
        allow_null=True,
        view_name_pattern=r"distributions(-.*/.*)?-detail",
        help_text="The index that was asked; null: the file was brought by REST.",
    )
    base_path = serializers.CharField(read_only=True, help_text="The index's base path then.")
    project = serializers.CharField(read_only=True, help_text="Normalised name of the project.")
    release = serializers.CharField(read_only=True, help_text="The release the file belongs to.")
    filename = serializers.CharField(read_only=True, help_text="Name of the file.")
    action = serializers.ChoiceField(
        read_only=True,
        choices=["deny", "report", "quarantine", "upload"],
        help_text="`deny`: refused with 403. `quarantine`: the same, as it is held. `report`: "
        "given out, and written down. `upload`: not taken.",
    )
    ruleset = serializers.CharField(read_only=True, help_text="Name of the ruleset.")
    rule = serializers.CharField(read_only=True, help_text="Name of the rule.")
    text = serializers.CharField(read_only=True, help_text="What the client was told.")
    client = serializers.CharField(
        read_only=True, help_text="What the client called itself (User-Agent)."
    )
    address = serializers.CharField(read_only=True, help_text="The client's network address.")
    at = serializers.DateTimeField(read_only=True, help_text="When it was.")

    class Meta:
        model = PyindexRefusal
        fields = (
            *ModelSerializer.Meta.fields,
            "distribution",
            "base_path",
            "project",
            "release",
            "filename",
            "action",
            "ruleset",
            "rule",
            "text",
            "client",
            "address",
            "at",
        )


class PyindexRefusalCountSerializer(serializers.Serializer[Any]):
    """How often a rule spoke at an index."""

    distribution = DetailRelatedField(
        read_only=True,
        view_name_pattern=r"distributions(-.*/.*)?-detail",
        help_text="The index.",
    )
    action = serializers.CharField(help_text="As in the list of refusals.")
    ruleset = serializers.CharField(help_text="Name of the ruleset.")
    rule = serializers.CharField(help_text="Name of the rule.")
    count = serializers.IntegerField(help_text="How often since the index was made.")
    first_at = serializers.DateTimeField(help_text="The first time.")
    last_at = serializers.DateTimeField(help_text="The last time.")
