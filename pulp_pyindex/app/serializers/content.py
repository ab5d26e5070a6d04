"""Content units as REST shows them. They cannot be changed; labels can be set on them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pulpcore.plugin.models import Artifact, Upload
from pulpcore.plugin.serializers import (
    DetailRelatedField,
    JSONDictField,
    MultipleArtifactContentSerializer,
    NoArtifactContentSerializer,
    RelatedField,
)

from pulp_pyindex.app.models import (
    PyindexFile,
    PyindexProjectStatus,
    PyindexProvenance,
    PyindexRepository,
    PyindexYank,
)

from .addresses import AddressesMixin
from .described import DescribedMixin


def _text(help_text: str, **options: Any) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, read_only=True, **options)


#: Pulp's content fields that only an upload takes.
_UPLOAD_ONLY = frozenset({"repository", "overwrite"})


def _shown(serializer: Any) -> tuple[str, ...]:
    return tuple(field for field in serializer.Meta.fields if field not in _UPLOAD_ONLY)


class PyindexFileSerializer(DescribedMixin, MultipleArtifactContentSerializer):
    """One file of a release."""

    project = _text("Name of the project, normalised (PEP 503).")
    version = _text("Version of the release, normalised (PEP 440) where it can be.")
    filename = _text("Name of the file.")
    packagetype = _text("Kind of the file: 'bdist_wheel', 'sdist', …")
    sha256 = _text("SHA-256 of the file.")
    hashes = JSONDictField(
        read_only=True, help_text="The other hashes that the source told: name to hexadecimal."
    )
    size = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Size in bytes; null while it is not known."
    )
    requires_python = _text("The Python versions the file is for.", allow_null=True)
    upload_time = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When the file was uploaded, as the index that first took it in says.",
    )
    metadata_sha256 = _text(
        "SHA-256 of the file's METADATA. Null: none is offered. Empty: one is offered, its hash "
        "is not known.",
        allow_null=True,
    )
    core_metadata = JSONDictField(
        read_only=True,
        allow_null=True,
        help_text="The core metadata as read from the file itself; null while it is not known.",
    )

    class Meta:
        fields = (
            *_shown(MultipleArtifactContentSerializer),
            "project",
            "version",
            "filename",
            "packagetype",
            "sha256",
            "hashes",
            "size",
            "requires_python",
            "upload_time",
            "metadata_sha256",
            "core_metadata",
        )
        model = PyindexFile


class PyindexYankSerializer(DescribedMixin, NoArtifactContentSerializer):
    """A file is yanked (PEP 592) in the versions that hold this unit."""

    project = _text("Name of the project, normalised (PEP 503).")
    version = _text("Version of the release.")
    filename = _text("Name of the yanked file.")
    reason = _text("Why it was yanked; may be empty.")

    class Meta:
        fields = (*_shown(NoArtifactContentSerializer), "project", "version", "filename", "reason")
        model = PyindexYank


class PyindexProjectStatusSerializer(DescribedMixin, NoArtifactContentSerializer):
    """What the index says of a project (PEP 792); one without a unit is active."""

    project = _text("Name of the project, normalised (PEP 503).")
    status = _text("'active', 'archived', 'quarantined' or 'deprecated'.")
    reason = _text("Why; may be empty.")

    class Meta:
        fields = (*_shown(NoArtifactContentSerializer), "project", "status", "reason")
        model = PyindexProjectStatus


class PyindexProvenanceSerializer(DescribedMixin, NoArtifactContentSerializer):
    """The provenance object (PEP 740) of one file."""

    project = _text("Name of the project, normalised (PEP 503).")
    version = _text("Version of the release.")
    filename = _text("Name of the file the attestations speak of.")
    file_sha256 = _text("SHA-256 of that file.")
    sha256 = _text("SHA-256 of the provenance object as it was received.")
    provenance = serializers.SerializerMethodField(help_text="The provenance object itself.")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_provenance(self, unit: PyindexProvenance) -> Any:
        """The document that was received, as JSON."""
        return json.loads(unit.document)

    class Meta:
        fields = (
            *_shown(NoArtifactContentSerializer),
            "project",
            "version",
            "filename",
            "file_sha256",
            "sha256",
            "provenance",
        )
        model = PyindexProvenance


class PyindexFileUploadSerializer(AddressesMixin, serializers.Serializer[Any]):
    """A wheel or sdist to be checked and stored, from one of four places."""

    file = serializers.FileField(required=False, help_text="The file itself.")
    upload = RelatedField(
        required=False,
        view_name="uploads-detail",
        queryset=Upload.objects.all(),
        help_text="A chunked upload that has come in whole.",
    )
    file_url = serializers.URLField(
        required=False,
        help_text="A URL to fetch the file from; user and password in it are sent to its own "
        "origin only.",
    )
    artifact = RelatedField(
        required=False,
        view_name="artifacts-detail",
        queryset=Artifact.objects.all(),
        help_text="An artifact that is stored already.",
    )
    filename = serializers.CharField(
        required=False,
        help_text="Name of the wheel or sdist. Needed unless `file` carries it or `file_url` "
        "ends in it.",
    )
    attestations = serializers.CharField(
        required=False, help_text="JSON array of PEP 740 attestations; verified before the answer."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Settle where the bytes come from and what the file is called."""
        given = [name for name in ("file", "upload", "artifact", "file_url") if data.get(name)]
        if len(given) != 1:
            raise serializers.ValidationError(
                ["Exactly one of file, upload, artifact and file_url is needed."]
            )
        if not data.get("filename"):
            if "file" in data:
                data["filename"] = data["file"].name
            elif "file_url" in data:
                data["filename"] = unquote(urlsplit(data["file_url"]).path.rpartition("/")[2])
            else:
                raise serializers.ValidationError(
                    {"filename": ["Nothing tells the name of the file: give it."]}
                )
        return data


class PyindexFileCreateSerializer(PyindexFileUploadSerializer):
    """The same, with a repository to add the file to."""

    repository = DetailRelatedField(
        required=False,
        view_name_pattern=r"repositories(-.*/.*)-detail",
        queryset=PyindexRepository.objects.all(),
        help_text="A repository to add the file to, in a new version.",
    )
    more_follow = serializers.BooleanField(
        default=False,
        help_text="Whether more files to the repository are sent right after this one: the task "
        "waits for them, up to five seconds for each, so that they share a version. False (the "
        "default) of the last.",
    )
