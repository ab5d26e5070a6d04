"""What a pull-through index knows of its upstream, and the files it has kept."""

from django.db import models

from .content import PyindexFile
from .distribution import PyindexDistribution
from .remote import PyindexRemote


class PyindexCachedPage(models.Model):
    """What an upstream said last of one project; the project "" is its list of projects.

    Everything on the page is kept, wanted or not: what is wanted is chosen when it is served, so
    that a change of the remote's filters needs no request.
    """

    id = models.BigAutoField(primary_key=True)
    remote = models.ForeignKey(PyindexRemote, on_delete=models.CASCADE)
    project = models.TextField()
    #: Of the index that was asked; the remote's may be another one by now.
    url = models.TextField()
    #: 200 or 404.
    status = models.PositiveSmallIntegerField()
    etag = models.TextField(null=True)
    last_modified = models.TextField(null=True)
    #: Of the upstream's bytes.
    sha256 = models.CharField(max_length=64)
    #: Compressed: a page as values, the list of projects as lines of names.
    body = models.BinaryField()
    #: Digests that upstream does not tell and that were learnt: URL of a file → sha256.
    digests = models.JSONField(default=dict)
    #: When upstream last said so.
    fetched_at = models.DateTimeField()
    fresh_until = models.DateTimeField()
    #: Whether upstream must be asked before this is served again.
    is_invalid = models.BooleanField(default=False)
    #: Since then upstream could not be asked, and why; NULL = it could.
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(default="")

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("remote", "project")


class PyindexCachedFile(models.Model):
    """A file that passed through an index and was kept."""

    id = models.BigAutoField(primary_key=True)
    distribution = models.ForeignKey(PyindexDistribution, on_delete=models.CASCADE)
    file = models.ForeignKey(PyindexFile, on_delete=models.CASCADE)
    #: 0: it gave way, its bytes are no longer here; or another row counts the same bytes.
    size = models.BigIntegerField()
    kept_at = models.DateTimeField(auto_now_add=True)
    #: Not more exact than a few seconds.
    used_at = models.DateTimeField()
    #: Whether the distribution's repository is still to take it in, or to hear what is said of it.
    is_pending = models.BooleanField(default=False)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("distribution", "file")
        indexes = [
            models.Index(fields=["distribution", "used_at"], name="pyindex_cached_used"),
            models.Index(
                fields=["distribution"],
                condition=models.Q(is_pending=True),
                name="pyindex_cached_pending",
            ),
        ]
