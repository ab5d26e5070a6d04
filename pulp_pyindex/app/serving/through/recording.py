"""Writes down what upstreams said, for all processes and for later."""

from __future__ import annotations

import json
import logging
from collections.abc import Set
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from pulp_pyindex.app.catalog import CachedPage

_log = logging.getLogger(__name__)

_WRITE = """
    INSERT INTO pyindex_pyindexcachedpage AS known
        (remote_id, project, url, status, etag, last_modified, sha256, body, digests,
         fetched_at, fresh_until, is_invalid, failed_at, failure)
    VALUES (%(remote)s, %(project)s, %(url)s, %(status)s, %(etag)s, %(last_modified)s, %(sha256)s,
            %(body)s, %(digests)s, to_timestamp(%(fetched_at)s),
            to_timestamp(%(fresh_until)s), false, NULL, '')
    ON CONFLICT (remote_id, project) DO UPDATE
    SET url = EXCLUDED.url, status = EXCLUDED.status, etag = EXCLUDED.etag,
        last_modified = EXCLUDED.last_modified, sha256 = EXCLUDED.sha256, body = EXCLUDED.body,
        fetched_at = EXCLUDED.fetched_at,
        fresh_until = EXCLUDED.fresh_until, is_invalid = false, failed_at = NULL, failure = '',
        digests = known.digests || EXCLUDED.digests
"""
_CONFIRM = """
    UPDATE pyindex_pyindexcachedpage
    SET fetched_at = to_timestamp(%(fetched_at)s), fresh_until = to_timestamp(%(fresh_until)s),
        etag = %(etag)s, last_modified = %(last_modified)s,
        is_invalid = false, failed_at = NULL, failure = ''
    WHERE remote_id = %(remote)s AND project = %(project)s
"""
_FAIL = """
    UPDATE pyindex_pyindexcachedpage
    SET failed_at = coalesce(failed_at, now()), failure = %(failure)s
    WHERE remote_id = %(remote)s AND project = %(project)s
"""
_LEARN = """
    UPDATE pyindex_pyindexcachedpage
    SET digests = digests || jsonb_build_object(%(url)s::text, %(sha256)s::text)
    WHERE remote_id = %(remote)s AND project = %(project)s
"""
#: The files that a repository has of those that passed wait for it to hear what is said of them.
_MARK = """
    WITH theirs AS MATERIALIZED (
        SELECT cached.id, d.repository_id
        FROM pyindex_pyindexfile unit
        JOIN pyindex_pyindexcachedfile cached ON cached.file_id = unit.content_ptr_id
        JOIN core_distribution d ON d.pulp_id = cached.distribution_id
        WHERE d.remote_id = %(remote)s AND unit.project = %(project)s
          AND (%(files)s::text[] IS NULL OR unit.filename = ANY(%(files)s))
          AND EXISTS (
              SELECT FROM core_repositorycontent held
              WHERE held.content_id = cached.file_id AND held.repository_id = d.repository_id
                AND held.version_removed_id IS NULL)
        ORDER BY cached.id FOR NO KEY UPDATE OF cached)
    UPDATE pyindex_pyindexcachedfile cached SET is_pending = true
    FROM theirs WHERE theirs.id = cached.id
    RETURNING theirs.repository_id
"""


def write_page(
    remote_pk: UUID, page: CachedPage, body: bytes, news: Set[str] | None = frozenset()
) -> set[UUID]:
    """Remember a page in place of the one before it; the repositories that are to hear of it.

    `news` are the names of the files of which it says something new, None: all may be.
    """
    values = {
        "remote": remote_pk,
        "project": page.project,
        "url": page.url,
        "status": 404 if page.page is None and not body else 200,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "sha256": page.sha256,
        "body": body,
        "digests": json.dumps(dict(page.digests)),
        "fetched_at": page.fetched_at,
        "fresh_until": page.fresh_until,
    }
    try:
        with transaction.atomic():
            _execute(_WRITE, values)
            return _mark(remote_pk, page.project, news)
    except IntegrityError:
        # The remote was deleted meanwhile.
        _log.info("%s: nobody wants its page any more", page.project)
        return set()


def confirm_page(remote_pk: UUID, page: CachedPage) -> None:
    """Upstream says that the page is what it was."""
    _execute(
        _CONFIRM,
        {
            "remote": remote_pk,
            "project": page.project,
            "etag": page.etag,
            "last_modified": page.last_modified,
            "fetched_at": page.fetched_at,
            "fresh_until": page.fresh_until,
        },
    )


def write_failure(remote_pk: UUID, project: str, failure: str) -> None:
    """Upstream could not be asked for a page that is known."""
    _execute(_FAIL, {"remote": remote_pk, "project": project, "failure": failure})


def write_digest(remote_pk: UUID, project: str, url: str, sha256: str) -> None:
    """Remember the digest of a file whose page tells none."""
    values = {"remote": remote_pk, "project": project, "url": url, "sha256": sha256}
    _execute(_LEARN, values)


def _mark(remote_pk: UUID, project: str, news: Set[str] | None) -> set[UUID]:
    if news is not None and not news:
        return set()
    files = None if news is None else sorted(news)
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"remote": remote_pk, "project": project, "files": files})
        return {row[0] for row in cursor.fetchall()}


def _execute(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
