"""Repositories, and the order to sync one, as REST shows and takes them."""

from __future__ import annotations

from rest_framework import serializers

from pulpcore.plugin.serializers import RepositorySerializer, RepositorySyncURLSerializer

from pulp_pyindex.app.models import PyindexRepository

from .described import DescribedMixin


class PyindexRepositorySerializer(DescribedMixin, RepositorySerializer):
    """The state of an index, version by version."""

    autopublish = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether each new version is published in the task that makes it "
        "(default: true). Distributions of the repository show its newest published version.",
    )

    class Meta:
        fields = (*RepositorySerializer.Meta.fields, "autopublish")
        model = PyindexRepository


class PyindexRepositorySyncSerializer(RepositorySyncURLSerializer):
    """What a sync may be told."""

    mirror = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether to remove what upstream does not have (any more). False (the default) "
        "only adds and changes. What could not be read is never removed.",
    )
    allow_mass_removal = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Your word that it is meant when a sync with `mirror` removes more than the "
        "share of files that the setting PYINDEX_MASS_REMOVAL_LIMIT allows.",
    )
