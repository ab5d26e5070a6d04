"""What serving reads from the database besides pages: distributions, versions, sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from pulpcore.plugin.models import Remote, RemoteArtifact, RepositoryVersion

from pulp_pyindex.app.serving.ruled import RulesOf
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.upstream import Upstream
from pulp_pyindex.index.errors import PyindexError
from pulp_pyindex.index.merging import Routing, read_patterns

#: The newest publication of a version, and of the newest published version of a repository, are
#: found by index, whatever number of them there is.
_DISTRIBUTIONS = """
    SELECT d.pulp_id, domain.pulp_id, domain.name, d.base_path, d.content_guard_id,
           coalesce(named.pulp_id, of_version.pulp_id, newest.pulp_id),
           coalesce(named.repository_version_id, d.repository_version_id,
                    newest.repository_version_id),
           d.publication_id IS NOT NULL OR d.repository_version_id IS NOT NULL,
           own.require_token, d.repository_id,
           coalesce(guard.pulp_type = 'core.rbac' OR guard.pulp_type = 'core.composite' AND (
               SELECT bool_and(part.pulp_type = 'core.rbac')
               FROM core_compositecontentguard_guards parts
               JOIN core_contentguard part ON part.pulp_id = parts.contentguard_id
               WHERE parts.compositecontentguard_id = guard.pulp_id
           ), false),
           own.serve_history, d.checkpoint,
           d.remote_id, remote.pulp_last_updated, own.offline,
           ARRAY(SELECT behind.base_id FROM pyindex_pyindexbase behind
                 WHERE behind.distribution_id = d.pulp_id ORDER BY behind.position),
           own.merge, own.reserved_prefixes, own.lends,
           CASE WHEN repository.autopublish AND newest.pulp_id IS NOT NULL THEN NULL ELSE (
               SELECT v.pulp_id FROM core_repositoryversion v
               WHERE v.repository_id = d.repository_id AND v.complete
               ORDER BY v.number DESC LIMIT 1
           ) END,
           coalesce(repository.reserve_filenames, false)
    FROM pyindex_pyindexdistribution own
    JOIN core_distribution d ON d.pulp_id = own.distribution_ptr_id
    JOIN core_domain domain ON domain.pulp_id = d.pulp_domain_id
    LEFT JOIN core_contentguard guard ON guard.pulp_id = d.content_guard_id
    LEFT JOIN core_remote remote ON remote.pulp_id = d.remote_id
    LEFT JOIN core_publication named ON named.pulp_id = d.publication_id AND named.complete
    LEFT JOIN LATERAL (
        SELECT p.pulp_id FROM core_publication p
        WHERE p.repository_version_id = d.repository_version_id
          AND p.complete AND p.pulp_type = 'pyindex.pyindex'
        ORDER BY p.pulp_created DESC LIMIT 1
    ) of_version ON true
    LEFT JOIN LATERAL (
        SELECT p.pulp_id, p.repository_version_id FROM core_repositoryversion v
        JOIN core_publication p ON p.repository_version_id = v.pulp_id
        WHERE v.repository_id = d.repository_id AND v.complete
          AND p.complete AND p.pulp_type = 'pyindex.pyindex'
          AND (p.checkpoint OR NOT d.checkpoint)
        ORDER BY v.number DESC, p.pulp_created DESC LIMIT 1
    ) newest ON true
    LEFT JOIN core_repositoryversion served ON served.pulp_id = coalesce(
        named.repository_version_id, d.repository_version_id, newest.repository_version_id)
    LEFT JOIN pyindex_pyindexrepository repository
           ON repository.repository_ptr_id = coalesce(d.repository_id, served.repository_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place where an upstream offers a file."""

    url: str
    remote: Remote
    #: The name of the remote's.
    domain: str
    #: False: what is fetched is passed on and not stored.
    stored: bool
    #: Open connections to it, where there are any.
    upstream: Upstream | None = None


def distributions() -> list[Index]:
    """Every index of this plugin, with what it serves at this moment."""
    rules = RulesOf()
    with connection.cursor() as cursor:
        cursor.execute(_DISTRIBUTIONS)
        return [_index(row, rules) for row in cursor.fetchall()]


def _index(row: tuple[Any, ...], rules: RulesOf) -> Index:
    distribution, domain_pk, domain, base_path, guard, publication, version, *rest = row
    pinned, require_token, repository, guards_users, serve_history, checkpoint, *rest = rest
    remote, remote_stamp, offline, bases, merge, reserved, lends, unpublished, reserves = rest
    routing, broken = _routing(tuple(merge), tuple(reserved))
    return Index(
        distribution_pk=distribution,
        domain_pk=domain_pk,
        domain=domain,
        base_path=base_path,
        guard_pk=guard,
        publication_pk=publication,
        version_pk=version,
        pinned=pinned,
        guards_users=guards_users,
        require_token=require_token,
        repository_pk=repository,
        serves_history=serve_history,
        shows_checkpoints=checkpoint,
        remote_pk=remote,
        remote_stamp=remote_stamp,
        offline=offline,
        base_pks=tuple(bases),
        routing=routing,
        broken=broken,
        lends=lends,
        unpublished_pk=unpublished if unpublished != version else None,
        reserves_names=reserves,
        rules=rules.index(distribution, domain_pk),
    )


@lru_cache(maxsize=4096)
def _routing(merge: tuple[str, ...], reserved: tuple[str, ...]) -> tuple[Routing, str]:
    """What the lists come to, and why they cannot be followed; empty: they can."""
    try:
        merged = read_patterns("merge", merge)
        return Routing(merge=merged, reserved=read_patterns("reserved_prefixes", reserved)), ""
    except PyindexError as error:
        # REST takes no such list. Whatever wrote it: one index is broken by it, not all.
        return Routing(), str(error)


@lru_cache(maxsize=4096)
def version(version_pk: UUID) -> RepositoryVersion:
    """A complete version with its repository; nothing of it that pages depend on ever changes."""
    # Without the ids of its content, which take more memory than all the rest.
    versions = RepositoryVersion.objects.select_related("repository").defer("content_ids")
    return versions.get(pk=version_pk)


def sources(content_artifact_pk: UUID) -> list[Source]:
    """Where the bytes of a file can be had, alternate content sources first."""
    found = (
        RemoteArtifact.objects.filter(content_artifact_id=content_artifact_pk)
        .select_related("remote__pulp_domain")
        .order_by_acs()
    )
    return [
        Source(
            url=artifact.url,
            remote=artifact.remote.cast(),
            domain=artifact.remote.pulp_domain.name,
            stored=artifact.remote.policy != Remote.STREAMED,
        )
        for artifact in found
    ]
