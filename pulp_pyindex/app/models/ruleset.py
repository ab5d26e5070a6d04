"""Rulesets: which files an index shows and hands out."""

import hashlib
import json
from typing import Any

from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, BaseModel
from pulpcore.plugin.util import get_domain_pk


class PyindexRuleset(BaseModel, AutoAddObjPermsMixin):
    """An ordered list of rules, as `index.rules` reads it."""

    name = models.TextField()
    description = models.TextField(blank=True, default="")
    #: As given: what was refused never gets here.
    rules = models.JSONField(default=list)
    #: Over `rules`: what was decided under it stays decided.
    sha256 = models.CharField(max_length=64)
    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("name", "pulp_domain")
        permissions = [
            ("manage_roles_pyindexruleset", "Can manage roles on pyindex rulesets"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the digest of the rules as they are now."""
        self.sha256 = hashlib.sha256(json.dumps(self.rules, sort_keys=True).encode()).hexdigest()
        super().save(*args, **kwargs)
