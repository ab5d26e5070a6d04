"""Refusals that reached a client: counted for good, and the latest in full."""

from django.db import models

from pulpcore.plugin.models import BaseModel
from pulpcore.plugin.util import get_domain_pk

from .distribution import PyindexDistribution


class PyindexRefusal(BaseModel):
    """A file that a client asked for, or brought, and a rule or a quarantine spoke against it.

    Only the latest are kept, see `PYINDEX_REFUSALS_KEPT`.
    """

    # The database checks no key: refusals are written while a distribution is being deleted.
    distribution = models.ForeignKey(
        PyindexDistribution, null=True, on_delete=models.CASCADE, db_constraint=False
    )
    #: The index's base path when it happened.
    base_path = models.TextField()
    project = models.TextField()
    release = models.TextField(default="")
    filename = models.TextField()
    #: `deny`, `report`, `quarantine`, or `upload`.
    action = models.TextField()
    ruleset = models.TextField(default="")
    rule = models.TextField(default="")
    #: What the client was told.
    text = models.TextField()
    #: What the client called itself (User-Agent), at most 500 characters.
    client = models.TextField(default="")
    address = models.TextField(default="")
    at = models.DateTimeField()
    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.CASCADE)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        indexes = [
            models.Index(fields=["pulp_domain", "at"], name="pyindex_refusal_at"),
        ]


class PyindexRefusalCount(models.Model):
    """How often one rule spoke against a file of one index."""

    id = models.BigAutoField(primary_key=True)
    distribution = models.ForeignKey(
        PyindexDistribution, on_delete=models.CASCADE, db_constraint=False
    )
    action = models.TextField()
    ruleset = models.TextField(default="")
    rule = models.TextField(default="")
    count = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("distribution", "action", "ruleset", "rule")
