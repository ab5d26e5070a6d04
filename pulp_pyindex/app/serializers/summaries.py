"""What a version holds in numbers, and who brought it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulp_pyindex.app.models import PyindexUpload


class PyindexProjectSummarySerializer(serializers.Serializer[Any]):
    """One project of a repository version in numbers."""

    name = serializers.CharField(help_text="Normalised name of the project.")
    status = serializers.CharField(help_text="Its status (PEP 792).")
    release_count = serializers.IntegerField(help_text="Number of releases.")
    file_count = serializers.IntegerField(help_text="Number of files.")
    latest_release = serializers.CharField(
        allow_null=True,
        help_text="The highest final release by PEP 440, else the highest pre-release.",
    )
    size = serializers.IntegerField(help_text="Bytes of all files whose size is known.")
    files_of_unknown_size = serializers.IntegerField(
        help_text="Files whose size is not known before they are here."
    )
    first_upload = serializers.DateTimeField(
        allow_null=True, help_text="The earliest upload-time of its files."
    )
    last_upload = serializers.DateTimeField(
        allow_null=True, help_text="The latest upload-time of its files."
    )


class PyindexUploadSerializer(serializers.ModelSerializer[PyindexUpload]):
    """Who brought which file to a repository, when, with what, and what became of it."""

    pulp_created = serializers.DateTimeField(read_only=True, help_text="When it arrived.")
    state = serializers.ChoiceField(
        choices=PyindexUpload.State.choices,
        read_only=True,
        help_text="pending (waits for the next version), committed, or refused.",
    )
    reason = serializers.CharField(read_only=True, help_text="Why it was refused.")
    version_number = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The repository version that first held it."
    )
    project = serializers.CharField(read_only=True, help_text="Normalised name of the project.")
    release = serializers.CharField(read_only=True, help_text="Version of the release.")
    filename = serializers.CharField(read_only=True, help_text="Name of the file.")
    sha256 = serializers.CharField(read_only=True, help_text="SHA-256 of the file.")
    size = serializers.IntegerField(read_only=True, help_text="Bytes of the file.")
    user = serializers.SlugRelatedField(
        slug_field="username",
        read_only=True,
        allow_null=True,
        help_text="Name of the user who brought it, or who owns the token it came with.",
    )
    token_name = serializers.CharField(
        read_only=True, help_text="Name of the token it came with; empty without one."
    )
    client = serializers.CharField(read_only=True, help_text="The client's User-Agent.")
    address = serializers.CharField(read_only=True, help_text="The client's network address.")

    class Meta:
        model = PyindexUpload
        fields = (
            "pulp_created",
            "state",
            "reason",
            "version_number",
            "project",
            "release",
            "filename",
            "sha256",
            "size",
            "user",
            "token_name",
            "client",
            "address",
        )
