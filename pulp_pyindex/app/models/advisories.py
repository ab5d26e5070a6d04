"""Known vulnerabilities, per domain: bulk exports of OSV databases as rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pulpcore.plugin.models import BaseModel
from pulpcore.plugin.util import get_domain_pk


class PyindexAdvisorySource(BaseModel):
    """One database of advisories. Loading it anew replaces all that came from it before."""

    name = models.TextField()
    #: From where it can be loaded again; empty where it was uploaded or read from a path.
    url = models.TextField(default="")
    etag = models.TextField(default="")
    last_modified = models.TextField(default="")
    #: Of the archive that was loaded last.
    sha256 = models.CharField(max_length=64, default="")
    #: When it was last found to be up to date.
    checked_at = models.DateTimeField(null=True)
    loaded_at = models.DateTimeField(null=True)
    advisories = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    #: Ranges of versions that PEP 440 cannot read, hence that match nothing.
    unreadable_ranges = models.PositiveIntegerField(default=0)
    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.CASCADE)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("pulp_domain", "name")


class PyindexAdvisory(BaseModel):
    """One known vulnerability, or one project that is malware, as an OSV database tells it.

    Its key follows from domain, source and identifier, so that it stays through reloads.
    """

    source = models.ForeignKey(PyindexAdvisorySource, on_delete=models.CASCADE)
    identifier = models.TextField()
    aliases = ArrayField(models.TextField(), default=list)
    summary = models.TextField(default="")
    details = models.TextField(default="")
    url = models.TextField(default="")
    #: `index.advisories.Severity`.
    severity = models.SmallIntegerField(default=0)
    score = models.FloatField(null=True)
    published = models.DateTimeField(null=True)
    modified = models.DateTimeField()
    #: Since when it does not hold any more.
    withdrawn = models.DateTimeField(null=True)
    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.CASCADE)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("source", "identifier")
        indexes = [models.Index(fields=["identifier"], name="pyindex_advisory_id")]
        permissions = [
            ("load_pyindexadvisory", "Can load and remove databases of advisories"),
        ]


class PyindexAffected(models.Model):
    """Which releases of a project an advisory is about, see `index.advisories.Affected`."""

    id = models.BigAutoField(primary_key=True)
    advisory = models.ForeignKey(PyindexAdvisory, on_delete=models.CASCADE)
    #: Normalised (PEP 503).
    project = models.TextField(db_index=True)
    #: A list of [introduced, fixed, last_affected], each a text or null.
    ranges = models.JSONField(default=list)
    versions = ArrayField(models.TextField(), default=list)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
