"""What REST says of indexes behind an index, and of the explanation of what comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from rest_framework import serializers

from pulpcore.plugin.serializers import DetailRelatedField
from pulpcore.plugin.util import get_domain_pk, get_objects_for_user

from pulp_pyindex.app.exceptions import refusal
from pulp_pyindex.app.models import PyindexBase, PyindexDistribution
from pulp_pyindex.app.models.notices import CHANNEL, notify
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.merging import read_patterns

from .spellings import project_name

#: The fields of a distribution that are declared here.
MERGING_FIELDS = ("bases", "merge", "reserved_prefixes", "upload_projects", "lends")

_LISTS = ("merge", "reserved_prefixes", "upload_projects")
_MOST = 100
#: Bases are written one request after the other, so that two cannot make a circle together.
_TURN = 7_214_015


def _patterns(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(), required=False, default=list, help_text=help_text
    )


class MergingFields(serializers.Serializer[Any]):
    """The fields of a distribution that has others behind it, or is behind others."""

    bases = DetailRelatedField(
        many=True,
        required=False,
        default=list,
        view_name_pattern=r"distributions(-.*/.*)?-detail",
        queryset=PyindexDistribution.objects.all(),
        help_text="Indexes behind this one, the nearest first: a project that the repository does "
        "not have comes from the first of them that has it. They may have bases themselves. You "
        "must be allowed to view each.",
    )
    merge = _patterns(
        "Projects, as names or patterns such as 'torch*', whose files are taken from the "
        "repository, all bases and the remote together; of two files with the same name the "
        "nearer one is shown."
    )
    reserved_prefixes = _patterns(
        "Projects, as names or patterns such as 'acme-*', that are never looked for upstream, "
        "whether they exist or not: only in the repository and in bases that reserve them too."
    )
    upload_projects = _patterns(
        "Projects, as names or patterns, that may be uploaded through the index. Empty (the "
        "default) means every one."
    )
    lends = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether who may read an index that has this one among its bases may read this "
        "one's files there, without a right to read it here (default: false).",
    )

    def validate_bases(self, bases: list[PyindexDistribution]) -> list[PyindexDistribution]:
        """Bases that are there, of this domain, seen by who names them, each once."""
        if len({base.pk for base in bases}) != len(bases):
            raise serializers.ValidationError("An index can be named only once.")
        if len(bases) > _MOST:
            raise serializers.ValidationError(f"There can be {_MOST} bases at most.")
        if any(base.pulp_domain_id != get_domain_pk() for base in bases):
            raise serializers.ValidationError("Bases are of the same domain as the distribution.")
        request = self.context.get("request")
        if request is not None and bases:
            seen = get_objects_for_user(
                request.user,
                "pyindex.view_pyindexdistribution",
                PyindexDistribution.objects.filter(pk__in=[base.pk for base in bases]),
            )
            if seen.count() != len(bases):
                # Whether those others exist is not told.
                raise serializers.ValidationError(
                    "Bases are distributions that you may view; not all of these are."
                )
        return bases

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data = super().validate(data)
        for name in _LISTS:
            try:
                read_patterns(name, data.get(name) or ())
            except PyindexError as error:
                raise refusal(error) from error
        if self.instance is not None and data.get("bases"):
            _refuse_circle(self.instance, data["bases"])
        return data

    def create(self, validated_data: dict[str, Any]) -> Any:
        bases = validated_data.pop("bases", [])
        with transaction.atomic():
            made = super().create(validated_data)
            _write(made, bases)
        return made

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        bases = validated_data.pop("bases", None)
        with transaction.atomic():
            changed = super().update(instance, validated_data)
            if bases is not None:
                _write(changed, bases)
        return changed


def _write(distribution: PyindexDistribution, bases: Sequence[PyindexDistribution]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    _refuse_circle(distribution, bases)
    PyindexBase.objects.filter(distribution=distribution).delete()
    PyindexBase.objects.bulk_create(
        PyindexBase(distribution=distribution, base=base, position=position)
        for position, base in enumerate(bases)
    )
    notify(CHANNEL)


def _refuse_circle(distribution: PyindexDistribution, bases: Sequence[PyindexDistribution]) -> None:
    """Raise ValidationError, which names the way, if an index would be behind itself."""
    behind: dict[UUID, list[UUID]] = {}
    rows = PyindexBase.objects.exclude(distribution=distribution)
    for above, below in rows.values_list("distribution_id", "base_id"):
        behind.setdefault(above, []).append(below)
    for base in bases:
        way = _way(base.pk, distribution.pk, behind, set())
        if way is not None:
            names = dict(
                PyindexDistribution.objects.filter(pk__in=way).values_list("pk", "base_path")
            )
            told = [distribution.base_path, *(names.get(pk, "?") for pk in way[:-1])]
            circle = " → ".join([*told, distribution.base_path])
            text = f"An index cannot be behind itself: {circle}."
            raise serializers.ValidationError({"bases": [text]})


def _way(
    start: UUID, end: UUID, behind: Mapping[UUID, Sequence[UUID]], seen: set[UUID]
) -> list[UUID] | None:
    """The way from one index down to another; None: there is none."""
    if start == end:
        return [start]
    if start in seen:
        return None
    seen.add(start)
    for below in behind.get(start, ()):
        rest = _way(below, end, behind, seen)
        if rest is not None:
            return [start, *rest]
    return None


class PyindexExplainQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """What is to be explained."""

    project = serializers.CharField(help_text="The project's name, in any spelling.")
    filename = serializers.CharField(
        required=False, default=None, help_text="Only this file; every file where it is left out."
    )

    def validate_project(self, name: str) -> str:
        return project_name(name)


class PyindexExplanationSerializer(serializers.Serializer[dict[str, Any]]):
    """Why an index says what it says of a project."""

    index = serializers.CharField(help_text="The index's base path.")
    project = serializers.CharField(help_text="The project's normalised name.")
    filename = serializers.CharField(
        required=False, help_text="The file that was asked for; left out where none was."
    )
    status = serializers.IntegerField(help_text="The HTTP status that an installer gets.")
    reason = serializers.CharField(help_text="Why.")
    answers = serializers.JSONField(
        allow_null=True,
        help_text="Who owns the name: `name`, `kind` (repository, base or remote) and `from`, the "
        "repositories and remotes behind it that files come from. Null where nobody does.",
    )
    reserved_by = serializers.CharField(
        required=False, allow_null=True, help_text="The entry that reserves the name, if one does."
    )
    merged_by = serializers.CharField(
        required=False, allow_null=True, help_text="The entry that lets it be merged, if one does."
    )
    changes_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="When the answer may become another one by itself; null: never.",
    )
    members = serializers.JSONField(
        help_text="Every place the project could come from, the nearest first: what it is to the "
        "project (`standing` and `why`), what it `has` of it, `since` when, and its own `members`."
    )
    files = serializers.JSONField(
        help_text="Every file that was considered: its `outcome` (show, hide, deny or drop), where "
        "it is `from`, and `by` which rule and `why`; where a rule or a quarantine speaks, `since` "
        "when it does, and `until` when nothing but time changes that."
    )
