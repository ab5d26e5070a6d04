"""Publications as REST shows and takes them."""

from __future__ import annotations

from rest_framework import serializers

from pulpcore.plugin.models import Repository, RepositoryVersion
from pulpcore.plugin.serializers import DetailRelatedField, PublicationSerializer

from pulp_pyindex.app.models import PyindexPublication

from .addresses import AddressesMixin
from .described import DescribedMixin
from .kinds import must_be_pyindex


class PyindexPublicationSerializer(AddressesMixin, DescribedMixin, PublicationSerializer):
    """The finished simple index of one repository version."""

    distributions = DetailRelatedField(
        help_text="The distributions that name this publication.",
        source="distribution_set",
        view_name="pyindexdistributions-detail",
        many=True,
        read_only=True,
    )

    checkpoint = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether this is a checkpoint, to be shown by distributions with `checkpoint` "
        "(default: false). Only the newest version, named by `repository`, can become one.",
    )

    def validate_repository(self, repository: Repository) -> Repository:
        must_be_pyindex(repository)
        return repository

    def validate_repository_version(self, version: RepositoryVersion) -> RepositoryVersion:
        must_be_pyindex(version.repository)
        return version

    class Meta:
        fields = (*PublicationSerializer.Meta.fields, "distributions", "checkpoint")
        model = PyindexPublication
