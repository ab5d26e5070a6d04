"""Content guards: whether a request may read an index at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from rest_framework.request import Request

from pulpcore.plugin.models import ContentGuard, Domain
from pulpcore.plugin.util import set_domain

from pulp_pyindex.app.serving import holders
from pulp_pyindex.app.serving.credentials import Identity
from pulp_pyindex.app.serving.database import in_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a guard lets somebody not through."""

    text: str
    #: Whether saying who one is could help.
    asks_who: bool = False


async def refusal(
    request: web.Request | None, identity: Identity | None, guard_pk: UUID, domain_pk: UUID
) -> Reason | None:
    """Why a request may not pass a guard; None: it may.

    Without an identity pulpcore's middlewares must have seen the request. None as request only
    for guards that look at nothing but the user. Raises DatabaseGone.
    """
    asked = {} if request is None else request
    return await in_database(_refused, asked, identity, guard_pk, domain_pk)


def _refused(
    request: Any, identity: Identity | None, guard_pk: UUID, domain_pk: UUID
) -> Reason | None:
    try:
        guard = ContentGuard.objects.get(pk=guard_pk).cast()
        if identity is not None and "drf_request" not in request:
            _introduce(request, identity, Domain.objects.get(pk=domain_pk))
    except ObjectDoesNotExist:
        return Reason(text="its content guard is being removed; try again")
    try:
        guard.permit(request)
    except PermissionError as error:
        return Reason(
            text=str(error) or "its content guard refuses", asks_who=_asks_for_password(guard)
        )
    except ValueError:
        # A guard that cannot read what the client sent it has not permitted anything.
        return Reason(text="its content guard cannot read what it was sent")
    return None


def _introduce(request: Any, identity: Identity, domain: Domain) -> None:
    """Leave with the request what pulpcore's middlewares leave, where they have not seen it."""
    plain = HttpRequest()
    plain.method = "GET"
    known = Request(plain)
    known.user = holders.user(identity.user_pk) or AnonymousUser()
    known.pulp_domain = domain
    set_domain(domain)
    request["drf_request"] = known
    request["user"] = known.user
    request["auth"] = None


def _asks_for_password(guard: Any) -> bool:
    if hasattr(guard, "guards"):
        return any(_asks_for_password(one.cast()) for one in guard.guards.all())
    return bool(guard.pulp_type == "core.rbac")
