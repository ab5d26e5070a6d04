"""Tokens as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from pulpcore.plugin.serializers import DetailRelatedField, IdentityField, ModelSerializer
from pulpcore.plugin.util import get_domain_pk, get_objects_for_user

from pulp_pyindex.app.models import PyindexDistribution, PyindexToken
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.wanted.entries import read_entries

from .addresses import AddressesMixin
from .described import DescribedMixin

_SCOPES = ("read", "upload")
#: What was promised to whoever holds the secret.
_UNCHANGEABLE = ("scopes", "distributions")


class PyindexTokenSerializer(AddressesMixin, DescribedMixin, ModelSerializer):
    """A right to read or upload that a machine shows instead of its user's password."""

    pulp_href = IdentityField(view_name="pyindex/tokens-detail")
    name = serializers.CharField(help_text="A name for people; one of its kind in the domain.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(
            choices=_SCOPES,
            error_messages={
                "invalid_choice": "'{input}' is not a scope; there are 'read' and 'upload'."
            },
        ),
        allow_empty=False,
        help_text="What it is good for: `read`, `upload`, or both. Cannot be changed.",
    )
    distributions = DetailRelatedField(
        many=True,
        allow_empty=False,
        view_name_pattern=r"distributions(-.*/.*)?-detail",
        queryset=PyindexDistribution.objects.all(),
        help_text="The distributions it is good for; you must be allowed to view each. Cannot be "
        "changed.",
    )
    projects = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        default=list,
        help_text="The projects it is good for: names, or patterns such as `acme-*`. Every project "
        "where the list is empty.",
    )
    expires_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="When it ends to be good. Never where it is null.",
    )
    hint = serializers.CharField(
        read_only=True, help_text="The first characters of the secret, to recognise it by."
    )
    last_used = serializers.DateTimeField(
        read_only=True, help_text="When it was last used, exact to a minute; null: never."
    )
    owner = serializers.SerializerMethodField(
        help_text="Who made it. It never may more than he may; null where he is gone, and then it "
        "is good for nothing."
    )

    def get_owner(self, token: PyindexToken) -> str | None:
        """The owner's user name."""
        return None if token.owner is None else str(token.owner.get_username())

    def validate_name(self, name: str) -> str:
        same = PyindexToken.objects.filter(name=name, pulp_domain=get_domain_pk())
        if self.instance is not None:
            same = same.exclude(pk=self.instance.pk)
        if same.exists():
            raise serializers.ValidationError(f"There is a token called {name!r} already.")
        return name

    def validate_scopes(self, scopes: list[str]) -> list[str]:
        return sorted(set(scopes))

    def validate_distributions(
        self, distributions: list[PyindexDistribution]
    ) -> list[PyindexDistribution]:
        seen = set(
            get_objects_for_user(
                self.context["request"].user,
                "pyindex.view_pyindexdistribution",
                PyindexDistribution.objects.filter(pk__in=[each.pk for each in distributions]),
            ).values_list("pk", flat=True)
        )
        if any(each.pk not in seen for each in distributions):
            # Whether those others exist is not told.
            raise serializers.ValidationError(
                "A token is good for distributions that you may view; not all of these are."
            )
        return distributions

    def validate_projects(self, projects: list[str]) -> list[str]:
        for position, text in enumerate(projects):
            if not _is_name_or_pattern(text):
                raise serializers.ValidationError(
                    f"projects[{position}] {text!r}: neither a project's name nor a pattern of "
                    "names, such as 'acme-*'."
                )
        return projects

    def validate_expires_at(self, moment: Any) -> Any:
        if moment is not None and moment <= timezone.now():
            raise serializers.ValidationError(f"{moment.isoformat()} is over already.")
        return moment

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None:
            for field in _UNCHANGEABLE:
                if field in data:
                    raise serializers.ValidationError(
                        {field: ["It cannot be changed. Make another token."]}
                    )
        validated: dict[str, Any] = super().validate(data)
        return validated

    class Meta:
        model = PyindexToken
        fields = (
            *ModelSerializer.Meta.fields,
            "name",
            "scopes",
            "distributions",
            "projects",
            "expires_at",
            "hint",
            "last_used",
            "owner",
        )


def _is_name_or_pattern(text: str) -> bool:
    try:
        understood = read_entries("projects", [text])
    except PyindexError:
        return False
    # An entry of what a remote wants may have a range of versions; a token's may not.
    ranges = [*understood.exact.values(), *((glob.range,) for glob in understood.globs)]
    return not any(str(each) for several in ranges for each in several)


class PyindexTokenCreatedSerializer(PyindexTokenSerializer):
    """A token that was just made, with its secret."""

    token = serializers.CharField(
        read_only=True,
        help_text="The secret. It is shown here and never again: only its digest is kept.",
    )

    class Meta:
        model = PyindexToken
        # pulpcore would give both serializers of the model one name in the schema.
        ref_name = "pyindex.PyindexTokenCreated"
        fields = (*PyindexTokenSerializer.Meta.fields, "token")
