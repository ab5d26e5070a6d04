"""Exporters of static trees, and exports, as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulpcore.plugin.models import Export
from pulpcore.plugin.serializers import ExporterSerializer, RelatedField

from pulp_pyindex.app.models import PyindexStaticExporter
from pulp_pyindex.app.stores import CLASSES, check_choice, without_secrets

from .described import DescribedMixin
from .orders import OrderSerializer


class _SettingsField(serializers.DictField):
    """Settings of a storage. Secrets go in and never come out."""

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(without_secrets(value))
        return shown


class PyindexStaticExporterSerializer(DescribedMixin, ExporterSerializer):
    """A place to which indexes are written as plain trees."""

    path = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="An absolute path of a directory on the workers' machine, below one of Pulp's "
        "ALLOWED_EXPORT_PATHS.",
    )
    storage = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Instead: the name of a storage in the setting STORAGES, but for Pulp's own.",
    )
    storage_class = serializers.ChoiceField(
        choices=[*CLASSES, ""],
        required=False,
        help_text="Instead: the class of an object storage, as domains have it.",
    )
    storage_settings = _SettingsField(
        required=False,
        help_text="The settings of `storage_class`, as domains have them. Secrets (keys, tokens, "
        "connection strings) are not shown again.",
    )
    base_url = serializers.URLField(
        required=False,
        allow_blank=True,
        help_text="Where the tree will be served: the URL above `simple/`. Only links to "
        "provenance need it; without it they are relative.",
    )

    def validate_path(self, path: str) -> str:
        """Checked with the rest: pulpcore's own would let `/exports-other` in for `/exports`."""
        return path

    def validate_base_url(self, url: str) -> str:
        return url if not url or url.endswith("/") else f"{url}/"

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        validated: dict[str, Any] = super().validate(data)
        fields = ("path", "storage", "storage_class", "storage_settings")
        told = {name: getattr(self.instance, name) for name in fields} if self.instance else {}
        told |= {name: validated[name] for name in fields if name in validated}
        check_choice(PyindexStaticExporter(**told))
        return validated

    class Meta:
        model = PyindexStaticExporter
        fields = (
            *ExporterSerializer.Meta.fields,
            "path",
            "storage",
            "storage_class",
            "storage_settings",
            "base_url",
        )


class PyindexStaticExportSerializer(OrderSerializer):
    """What is to be exported, and how."""

    source = serializers.CharField(
        help_text="A publication, a repository version, or a repository or distribution: what it "
        "serves at that moment."
    )
    fetch = serializers.BooleanField(
        default=True,
        help_text="Fetch and keep files that are at their upstream only. Otherwise the export "
        "fails, and says how many there are.",
    )
    remove = serializers.BooleanField(
        default=False,
        help_text="Remove what earlier exports wrote and the index has no more, at the very end.",
    )
    full = serializers.BooleanField(
        default=False,
        help_text="Write everything anew, also what is as it was: after somebody else changed the "
        "tree.",
    )


class PyindexStaticExportedSerializer(serializers.Serializer[Any]):
    """An export that was made."""

    pulp_created = serializers.DateTimeField(read_only=True, help_text="When it was finished.")
    task = RelatedField(
        help_text="The task that made it.", view_name="tasks-detail", read_only=True
    )
    result = serializers.JSONField(
        source="params", read_only=True, help_text="What was exported, to where, and its numbers."
    )

    class Meta:
        model = Export
