"""Distributions: where an index is served."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, Distribution

from .ruleset import PyindexRuleset


class PyindexDistribution(Distribution, AutoAddObjPermsMixin):
    """One index URL: of a repository's newest published version, a publication, or a version."""

    TYPE = "pyindex"
    SERVE_FROM_PUBLICATION = True

    #: Whether files may be uploaded through the index (it must follow a repository).
    allow_uploads = models.BooleanField(default=True)
    #: Whether reading takes a token with the scope `read`, or a user who may view this object.
    require_token = models.BooleanField(default=False)
    #: What of it is shown and handed out; NULL = everything.
    ruleset = models.ForeignKey(PyindexRuleset, null=True, on_delete=models.PROTECT)
    #: Whether older versions are served below `+version/<number>/` and `+at/<time>/`.
    serve_history = models.BooleanField(default=False)
    #: Whether the remote is not to be asked for anything.
    offline = models.BooleanField(default=False)
    #: Bytes of files kept of the remote; NULL = no limit.
    max_cache_size = models.BigIntegerField(null=True)
    #: Seconds a kept file may go unused; NULL = no limit.
    max_age_unused = models.BigIntegerField(null=True)

    #: Projects (names, globs) that all members offer together; of others the nearest owner alone.
    merge = ArrayField(models.TextField(), default=list)
    #: Projects (names, globs) that are never looked for upstream, whether they exist or not.
    reserved_prefixes = ArrayField(models.TextField(), default=list)
    #: Projects (names, globs) that may be uploaded through the index; empty = every one.
    upload_projects = ArrayField(models.TextField(), default=list)
    #: Whether who may read an index that has this one as a base may read this one through it.
    lends = models.BooleanField(default=False)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [
            ("manage_roles_pyindexdistribution", "Can manage roles on pyindex distributions"),
        ]

    @property
    def bases(self) -> list["PyindexDistribution"]:
        """The indexes behind this one, the nearest first."""
        rows = self.base_rows.select_related("base")
        return [row.base for row in rows.order_by("position")]

    @property
    def index_path(self) -> str:
        """Path of the index on the content app, with slashes at both ends."""
        domain = f"{self.pulp_domain.name}/" if settings.DOMAIN_ENABLED else ""
        return f"/pypi/{domain}{self.base_path}/"

    @property
    def index_url(self) -> str:
        """Absolute URL of the index, or its path where Pulp has no CONTENT_ORIGIN."""
        return f"{(settings.CONTENT_ORIGIN or '').rstrip('/')}{self.index_path}"


class PyindexBase(models.Model):
    """One index behind another: asked for what those before it do not own."""

    id = models.BigAutoField(primary_key=True)
    distribution = models.ForeignKey(
        PyindexDistribution, on_delete=models.CASCADE, related_name="base_rows"
    )
    #: Protected: names it owns would silently pass to those after it.
    base = models.ForeignKey(PyindexDistribution, on_delete=models.PROTECT, related_name="above")
    #: From 0; the lower, the nearer.
    position = models.PositiveSmallIntegerField()

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = (("distribution", "position"), ("distribution", "base"))
        ordering = ("position",)
