"""Who holds a permission or a role on one object: on it, in its domain, or everywhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q

from pulpcore.plugin.models.role import GroupRole, UserRole

from .statements import permission


def may(user: Any, verb: str, row: Any) -> bool:
    """Whether a user has the permission to `verb` a row of the plugin."""
    name = permission(verb, row._meta.model_name)
    return bool(
        user.has_perm(name)
        or (settings.DOMAIN_ENABLED and user.has_perm(name, row.pulp_domain))
        or user.has_perm(name, row)
    )


def has_role(user: Any, role: str, row: Any) -> bool:
    """Whether a user, or a group of his, has a role on a row. Superusers have every role."""
    if user.is_superuser:
        return True
    nowhere = Q(object_id=None)
    where = Q(object_id=str(row.pk)) | (nowhere & (Q(domain=None) | Q(domain=row.pulp_domain)))
    given = Q(role__name=role) & where
    return bool(
        UserRole.objects.filter(given, user_id=user.pk).exists()
        or GroupRole.objects.filter(given, group__in=user.groups.all()).exists()
    )
