"""Uploads: who brought which file, and the filenames that stay taken for ever."""

from django.conf import settings
from django.db import models

from pulpcore.plugin.models import BaseModel

from .content import PyindexFile
from .repository import PyindexRepository


class PyindexUpload(BaseModel):
    """One file that a client brought to a repository, from its arrival to its version.

    The row is both the commit task's work list and, later, the record of who uploaded what.
    """

    class State(models.TextChoices):
        """Where an upload stands."""

        PENDING = "pending"
        COMMITTED = "committed"
        REFUSED = "refused"

    repository = models.ForeignKey(PyindexRepository, on_delete=models.CASCADE)
    file = models.ForeignKey(PyindexFile, null=True, on_delete=models.SET_NULL)
    state = models.TextField(choices=State.choices, default=State.PENDING)
    #: Why it was refused; empty otherwise.
    reason = models.TextField(default="")
    #: The version that first held it, once committed.
    version_number = models.PositiveIntegerField(null=True)
    project = models.TextField()
    release = models.TextField()
    filename = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    #: PEP 740 provenance object made from the attestations that came along; empty without any.
    provenance = models.TextField(default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Kept as text: the record outlives the token.
    token_name = models.TextField(default="")
    #: What the client called itself (User-Agent), at most 500 characters.
    client = models.TextField(default="")
    address = models.TextField(default="")

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        indexes = [
            models.Index(fields=["repository", "state"], name="pyindex_upload_work"),
            models.Index(fields=["repository", "project"], name="pyindex_upload_project"),
        ]


class PyindexReservedFilename(models.Model):
    """A filename that a repository once offered and that was deleted: it never comes back."""

    id = models.BigAutoField(primary_key=True)
    repository = models.ForeignKey(PyindexRepository, on_delete=models.CASCADE)
    filename = models.TextField()
    #: Whose file it was.
    project = models.TextField(default="")
    removed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("repository", "filename")
        indexes = [models.Index(fields=["repository", "project"], name="pyindex_reserved_project")]
