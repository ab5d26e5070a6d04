"""Quarantine: projects, releases and files that are kept from everyone, at once."""

from django.conf import settings
from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, BaseModel
from pulpcore.plugin.util import get_domain_pk

from .distribution import PyindexDistribution


class PyindexQuarantine(BaseModel, AutoAddObjPermsMixin):
    """A project, or a release or a file of it, that an index does not give out.

    It is in force whatever the index serves; no repository version changes.
    """

    #: NULL = every index of the domain.
    distribution = models.ForeignKey(PyindexDistribution, null=True, on_delete=models.CASCADE)
    #: Normalised.
    project = models.TextField()
    #: PEP 440 normalised; "" = every release.
    release = models.TextField(blank=True, default="")
    #: "" = every file.
    filename = models.TextField(blank=True, default="")
    reason = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        constraints = [
            models.UniqueConstraint(
                fields=("distribution", "project", "release", "filename"),
                name="pyindex_quarantine_once",
            ),
            models.UniqueConstraint(
                fields=("pulp_domain", "project", "release", "filename"),
                condition=models.Q(distribution__isnull=True),
                name="pyindex_quarantine_everywhere",
            ),
        ]
        permissions = [
            ("manage_roles_pyindexquarantine", "Can manage roles on pyindex quarantines"),
        ]
