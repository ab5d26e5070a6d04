"""Orders to edit a repository by hand."""

from __future__ import annotations

from rest_framework import serializers

from pulp_pyindex.index.pages import Status

from .orders import OrderSerializer
from .spellings import project_name, release_name


class _EditSerializer(OrderSerializer):
    """What every edit is about."""

    project = serializers.CharField(help_text="The project's name, in any spelling.")

    def validate_project(self, name: str) -> str:
        return project_name(name)


class _FilesEditSerializer(_EditSerializer):
    """An edit of a project's files, of one release's, or of one file."""

    release = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Only this release's files; every release's where it is left out.",
    )
    filename = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Only this file; every file of the release or project where it is left out.",
    )

    def validate_release(self, release: str | None) -> str | None:
        return None if release is None else release_name(release)


class PyindexYankSpecSerializer(_FilesEditSerializer):
    """Files to yank (PEP 592): installers pass over them unless they are pinned."""

    reason = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Why; shown by installers."
    )


class PyindexFilesSpecSerializer(_FilesEditSerializer):
    """Files to un-yank or to remove."""


class PyindexStatusSpecSerializer(_EditSerializer):
    """A project's new status (PEP 792)."""

    status = serializers.ChoiceField(
        choices=[status.value for status in Status],
        help_text="active, deprecated (files are offered), archived (no uploads), or quarantined "
        "(no uploads, no files are offered).",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Why; shown on the project's page."
    )
