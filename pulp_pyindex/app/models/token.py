"""Tokens: what a machine shows instead of a user's password."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, BaseModel
from pulpcore.plugin.util import get_domain_pk

from .distribution import PyindexDistribution

#: Every secret begins with it, so that leak scanners know one when they see it.
PREFIX = "pyindex-"


class PyindexToken(BaseModel, AutoAddObjPermsMixin):
    """A right to read or upload, bound to distributions and, if wanted, to projects.

    Only the digest of the secret is kept. 32 random bytes need no slow hash.
    """

    name = models.TextField()
    #: Of the secret, hex.
    sha256 = models.CharField(max_length=64, unique=True)
    #: The secret's first characters, to recognise it by.
    hint = models.TextField()
    #: `read`, `upload`, or both.
    scopes = ArrayField(models.TextField())
    distributions = models.ManyToManyField(PyindexDistribution)
    #: Names or patterns such as `acme-*`; empty = every project.
    projects = ArrayField(models.TextField(), default=list)
    expires_at = models.DateTimeField(null=True)
    #: Not more exact than a minute.
    last_used = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("name", "pulp_domain")
        permissions = [
            ("manage_roles_pyindextoken", "Can manage roles on pyindex tokens"),
        ]


def new_secret() -> str:
    """A fresh secret: the prefix and 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def hint(secret: str) -> str:
    """The first characters of a secret: enough to tell it from others, too few to guess it."""
    return secret[: len(PREFIX) + 4]


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
