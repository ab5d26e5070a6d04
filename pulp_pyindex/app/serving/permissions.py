"""What roles grant a user on a distribution or repository: on it, in its domain, or everywhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings

from pulp_pyindex.app.models import PyindexDistribution, PyindexRepository
from pulp_pyindex.app.serving import holders

_VIEW = ("pyindex.view_pyindexdistribution",)
_UPLOAD = ("pyindex.upload_pyindexrepository", "pyindex.modify_pyindexrepository")


def views(user_pk: int | None, principal: Any, distribution_pk: UUID) -> bool:
    """Whether a user may view a distribution, hence read the index."""
    return _holds(user_pk, principal, PyindexDistribution, distribution_pk, _VIEW)


def uploads(user_pk: int | None, principal: Any, repository_pk: UUID) -> bool:
    """Whether a user may upload to a repository."""
    return _holds(user_pk, principal, PyindexRepository, repository_pk, _UPLOAD)


def _holds(
    user_pk: int | None, principal: Any, model: Any, pk: UUID, permissions: tuple[str, ...]
) -> bool:
    user = holders.user(user_pk) if user_pk is not None else principal
    row = model.objects.select_related("pulp_domain").filter(pk=pk).first()
    if user is None or row is None:
        return False
    return any(
        user.has_perm(each)
        or (settings.DOMAIN_ENABLED and user.has_perm(each, row.pulp_domain))
        or user.has_perm(each, row)
        for each in permissions
    )
