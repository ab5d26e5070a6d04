"""Content: what a repository version is made of.

A version is the whole state of the index and stays so for ever. Hence yanks, project statuses and
provenance are units of their own, and a unit never changes once it exists. The one exception is
knowledge that comes late: what an HTML upstream does not tell (size, metadata) is filled in, from
the bytes which `sha256` names, when the file arrives. A value that was told is never overwritten.
"""

from django.db import models

from pulpcore.plugin.models import Content
from pulpcore.plugin.util import get_domain_pk


class PyindexFile(Content):
    """One file of a release: a wheel, a sdist, or one of the older kinds."""

    PROTECTED_FROM_RECLAIM = False
    TYPE = "file"
    repo_key_fields = ("filename",)

    #: Normalised (PEP 503).
    project = models.TextField()
    #: PEP 440 normalised; verbatim where PEP 440 cannot read it.
    version = models.TextField()
    filename = models.TextField()
    sha256 = models.CharField(max_length=64)
    #: As the upload API says it: bdist_wheel, sdist, bdist_egg, …
    packagetype = models.TextField()
    #: Every other hash the source told, name → hex.
    hashes = models.JSONField(default=dict)
    requires_python = models.TextField(null=True)
    size = models.BigIntegerField(null=True)
    #: When the index that first took the file in says it did.
    upload_time = models.DateTimeField(null=True)
    #: Of the METADATA file. NULL = none is offered; "" = offered, its digest is not told.
    metadata_sha256 = models.CharField(max_length=64, null=True)
    #: The core metadata fields, read from the file's own METADATA or PKG-INFO once it is known.
    core_metadata = models.JSONField(null=True)
    #: When something the source had not told was filled in; pages made before it lack that.
    learned_at = models.DateTimeField(null=True)
    #: Over all the source told of the file: two sources that tell different things of the same
    #: bytes make two units, so no version ever changes under its reader.
    facts_sha256 = models.CharField(max_length=64)
    _pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("_pulp_domain", "filename", "sha256", "facts_sha256")
        indexes = [
            models.Index(fields=["project", "version"], name="pyindex_file_project"),
            models.Index(fields=["sha256"], name="pyindex_file_sha256"),
            models.Index(fields=["learned_at"], name="pyindex_file_learned"),
        ]
        permissions = [
            ("upload_pyindexfile", "Can upload files that go into no repository"),
        ]


class PyindexYank(Content):
    """PEP 592: the file of this name is yanked in every version that holds this unit."""

    TYPE = "yank"
    repo_key_fields = ("filename",)

    project = models.TextField()
    version = models.TextField()
    filename = models.TextField()
    reason = models.TextField(blank=True, default="")
    _pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("_pulp_domain", "project", "version", "filename", "reason")
        indexes = [models.Index(fields=["project", "version"], name="pyindex_yank_project")]


class PyindexProjectStatus(Content):
    """PEP 792: what the index says of a project. A project without one is `active`."""

    TYPE = "project_status"
    repo_key_fields = ("project",)

    project = models.TextField()
    status = models.TextField()
    reason = models.TextField(blank=True, default="")
    _pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("_pulp_domain", "project", "status", "reason")


class PyindexProvenance(Content):
    """PEP 740: the provenance object of one file, as it was received."""

    TYPE = "provenance"
    repo_key_fields = ("filename",)

    project = models.TextField()
    version = models.TextField()
    filename = models.TextField()
    #: Of the file the attestations speak of.
    file_sha256 = models.CharField(max_length=64)
    #: Of `document`.
    sha256 = models.CharField(max_length=64)
    #: JSON text, verbatim: signatures are over bytes inside it.
    document = models.TextField()
    _pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("_pulp_domain", "filename", "file_sha256", "sha256")
        indexes = [models.Index(fields=["project", "version"], name="pyindex_provenance_project")]
