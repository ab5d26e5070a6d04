"""What content apps have counted: answers to clients, and questions to upstreams."""

from django.db import models

from .distribution import PyindexDistribution
from .remote import PyindexRemote


class PyindexAnswerCount(models.Model):
    """How often an index gave one kind of answer."""

    id = models.BigAutoField(primary_key=True)
    # The database checks no key: counts are written while a distribution is being deleted.
    distribution = models.ForeignKey(
        PyindexDistribution, on_delete=models.CASCADE, db_constraint=False
    )
    #: `page`, `list`, `file`, `metadata`, `upload`, `other`.
    kind = models.TextField()
    #: How what passes through was come by; empty where nothing passes through.
    cache = models.TextField(default="")
    #: Of HTTP.
    status = models.PositiveSmallIntegerField()
    count = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("distribution", "kind", "cache", "status")


class PyindexUpstreamCount(models.Model):
    """How often a remote's upstream gave one kind of answer to the content app."""

    id = models.BigAutoField(primary_key=True)
    # As above.
    remote = models.ForeignKey(PyindexRemote, on_delete=models.CASCADE, db_constraint=False)
    #: `page`, `list`, `file`, `metadata`.
    kind = models.TextField()
    #: What came of it, such as `changed` or `timeout`.
    outcome = models.TextField()
    count = models.BigIntegerField()
    #: That all of them took together.
    seconds = models.FloatField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("remote", "kind", "outcome")
