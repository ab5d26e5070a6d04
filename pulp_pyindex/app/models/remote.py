"""Remotes, and what each remote's upstream said last of every project."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, Remote

from .ruleset import PyindexRuleset

#: The fields that say what is wanted; `Wanted.build` takes them under the same names.
WANTED_FIELDS = (
    "includes",
    "excludes",
    "prereleases",
    "package_types",
    "python_tags",
    "platform_tags",
    "keep_latest",
    "exclude_yanked",
    "max_file_size",
    "uploaded_before",
    "uploaded_after",
)


class PyindexRemote(Remote, AutoAddObjPermsMixin):
    """An upstream: `url` is a simple index, taken verbatim. The rest says what is wanted of it."""

    TYPE = "pyindex"

    includes = ArrayField(models.TextField(), default=list)
    excludes = ArrayField(models.TextField(), default=list)
    prereleases = models.BooleanField(default=True)
    package_types = ArrayField(models.TextField(), default=list)
    python_tags = ArrayField(models.TextField(), default=list)
    platform_tags = ArrayField(models.TextField(), default=list)
    keep_latest = models.PositiveIntegerField(null=True)
    exclude_yanked = models.BooleanField(default=False)
    max_file_size = models.BigIntegerField(null=True)
    uploaded_before = models.DateTimeField(null=True)
    uploaded_after = models.DateTimeField(null=True)
    provenance = models.BooleanField(default=False)
    #: Seconds a page passed through is taken for fresh; NULL = as upstream says, or 10 minutes.
    page_ttl = models.PositiveIntegerField(null=True)
    #: Seconds it is remembered that upstream does not have a project.
    negative_ttl = models.PositiveIntegerField(default=60)
    #: What it denies is not taken; NULL = all that is wanted is.
    ruleset = models.ForeignKey(PyindexRuleset, null=True, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [
            ("manage_roles_pyindexremote", "Can manage roles on pyindex remotes"),
        ]


class PyindexProjectState(models.Model):
    """What a remote's upstream said of one project when it was last read.

    This is a sync's memory. `unit_ids` are the content units that page came to, so a repository
    can be brought in line without reading the page again, and an interrupted sync goes on where
    it stopped.
    """

    id = models.BigAutoField(primary_key=True)
    remote = models.ForeignKey(PyindexRemote, on_delete=models.CASCADE)
    project = models.TextField()
    serial = models.BigIntegerField(null=True)
    etag = models.TextField(null=True)
    last_modified = models.TextField(null=True)
    page_sha256 = models.CharField(max_length=64)
    #: Of what was wanted (and of the URL asked) when the page was turned into units.
    wanted_sha256 = models.CharField(max_length=64)
    unit_ids = ArrayField(models.UUIDField(), default=list)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("remote", "project")
