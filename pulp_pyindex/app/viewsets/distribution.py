"""REST of distributions."""

from __future__ import annotations

from pulpcore.plugin.viewsets import DistributionViewSet, RolesMixin

from pulp_pyindex.app import access
from pulp_pyindex.app.models import PyindexDistribution
from pulp_pyindex.app.serializers import PyindexDistributionSerializer

from .merging import MergingActionsMixin
from .passing import CacheActionsMixin
from .traffic import TrafficActionsMixin
from .values import ValuesMixin


class PyindexDistributionViewSet(
    ValuesMixin,
    MergingActionsMixin,
    CacheActionsMixin,
    TrafficActionsMixin,
    DistributionViewSet,
    RolesMixin,
):
    """
    A distribution is an index URL: it shows a repository's newest published version, a version, or
    a publication.
    """

    endpoint_name = "pyindex"
    queryset = PyindexDistribution.objects.all()
    serializer_class = PyindexDistributionSerializer
    queryset_filtering_required_permission = "pyindex.view_pyindexdistribution"

    DEFAULT_ACCESS_POLICY = access.DISTRIBUTION.policy
    LOCKED_ROLES = access.DISTRIBUTION.roles
