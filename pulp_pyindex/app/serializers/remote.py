"""Remotes as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulpcore.plugin.models import Remote
from pulpcore.plugin.serializers import RemoteSerializer

from pulp_pyindex.app.exceptions import refusal
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.models.remote import WANTED_FIELDS
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.filenames import PACKAGE_TYPES
from pulp_pyindex.index.wanted import Wanted

from .addresses import AddressesMixin
from .described import DescribedMixin
from .reaching import ReachingFields
from .rules import ruleset_field


def _entries(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), **options)


class PyindexRemoteSerializer(AddressesMixin, DescribedMixin, ReachingFields, RemoteSerializer):
    """A remote index and what is wanted of it."""

    url = serializers.CharField(
        help_text="URL of the upstream's simple index. It is used as it is given, with or "
        "without a slash at its end; no path is appended. http or https only.",
    )
    policy = serializers.ChoiceField(
        help_text="When files are downloaded. 'on_demand' (the default): when a client first asks "
        "for one, and it is kept. 'streamed': whenever a client asks, and it is not kept. "
        "'immediate': all of them, while syncing.",
        choices=Remote.POLICY_CHOICES,
        default=Remote.ON_DEMAND,
    )
    includes = _entries(
        required=False,
        help_text="Projects to mirror: names, with a version range if need be, or globs, such as "
        "'shelf-reader', 'django>=4.2,<5' or 'acme-*'. Empty (the default) means every project.",
    )
    excludes = _entries(
        required=False,
        help_text="Projects, or releases of projects, not to mirror although `includes` names "
        "them; written like `includes`.",
    )
    prereleases = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether to mirror pre-releases and development releases (default: true).",
    )
    package_types = serializers.ListField(
        child=serializers.ChoiceField(choices=PACKAGE_TYPES),
        required=False,
        help_text="Kinds of files to mirror. Empty (the default) means all kinds.",
    )
    python_tags = _entries(
        required=False,
        help_text="Mirror only wheels that can be installed on one of these, such as 'cp312' or "
        "'py3'. Empty (the default) means all. Files other than wheels are not affected.",
    )
    platform_tags = _entries(
        required=False,
        help_text="Mirror only wheels that can be installed on one of these platforms, such as "
        "'manylinux_2_28_x86_64'; wheels for any platform always can. Empty (the default) means "
        "all. Files other than wheels are not affected.",
    )
    keep_latest = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="How many releases to mirror of each project, the newest by version. "
        "Null (the default) means all.",
    )
    exclude_yanked = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether to leave out files that upstream has yanked (default: false).",
    )
    max_file_size = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Leave out files larger than this many bytes. Null (the default) means no limit.",
    )
    uploaded_before = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Mirror only files that were uploaded to upstream before this time.",
    )
    uploaded_after = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Mirror only files that were uploaded to upstream after this time.",
    )
    provenance = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether to mirror the provenance of files (PEP 740) too (default: false).",
    )

    ruleset = ruleset_field("Files that this ruleset denies are not taken; null: all are.")

    page_ttl = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Seconds for which a page that passes through an index is taken for fresh. Null "
        "(the default) means as long as upstream says, 10 minutes where it does not.",
    )
    negative_ttl = serializers.IntegerField(
        required=False,
        default=60,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Seconds for which it is remembered that upstream does not have a project "
        "(default: 60).",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data`, if what is wanted can be understood, with what the remote has already."""
        data = super().validate(data)
        if any(field in data for field in WANTED_FIELDS):
            try:
                Wanted.build(**{field: self._value(field, data) for field in WANTED_FIELDS})
            except PyindexError as error:
                raise refusal(error) from error
        return data

    def _value(self, field: str, data: dict[str, Any]) -> Any:
        if field in data:
            return data[field]
        if self.instance is not None:
            return getattr(self.instance, field)
        return PyindexRemote._meta.get_field(field).get_default()

    class Meta:
        fields = (
            *RemoteSerializer.Meta.fields,
            *WANTED_FIELDS,
            "provenance",
            "ruleset",
            "page_ttl",
            "negative_ttl",
        )
        model = PyindexRemote
