"""Fills a cache with made-up files: `python -m bench.filling DISTRIBUTION COUNT`.

In a stack's environment, see `filled`. Rows are as after so many downloads, files have 1000 bytes.
"""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import ROOT

_MADE = """
    CREATE TEMP TABLE made AS
    SELECT n, gen_random_uuid() AS content, gen_random_uuid() AS own,
           gen_random_uuid() AS artifact,
           encode(sha256(('bench-' || n)::bytea), 'hex') AS sha256,
           'bench_kept-' || n || '.0-py3-none-any.whl' AS filename
    FROM generate_series(1, %(count)s) AS n
"""
_CONTENT = """
    INSERT INTO core_content (pulp_id, pulp_created, pulp_last_updated, pulp_type, upstream_id,
                              timestamp_of_interest, pulp_domain_id, pulp_labels)
    SELECT content, now(), now(), 'pyindex.file', NULL, now(), %(domain)s, '' FROM made
"""
_FILES = """
    INSERT INTO pyindex_pyindexfile (content_ptr_id, _pulp_domain_id, project, version, filename,
                                     sha256, packagetype, hashes, size, facts_sha256)
    SELECT content, %(domain)s, 'bench-kept', n || '.0', filename, sha256, 'bdist_wheel', '{}',
           1000, sha256
    FROM made
"""
_ARTIFACTS = """
    INSERT INTO core_artifact (pulp_id, pulp_created, pulp_last_updated, file, size, sha256,
                               timestamp_of_interest, pulp_domain_id)
    SELECT artifact, now(), now(), 'artifact/' || left(sha256, 2) || '/' || substr(sha256, 3),
           1000, sha256, now(), %(domain)s
    FROM made
"""
_OWN = """
    INSERT INTO core_contentartifact (pulp_id, pulp_created, pulp_last_updated, relative_path,
                                      artifact_id, content_id)
    SELECT own, now(), now(), filename, artifact, content FROM made
"""
_WAYS = """
    INSERT INTO core_remoteartifact (pulp_id, pulp_created, pulp_last_updated, url, size, sha256,
                                     content_artifact_id, remote_id, pulp_domain_id)
    SELECT gen_random_uuid(), now(), now(), 'http://localhost/' || filename, 1000, sha256, own,
           %(remote)s, %(domain)s
    FROM made
"""
_CACHED = """
    INSERT INTO pyindex_pyindexcachedfile (distribution_id, file_id, size, kept_at, used_at,
                                           is_pending)
    SELECT %(distribution)s, content, 1000, now(), now() - n * interval '1 second', false FROM made
"""
_STATEMENTS = (_MADE, _CONTENT, _FILES, _ARTIFACTS, _OWN, _WAYS, _CACHED, "ANALYZE")


def filled(home: str, distribution: str, count: int) -> None:
    """Let the stack in `home` have kept so many files of a distribution (its href)."""
    environment = {
        **os.environ,
        "PULP_SETTINGS": str(Path(home, "settings.py")),
        "DJANGO_SETTINGS_MODULE": "pulpcore.app.settings",
    }
    pk = distribution.rstrip("/").rpartition("/")[2]
    command = [sys.executable, "-m", "bench.filling", pk, str(count)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _fill(distribution_pk: str, count: int) -> None:
    import django

    django.setup()

    from django.conf import settings
    from django.db import connection, transaction

    from pulp_pyindex.app.models import PyindexDistribution

    distribution = PyindexDistribution.objects.get(pk=distribution_pk)
    values = {
        "count": count,
        "domain": distribution.pulp_domain_id,
        "remote": distribution.remote_id,
        "distribution": distribution.pk,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
    shelf = Path(settings.MEDIA_ROOT, "artifact")
    digests = [hashlib.sha256(f"bench-{n}".encode()).hexdigest() for n in range(1, count + 1)]
    for start in {digest[:2] for digest in digests}:
        (shelf / start).mkdir(parents=True, exist_ok=True)

    def write(digest: str) -> None:
        (shelf / digest[:2] / digest[2:]).write_bytes(b"x" * 1000)

    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(write, digests, chunksize=1000):
            pass


if __name__ == "__main__":
    _fill(sys.argv[1], int(sys.argv[2]))
