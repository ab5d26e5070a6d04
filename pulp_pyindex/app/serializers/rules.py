"""Rulesets, and what one would do, as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulpcore.plugin.serializers import (
    DetailRelatedField,
    IdentityField,
    ModelSerializer,
    RelatedField,
)
from pulpcore.plugin.util import get_domain_pk, get_objects_for_user

from pulp_pyindex.app.models import PyindexDistribution, PyindexRuleset
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.rules import read_ruleset

from .described import DescribedMixin
from .orders import OrderSerializer
from .spellings import project_name


def ruleset_field(text: str) -> Any:
    """The field by which an object names its ruleset."""
    return RulesetField(
        required=False,
        allow_null=True,
        default=None,
        view_name="pyindex/rulesets-detail",
        queryset=PyindexRuleset.objects.all(),
        help_text=text,
    )


class RulesetField(RelatedField):
    """A ruleset of the same domain that the user may view; another one is not there for him."""

    def to_internal_value(self, data: Any) -> PyindexRuleset:
        found: PyindexRuleset = super().to_internal_value(data)
        request = self.context.get("request")
        same = PyindexRuleset.objects.filter(pk=found.pk, pulp_domain=get_domain_pk())
        if request is not None:
            same = get_objects_for_user(request.user, "pyindex.view_pyindexruleset", same)
        if not same.exists():
            self.fail("does_not_exist")
        return found


class RulesField(serializers.JSONField):
    """A list of rules, understood or refused."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        try:
            read_ruleset("", value)
        except PyindexError as error:
            raise serializers.ValidationError(str(error)) from error
        return value


class PyindexRulesetSerializer(DescribedMixin, ModelSerializer):
    """An ordered list of rules on which files an index gives out."""

    pulp_href = IdentityField(view_name="pyindex/rulesets-detail")
    name = serializers.CharField(
        max_length=200,
        help_text="A name for people, shown with each refusal; one of its kind in the domain.",
    )
    description = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="What it is for.",
    )
    rules = RulesField(
        help_text="The rules in their order; what cannot be understood is refused with its place.",
    )
    sha256 = serializers.CharField(
        read_only=True, help_text="Over the rules: equal rules have equal ones."
    )

    def validate_name(self, name: str) -> str:
        same = PyindexRuleset.objects.filter(name=name, pulp_domain=get_domain_pk())
        if self.instance is not None:
            same = same.exclude(pk=self.instance.pk)
        if same.exists():
            raise serializers.ValidationError(f"There is a ruleset called {name!r} already.")
        return name

    class Meta:
        model = PyindexRuleset
        fields = (*ModelSerializer.Meta.fields, "name", "description", "rules", "sha256")


class PyindexDryRunSerializer(OrderSerializer):
    """Of what and when it is to be told what a ruleset would do."""

    of = serializers.CharField(
        help_text="A distribution, with all that is known of what is behind it; a repository "
        "version; or a repository: its latest version."
    )
    at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The moment to decide for; null (the default) for now.",
    )
    rules = RulesField(
        required=False,
        help_text="Try these rules instead of those of the ruleset; nothing is stored.",
    )
    project = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Only this project, in any spelling.",
    )
    limit = serializers.IntegerField(
        required=False,
        default=100,
        min_value=1,
        max_value=1000,
        help_text="How many projects to answer with (default: 100).",
    )
    after = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Go on after this project: `next` of the answer before.",
    )

    def validate_project(self, name: str) -> str:
        return project_name(name) if name else ""


class _RuledFileSerializer(serializers.Serializer[Any]):
    filename = serializers.CharField(help_text="Name of the file.")
    release = serializers.CharField(help_text="The release it belongs to.")
    action = serializers.ChoiceField(
        choices=["hide", "deny", "report"], help_text="What the rule does with the file."
    )
    rule = serializers.CharField(help_text="Name of the rule.")
    text = serializers.CharField(help_text="What a client would be told.")
    until = serializers.DateTimeField(
        allow_null=True, help_text="When time alone may change that; null: never."
    )


class _RuledProjectSerializer(serializers.Serializer[Any]):
    project = serializers.CharField(help_text="Normalised name of the project.")
    files_shown = serializers.IntegerField(help_text="Files that would stay on the page.")
    files = _RuledFileSerializer(many=True, help_text="Files that a rule speaks of.")


class PyindexDryRunResultSerializer(serializers.Serializer[Any]):
    """What a ruleset would do with some projects of a version."""

    at = serializers.DateTimeField(help_text="The moment it was decided for.")
    projects_looked_at = serializers.IntegerField(help_text="Projects that were decided on.")
    next = serializers.CharField(
        allow_null=True, help_text="Where to go on, as `after`; null: this was all."
    )
    results = _RuledProjectSerializer(
        many=True, help_text="Projects of which a rule speaks of a file, by name."
    )


def distribution_field(text: str) -> Any:
    """The field by which an object names a distribution of this plugin, or none."""
    return DetailRelatedField(
        required=False,
        allow_null=True,
        default=None,
        view_name_pattern=r"distributions(-.*/.*)?-detail",
        queryset=PyindexDistribution.objects.all(),
        help_text=text,
    )
