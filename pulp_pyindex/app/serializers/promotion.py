"""Orders to promote and to roll back, and what differs between two versions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulp_pyindex.index.gates import RULES

from .orders import OrderSerializer
from .spellings import project_name, project_names, release_name


class PyindexReleaseSpecSerializer(OrderSerializer):
    """One release of one project."""

    project = serializers.CharField(help_text="The project's name, in any spelling.")
    release = serializers.CharField(help_text="The release's version, in any spelling.")

    def validate_project(self, name: str) -> str:
        return project_name(name)

    def validate_release(self, release: str) -> str:
        return release_name(release)


class PyindexPromoteSerializer(OrderSerializer):
    """What is to be promoted into a repository."""

    source = serializers.CharField(
        help_text="The repository version to promote, or a repository: its latest version then."
    )
    projects = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        default=list,
        help_text="Only these projects, in any spelling; without projects and releases everything.",
    )
    releases = PyindexReleaseSpecSerializer(
        many=True, required=False, default=list, help_text="Only these releases."
    )
    mode = serializers.ChoiceField(
        choices=["replace", "add"],
        default="replace",
        help_text="replace (the default): what the source does not have goes, of what is "
        "promoted. add: nothing goes but what is superseded.",
    )
    dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would change; the task's result has it."
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Why; kept with the new version."
    )
    override = serializers.ListField(
        child=serializers.ChoiceField(choices=RULES),
        required=False,
        default=list,
        help_text="Rules of the repository's gates that are not to count. It takes the permission "
        "to override gates, and leaves a record.",
    )
    override_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Why they are not to count; needed with `override`, kept in the record.",
    )
    keep_source = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whether the record keeps the source version from being cleaned away; null (the "
        "default): as the repository's `keep_sources` says.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["override"] and not data["override_reason"].strip():
            raise serializers.ValidationError(
                {"override_reason": ["Say why the gates are not to count."]}
            )
        return data

    def validate_projects(self, names: list[str]) -> list[str]:
        return project_names(names)


class PyindexRollbackSerializer(OrderSerializer):
    """Which version a repository is to equal again."""

    version = serializers.IntegerField(min_value=0, help_text="The number of the older version.")
    dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would change; the task's result has it."
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Why; kept with the new version."
    )


class _FileDifferenceSerializer(serializers.Serializer[Any]):
    filename = serializers.CharField(help_text="Name of the file.")
    release = serializers.CharField(help_text="The release it belongs to.")
    sha256 = serializers.CharField(help_text="SHA-256 of the file.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null if not known.")


class _YankDifferenceSerializer(serializers.Serializer[Any]):
    filename = serializers.CharField(help_text="Name of the file.")
    release = serializers.CharField(help_text="The release it belongs to.")
    reason = serializers.CharField(help_text="Why it is, or was, yanked.")


class PyindexProjectDifferenceSerializer(serializers.Serializer[Any]):
    """All that differs in one project between two versions."""

    project = serializers.CharField(help_text="Normalised name of the project.")
    change = serializers.ChoiceField(
        choices=["added", "removed", "changed"], help_text="What became of the project."
    )
    releases_added = serializers.ListField(
        child=serializers.CharField(), help_text="Releases that came."
    )
    releases_removed = serializers.ListField(
        child=serializers.CharField(), help_text="Releases that went."
    )
    files_added = _FileDifferenceSerializer(many=True, help_text="Files that came.")
    files_removed = _FileDifferenceSerializer(many=True, help_text="Files that went.")
    files_changed = _FileDifferenceSerializer(
        many=True, help_text="Files of the same name with other bytes or other facts."
    )
    yanked = _YankDifferenceSerializer(many=True, help_text="Files that are yanked now.")
    unyanked = _YankDifferenceSerializer(many=True, help_text="Files that were yanked before.")
    provenance_changed = serializers.ListField(
        child=serializers.CharField(),
        help_text="Files whose provenance came, went or changed.",
    )
    status_before = serializers.CharField(
        allow_null=True, help_text="The project's status before; null where it did not change."
    )
    status_after = serializers.CharField(
        allow_null=True, help_text="The project's status now; null where it did not change."
    )
