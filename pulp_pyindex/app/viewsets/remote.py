"""REST of remotes."""

from __future__ import annotations

from pulpcore.plugin.viewsets import RemoteFilter, RemoteViewSet, RolesMixin

from pulp_pyindex.app import access
from pulp_pyindex.app.models import PyindexRemote
from pulp_pyindex.app.serializers import PyindexRemoteSerializer

from .values import ValuesMixin


class PyindexRemoteFilter(RemoteFilter):
    """What remotes can be searched by."""

    class Meta:
        model = PyindexRemote
        fields = {
            **RemoteFilter.Meta.fields,
            "url": ["exact", "in", "icontains"],
            "policy": ["exact", "in"],
        }


class PyindexRemoteViewSet(ValuesMixin, RemoteViewSet, RolesMixin):
    """
    A remote is an upstream index: the URL of its simple index and what is wanted of it. It is
    synced into a repository.
    """

    endpoint_name = "pyindex"
    queryset = PyindexRemote.objects.all()
    serializer_class = PyindexRemoteSerializer
    filterset_class = PyindexRemoteFilter
    queryset_filtering_required_permission = "pyindex.view_pyindexremote"

    DEFAULT_ACCESS_POLICY = access.REMOTE.policy
    LOCKED_ROLES = access.REMOTE.roles
