"""Tells every content process, by PostgreSQL's NOTIFY, that what is served where has changed.

PostgreSQL delivers a notice when the transaction commits, drops it when it does not, and folds
those of one transaction into one.
"""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from pulpcore.plugin.models import (
    ContentGuard,
    Distribution,
    Domain,
    Publication,
    Repository,
    RepositoryVersion,
)

from .quarantine import PyindexQuarantine
from .remote import PyindexRemote
from .ruleset import PyindexRuleset
from .token import PyindexToken

#: The channel content processes listen on.
CHANNEL = "pyindex"

#: Tells commit tasks that an upload waits.
UPLOADED = "pyindex_uploaded"

#: Tells content processes that uploads were taken in or refused.
UPLOADS_SETTLED = "pyindex_settled"

_TELLING = (
    ContentGuard,
    Distribution,
    Domain,
    Publication,
    PyindexQuarantine,
    PyindexRemote,
    PyindexRuleset,
    PyindexToken,
    Repository,
)


@receiver(post_save, dispatch_uid="pyindex-notices-saved")
def _saved(instance: Any, **_: Any) -> None:
    # Of a detail object only the detail's class is told, and other plugins have classes of theirs.
    # A version says nothing when it goes: for that Django would load the ids of all it holds.
    if isinstance(instance, (*_TELLING, RepositoryVersion)):
        notify(CHANNEL)


def _tell(**_: Any) -> None:
    notify(CHANNEL)


# Deleting a detail object tells of its master too. A receiver for every class would make Django
# load each row it deletes, of any model, one by one.
for _master in _TELLING:
    post_delete.connect(_tell, sender=_master, dispatch_uid="pyindex-notices-deleted")

# Passwords and tokens are good as long as their users are.
post_save.connect(_tell, sender=settings.AUTH_USER_MODEL, dispatch_uid="pyindex-notices-user-saved")
post_delete.connect(
    _tell, sender=settings.AUTH_USER_MODEL, dispatch_uid="pyindex-notices-user-deleted"
)


def notify(channel: str) -> None:
    """Send an empty notice, with the running transaction if there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])
