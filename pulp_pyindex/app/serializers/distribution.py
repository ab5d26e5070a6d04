"""Distributions as REST shows and takes them."""

from __future__ import annotations

from rest_framework import serializers

from pulpcore.plugin.models import Publication, Repository, RepositoryVersion
from pulpcore.plugin.serializers import (
    DetailRelatedField,
    DistributionSerializer,
    RepositoryVersionRelatedField,
)

from pulp_pyindex.app.models import PyindexDistribution

from .addresses import AddressesMixin
from .described import DescribedMixin
from .kinds import must_be_pyindex
from .merging import MERGING_FIELDS, MergingFields
from .passing import PASSING_FIELDS, PassingFields
from .rules import ruleset_field

_ONE_OF_THREE = "Name only one of `repository`, `repository_version` and `publication`."


class PyindexDistributionSerializer(
    AddressesMixin, DescribedMixin, MergingFields, PassingFields, DistributionSerializer
):
    """An index URL and what is shown there."""

    base_url = serializers.CharField(
        source="index_url",
        read_only=True,
        help_text="URL of the index; installers are pointed at `simple/` below it.",
    )
    repository = DetailRelatedField(
        required=False,
        allow_null=True,
        view_name_pattern=r"repositories(-.*/.*)?-detail",
        queryset=Repository.objects.all(),
        help_text=f"Show the newest published version of this repository. {_ONE_OF_THREE}",
    )
    repository_version = RepositoryVersionRelatedField(
        required=False,
        allow_null=True,
        help_text=f"Show this version, published or not. {_ONE_OF_THREE}",
    )
    publication = DetailRelatedField(
        required=False,
        allow_null=True,
        view_name_pattern=r"publications(-.*/.*)?-detail",
        queryset=Publication.objects.exclude(complete=False),
        help_text=f"Show this publication. {_ONE_OF_THREE}",
    )

    allow_uploads = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether files may be uploaded through the index, by who has the right to. It "
        "must follow a repository.",
    )
    require_token = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether reading takes a token with the scope `read`, or a user who may view "
        "this distribution.",
    )

    serve_history = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether older versions are served below `+version/<number>/` and `+at/<time>/` "
        "(default: false).",
    )
    checkpoint = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether only checkpoints of the repository are shown: the newest at the index "
        "itself, older ones below `<time>/` (default: false).",
    )

    ruleset = ruleset_field("Rules on which files are shown and given out; null: all of them are.")

    def validate_repository(self, repository: Repository | None) -> Repository | None:
        must_be_pyindex(repository)
        return repository

    def validate_repository_version(
        self, version: RepositoryVersion | None
    ) -> RepositoryVersion | None:
        must_be_pyindex(version and version.repository)
        return version

    def validate_publication(self, publication: Publication | None) -> Publication | None:
        must_be_pyindex(publication)
        return publication

    class Meta:
        fields = (
            *DistributionSerializer.Meta.fields,
            "publication",
            *PASSING_FIELDS,
            *MERGING_FIELDS,
            "allow_uploads",
            "require_token",
            "ruleset",
            "serve_history",
            "checkpoint",
        )
        model = PyindexDistribution
