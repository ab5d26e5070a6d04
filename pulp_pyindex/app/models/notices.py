"""Tells every content process, by PostgreSQL's NOTIFY, that what is served where has changed.

PostgreSQL delivers a notice when the transaction commits, drops it when it does not, and folds
those of one transaction into one.
"""

from typing import Any

from django.db import connection
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from pulpcore.plugin.models import ContentGuard, Distribution, Domain, Publication, Repository

#: The channel content processes listen on.
CHANNEL = "pyindex"

_TELLING = (ContentGuard, Distribution, Domain, Publication, Repository)


@receiver([post_save, post_delete], dispatch_uid="pyindex-notices")
def _notify(instance: Any, **_: Any) -> None:
    if isinstance(instance, _TELLING):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
