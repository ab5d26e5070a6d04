"""Holds: a word that keeps a repository version from being cleaned away."""

from django.db import models


class PyindexVersionHold(models.Model):
    """One reason for which a version must stay. A version may have several; each is let go alone.

    It goes with the repository, and with nothing else.
    """

    id = models.BigAutoField(primary_key=True)
    repository_version = models.ForeignKey("core.RepositoryVersion", on_delete=models.CASCADE)
    label = models.TextField()
    note = models.TextField(blank=True, default="")
    #: Name of the user who asked for it; users may go, this stays.
    held_by = models.TextField(blank=True, default="")
    held_since = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("repository_version", "label")
