"""A repository of very many files, made in seconds by SQL: `python -m bench.many NAME VERSION`.

VERSION 1 has 20,000 projects of five files each; in VERSION 2 one file in a hundred has other
bytes. A process of its own, as it needs Pulp's settings: PULP_SETTINGS names the stack's.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bench import ROOT
from support.pulp import Pulp, Row
from support.stack import Stack

PROJECTS, FILES_EACH = 20_000, 5
FILES = PROJECTS * FILES_EACH
#: One file in so many is another in the second version.
ONE_IN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A repository whose version 1 holds all the files, and is published."""

    repository: Row
    version: Row


def crowd(stack: Stack, pulp: Pulp) -> Crowd:
    """Make one."""
    repository = pulp.create_repository(name=f"crowd-{uuid4().hex[:8]}", autopublish=False)
    version = fill(stack, pulp, repository, 1)
    pulp.publish(version["pulp_href"])
    return Crowd(repository=repository, version=version)


def promote(pulp: Pulp, repository: Row, source: Row) -> Row:
    """The finished task of a promotion."""
    href = f"{repository['pulp_href']}promote/"
    return pulp.task(pulp.post(href, {"source": source["pulp_href"]}))


def fill(stack: Stack, pulp: Pulp, repository: Row, version: int) -> Row:
    """Make the next version of a repository that is not published by itself."""
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.many", repository["name"], str(version)],
        cwd=ROOT,
        env={**os.environ, "PULP_SETTINGS": str(Path(stack.home, "settings.py"))},
        check=True,
    )
    return pulp.latest(repository)


def _fill(name: str, version: int) -> None:
    from pulp_pyindex.app.models import PyindexRepository
    from pulp_pyindex.app.tasks import versions

    repository = PyindexRepository.objects.get(name=name)
    with versions.change(repository) as change:
        for statement in _STATEMENTS:
            change.cursor.execute(
                statement,
                {
                    "domain": repository.pulp_domain_id,
                    "name": name,
                    "projects": PROJECTS,
                    "files": FILES_EACH,
                    "version": version,
                    "step": 1 if version == 1 else ONE_IN,
                },
            )
        change.settle()
        change.commit(info={"source": "bench"})


_STATEMENTS = (
    """
    CREATE TEMP TABLE made AS
    SELECT gen_random_uuid() AS id, 'many-' || to_char(project, 'FM000000') AS project,
           '1.' || file AS release,
           'many_' || to_char(project, 'FM000000') || '-1.' || file || '-py3-none-any.whl'
               AS filename
    FROM generate_series(0, %(projects)s - 1) AS project, generate_series(1, %(files)s) AS file
    WHERE (project * %(files)s + file) %% %(step)s = 0
    """,
    """
    INSERT INTO core_content (pulp_id, pulp_created, pulp_last_updated, pulp_type,
        timestamp_of_interest, pulp_domain_id, pulp_labels)
    SELECT id, now(), now(), 'pyindex.file', now(), %(domain)s, '' FROM made
    """,
    """
    INSERT INTO pyindex_pyindexfile (content_ptr_id, _pulp_domain_id, project, version, filename,
        sha256, packagetype, hashes, requires_python, size, upload_time, facts_sha256)
    SELECT id, %(domain)s, project, release, filename,
           encode(sha256((filename || %(version)s)::bytea), 'hex'), 'bdist_wheel', '{}', '>=3.9',
           10000 + length(filename), timestamptz '2024-05-01T12:00:00Z',
           encode(sha256((%(name)s || %(version)s || filename)::bytea), 'hex')
    FROM made
    """,
    """
    INSERT INTO core_contentartifact
        (pulp_id, pulp_created, pulp_last_updated, relative_path, content_id)
    SELECT gen_random_uuid(), now(), now(), filename, id FROM made
    """,
    "INSERT INTO pyindex_coming SELECT id FROM made",
)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "pulpcore.app.settings"
    import django

    django.setup()
    _fill(sys.argv[1], int(sys.argv[2]))
