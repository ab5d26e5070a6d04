"""Promotions: what each took over, who approved of it, and which gates were passed by command."""

from django.conf import settings
from django.db import models

from pulpcore.plugin.models import BaseModel, RepositoryVersion

from .repository import PyindexRepository


class PyindexPromotion(BaseModel):
    """The record of one promotion that made a version. It outlives both versions and its user."""

    #: Into which repository, and the version that it made.
    repository = models.ForeignKey(PyindexRepository, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    source_version = models.ForeignKey(
        RepositoryVersion,
        null=True,
        on_delete=models.SET_NULL,
        related_name="pyindex_promotions",
    )
    #: The source in words, for when it is gone.
    source_repository = models.TextField()
    source_number = models.PositiveIntegerField()
    #: Whether the source version stays for as long as this record does.
    holds_source = models.BooleanField(default=False)
    mode = models.TextField()
    #: Of which projects and releases; both empty = of all.
    projects = models.JSONField(default=list)
    releases = models.JSONField(default=list)
    note = models.TextField(default="")
    #: Gates that were told not to count, why, and what they had found (at most 100).
    overridden = models.JSONField(default=list)
    override_reason = models.TextField(default="")
    findings = models.JSONField(default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Kept as text: the record outlives the user.
    user_name = models.TextField(default="")

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        indexes = [
            models.Index(fields=["repository", "number"], name="pyindex_promotion_version"),
        ]


class PyindexApproval(BaseModel):
    """Somebody's word that exactly this version may be promoted into the repository."""

    repository = models.ForeignKey(PyindexRepository, on_delete=models.CASCADE)
    source_version = models.ForeignKey(
        RepositoryVersion,
        null=True,
        on_delete=models.SET_NULL,
        related_name="pyindex_approvals",
    )
    source_repository = models.TextField()
    source_number = models.PositiveIntegerField()
    #: The role that gave the user the right to approve.
    role = models.TextField()
    note = models.TextField(default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    user_name = models.TextField(default="")
    #: When it was taken back, and by whom. A null: it holds.
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(default="")

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        indexes = [
            models.Index(fields=["repository", "source_version"], name="pyindex_approval_of"),
        ]
