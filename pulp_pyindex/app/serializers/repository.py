"""Repositories, and the order to sync one, as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulpcore.plugin.models.role import Role
from pulpcore.plugin.serializers import RepositorySerializer, RepositorySyncURLSerializer

from pulp_pyindex.app.exceptions import refusal
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.gates import Approved, read_gates

from .addresses import AddressesMixin
from .described import DescribedMixin
from .rules import ruleset_field


class PyindexRepositorySerializer(AddressesMixin, DescribedMixin, RepositorySerializer):
    """The state of an index, version by version."""

    autopublish = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether each new version is published in the task that makes it "
        "(default: true). Distributions of the repository show its newest published version.",
    )

    max_file_size = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        help_text="Bytes that an uploaded file may have; null (the default) for no limit.",
    )
    allow_overwrite = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether an upload may replace a file of the same name (default: false). The "
        "identical file may always be uploaded again: nothing changes then.",
    )
    reserve_filenames = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether the name of a removed file stays taken for ever (default: true).",
    )
    allow_legacy_filenames = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether uploaded sdists may be named in other ways than PEP 625 wants "
        "(default: false).",
    )
    ruleset = ruleset_field("Uploads that this ruleset denies are refused; null: none is.")

    gates = serializers.JSONField(
        required=False,
        default=list,
        help_text="What is demanded of anything that is promoted into the repository: a list of "
        "objects with a `rule`, see the how-to on gates. Empty (the default): nothing.",
    )
    keep_sources = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether a version that was promoted into the repository is kept from being "
        "cleaned away (default: false). A promotion can say otherwise.",
    )

    def validate_gates(self, gates: Any) -> list[dict[str, Any]]:
        try:
            found = read_gates(gates)
        except PyindexError as error:
            raise refusal(error) from error
        for position, gate in enumerate(found):
            if isinstance(gate, Approved) and not Role.objects.filter(name=gate.role).exists():
                raise serializers.ValidationError(
                    f"gates[{position}]: there is no role {gate.role!r}"
                )
        told: list[dict[str, Any]] = gates
        return told

    class Meta:
        fields = (
            *RepositorySerializer.Meta.fields,
            "gates",
            "keep_sources",
            "autopublish",
            "max_file_size",
            "allow_overwrite",
            "reserve_filenames",
            "allow_legacy_filenames",
            "ruleset",
        )
        model = PyindexRepository


class PyindexRepositorySyncSerializer(AddressesMixin, RepositorySyncURLSerializer):
    """What a sync may be told."""

    mirror = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether to remove what upstream does not have (any more). False (the default) "
        "only adds and changes. What could not be read is never removed.",
    )
    allow_mass_removal = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Your word that it is meant when a sync with `mirror` removes more than the "
        "share of files that the setting PYINDEX_MASS_REMOVAL_LIMIT allows.",
    )
