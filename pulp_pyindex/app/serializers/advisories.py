"""Known vulnerabilities, the databases they are from, and orders to load one."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from rest_framework import serializers

from pulpcore.plugin.serializers import IdentityField, ModelSerializer

from pulp_pyindex.app.models import PyindexAdvisory, PyindexAdvisorySource
from pulp_pyindex.index.advisories import Severity

from .described import DescribedMixin
from .orders import OrderSerializer

_WAYS = ("file", "path", "url")
_SEVERITIES = [severity.word for severity in Severity]


class _SeverityField(serializers.ChoiceField):
    """A severity by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_SEVERITIES, **options)

    def to_representation(self, value: int) -> str:
        return Severity(value).word


class _AffectedSerializer(serializers.Serializer[Any]):
    project = serializers.CharField(help_text="Normalised name of the project.")
    ranges = serializers.SerializerMethodField(
        help_text="Spans of releases: `introduced` (null: from the first one on), and `fixed` or "
        "`last_affected` (both null: to the last one)."
    )
    versions = serializers.ListField(
        child=serializers.CharField(), help_text="Single releases outside of the spans."
    )

    def get_ranges(self, affected: Any) -> list[dict[str, str | None]]:
        """The spans with names."""
        names = ("introduced", "fixed", "last_affected")
        return [dict(zip(names, span, strict=True)) for span in affected.ranges]


class PyindexAdvisorySerializer(DescribedMixin, ModelSerializer):
    """One known vulnerability, or one project that is malware (its id begins with `MAL-`)."""

    pulp_href = IdentityField(view_name="pyindex/advisories-detail")
    source = serializers.CharField(
        source="source.name", read_only=True, help_text="The database it is from."
    )
    id = serializers.CharField(
        source="identifier",
        read_only=True,
        help_text="Its id there, such as `GHSA-…` or `PYSEC-…`.",
    )
    aliases = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Its ids in other databases."
    )
    summary = serializers.CharField(read_only=True, help_text="What it is, in one line.")
    details = serializers.CharField(read_only=True, help_text="What it is, in Markdown.")
    url = serializers.CharField(read_only=True, help_text="Where to read more; may be empty.")
    severity = _SeverityField(
        read_only=True,
        help_text="unknown, low, medium, high or critical: by the highest CVSS score, else by the "
        "database's word, else as an entry with the same alias has it. Malware is critical.",
    )
    score = serializers.FloatField(
        read_only=True, help_text="The highest CVSS base score; null where none is told."
    )
    published = serializers.DateTimeField(read_only=True, help_text="When it was published.")
    modified = serializers.DateTimeField(read_only=True, help_text="When it was last changed.")
    withdrawn = serializers.DateTimeField(
        read_only=True, help_text="When it was withdrawn: it counts no more. Null: it counts."
    )
    affected = _AffectedSerializer(
        source="pyindex_pyindexaffected",
        many=True,
        read_only=True,
        help_text="What it is about, project by project.",
    )

    class Meta:
        model = PyindexAdvisory
        fields = (
            *ModelSerializer.Meta.fields,
            "source",
            "id",
            "aliases",
            "summary",
            "details",
            "url",
            "severity",
            "score",
            "published",
            "modified",
            "withdrawn",
            "affected",
        )


class PyindexAdvisorySourceSerializer(serializers.ModelSerializer[PyindexAdvisorySource]):
    """One database of advisories, as it was loaded last."""

    name = serializers.CharField(help_text="Its name in this domain.")
    url = serializers.CharField(
        help_text="From where `refresh` loads it; empty where it was uploaded or read from a path."
    )
    sha256 = serializers.CharField(help_text="Of the archive that was loaded last.")
    loaded_at = serializers.DateTimeField(help_text="When it was loaded last.")
    checked_at = serializers.DateTimeField(help_text="When it was last found to be up to date.")
    advisories = serializers.IntegerField(help_text="How many advisories it has.")
    withdrawn = serializers.IntegerField(help_text="How many of them are withdrawn.")
    unreadable_ranges = serializers.IntegerField(
        help_text="Ranges of versions that PEP 440 cannot read; they match nothing."
    )

    class Meta:
        model = PyindexAdvisorySource
        fields = (
            "name",
            "url",
            "sha256",
            "loaded_at",
            "checked_at",
            "advisories",
            "withdrawn",
            "unreadable_ranges",
        )


class _NamedSourceSerializer(OrderSerializer):
    source = serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z",
        default="osv",
        help_text="The database's name here (default: osv). Each is loaded on its own.",
    )


class PyindexAdvisoryLoadSerializer(_NamedSourceSerializer):
    """A database to load: a zip of OSV documents, in one of three ways."""

    file = serializers.FileField(
        required=False, help_text="The zip itself (multipart form).", allow_empty_file=True
    )
    path = serializers.CharField(
        required=False,
        help_text="Where it is on the server, below one of its ALLOWED_IMPORT_PATHS.",
    )
    url = serializers.CharField(
        required=False, help_text="An http(s) address; remembered for `refresh`."
    )

    def validate_path(self, path: str) -> str:
        real = Path(path).resolve()
        allowed = [Path(one).resolve() for one in settings.ALLOWED_IMPORT_PATHS]
        if not Path(path).is_absolute() or not any(real.is_relative_to(one) for one in allowed):
            raise serializers.ValidationError(
                f"{path!r} is below none of the server's ALLOWED_IMPORT_PATHS."
            )
        return str(real)

    def validate_url(self, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise serializers.ValidationError(f"This is not an address: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise serializers.ValidationError("Only http and https addresses are asked.")
        if "@" in parts.netloc:
            raise serializers.ValidationError("An address with a user or password is not kept.")
        return url

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if len([way for way in _WAYS if way in data]) != 1:
            raise serializers.ValidationError("Give exactly one of `file`, `path` and `url`.")
        return data


class PyindexAdvisorySourceNameSerializer(_NamedSourceSerializer):
    """A database that was loaded before."""


class PyindexVulnerableSerializer(serializers.Serializer[Any]):
    """One release of a version that one advisory is about."""

    project = serializers.CharField(help_text="Normalised name of the project.")
    release = serializers.CharField(help_text="The release.")
    filenames = serializers.ListField(
        child=serializers.CharField(), help_text="The files of the release that the version has."
    )
    advisory = serializers.CharField(help_text="Id of the advisory.")
    source = serializers.CharField(help_text="The database it is from.")
    aliases = serializers.ListField(
        child=serializers.CharField(), help_text="Its ids in other databases."
    )
    severity = _SeverityField(help_text="unknown, low, medium, high or critical.")
    score = serializers.FloatField(allow_null=True, help_text="CVSS base score; null: not told.")
    summary = serializers.CharField(help_text="What it is, in one line.")
    url = serializers.CharField(help_text="Where to read more; may be empty.")
    published = serializers.DateTimeField(allow_null=True, help_text="When it was published.")
    fixed_in = serializers.CharField(
        allow_null=True, help_text="The nearest later release without it; null where none is told."
    )
