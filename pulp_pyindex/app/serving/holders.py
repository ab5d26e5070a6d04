"""Who holds credentials: tokens and users as the database has them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection

from pulp_pyindex.app.serving.tokens import Token

#: A token dies with its owner, or sleeps while he is not active.
_TOKENS = """
    SELECT t.pulp_id, t.sha256, t.name, t.scopes, t.projects,
           extract(epoch FROM t.expires_at)::float8, owner.id, owner.{username},
           ARRAY(SELECT bound.pyindexdistribution_id
                 FROM pyindex_pyindextoken_distributions bound
                 WHERE bound.pyindextoken_id = t.pulp_id)
    FROM pyindex_pyindextoken t
    JOIN {users} owner ON owner.id = t.owner_id AND owner.is_active
"""
_USED = """
    UPDATE pyindex_pyindextoken SET last_used = now()
    WHERE pulp_id = ANY(%s) AND (last_used IS NULL OR last_used < now() - interval '50 seconds')
"""


def tokens() -> list[Token]:
    """Every token that is not revoked."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return [_token(row) for row in cursor.fetchall()]


def token(sha256: str) -> Token | None:
    """The token whose secret has this digest."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_statement()} WHERE t.sha256 = %s", [sha256])
        row = cursor.fetchone()
    return None if row is None else _token(row)


def write_used(pks: Collection[UUID]) -> None:
    """Write down that tokens were used just now."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [list(pks)])


def passwords(user_pks: Collection[int]) -> dict[int, str]:
    """The password hashes of those users that are there and active."""
    users = get_user_model().objects.filter(pk__in=user_pks, is_active=True)
    return dict(users.values_list("pk", "password"))


def user(pk: int | None) -> Any | None:
    """An active user."""
    return get_user_model().objects.filter(pk=pk, is_active=True).first()


def _statement() -> str:
    model = get_user_model()
    return _TOKENS.format(users=model._meta.db_table, username=model.USERNAME_FIELD)


def _token(row: tuple[Any, ...]) -> Token:
    pk, sha256, name, scopes, projects, expires_at, owner_pk, owner, distributions = row
    return Token(
        pk=pk,
        sha256=sha256,
        name=name,
        scopes=frozenset(scopes),
        distributions=frozenset(distributions),
        projects=tuple(projects),
        expires_at=expires_at,
        owner_pk=owner_pk,
        owner=owner,
    )
