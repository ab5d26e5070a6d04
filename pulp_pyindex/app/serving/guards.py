"""Content guards: whether a request may read an index at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiohttp import web
from django.core.exceptions import ObjectDoesNotExist

from pulpcore.plugin.models import ContentGuard

from pulp_pyindex.app.serving import answers
from pulp_pyindex.app.serving.answers import Ready
from pulp_pyindex.app.serving.database import in_database

_CHALLENGE = 'Basic realm="Pulp", charset="UTF-8"'


async def refusal(request: web.Request, guard_pk: UUID) -> Ready | None:
    """What a request that may not read the index is answered; None: it may.

    401 where a password could help, 403 where it could not. pulpcore's middlewares must have
    seen the request, as guards rely on what they leave there.
    """
    reason, asks_for_password = await in_database(_refused, request, guard_pk)
    if reason is None:
        return None
    if asks_for_password and not _is_known(request):
        return answers.text(
            401,
            "This index wants a user name and a password (or token).",
            WWW_Authenticate=_CHALLENGE,
        )
    return answers.text(403, f"You may not read this index: {reason}")


def _refused(request: web.Request, guard_pk: UUID) -> tuple[str | None, bool]:
    try:
        guard = ContentGuard.objects.get(pk=guard_pk).cast()
    except ObjectDoesNotExist:
        return "its content guard is being removed; try again", False
    try:
        guard.permit(request)
    except PermissionError as error:
        return str(error) or "its content guard refuses", _asks_for_password(guard)
    except ValueError:
        # A guard that cannot read what the client sent it has not permitted anything.
        return "its content guard cannot read what it was sent", False
    return None, False


def _asks_for_password(guard: Any) -> bool:
    if hasattr(guard, "guards"):
        return any(_asks_for_password(one.cast()) for one in guard.guards.all())
    return bool(guard.pulp_type == "core.rbac")


def _is_known(request: web.Request) -> bool:
    user = request.get("user")
    return user is not None and bool(getattr(user, "is_authenticated", False))
