"""What it costs to say what is known to be wrong in 100,000 files."""

import io
import json
import statistics
import time
import zipfile
from collections.abc import Iterator

from bench import many
from bench.figures import Figure
from bench.many import Crowd
from bench.syncing import seconds_of
from support.pulp import Pulp, unique

_GROUP = "Advisories"
#: One about each project.
ADVISORIES = many.PROJECTS
_TIMES = 3


def figures(pulp: Pulp, crowd: Crowd) -> Iterator[Figure]:
    """The load of the advisories, and the report of a version."""
    task = pulp.task(
        pulp.post(
            "pyindex/advisories/load/",
            data={"source": unique("bench")},
            files={"file": ("all.zip", _export(), "application/zip")},
        )
    )
    what = f"{ADVISORIES:,} advisories"
    yield Figure(group=_GROUP, what=f"load {what}", measured=f"{seconds_of(task):.2f} s")
    seconds, told = [], 0
    for _ in range(_TIMES):
        begun = time.perf_counter()
        told = pulp.read(f"{crowd.version['pulp_href']}advisories/", limit=100)["count"]
        seconds.append(time.perf_counter() - begun)
    median = statistics.median(seconds)
    yield Figure(
        group=_GROUP,
        what=f"report of {many.FILES:,} files, {what}",
        measured=f"{median:.2f} s, {told:,} releases",
        to_reach="≤ 5 s",
        reached=median <= 5.0 and told == 2 * ADVISORIES,
    )


def _export() -> bytes:
    """As an OSV database gives it away: the first two of each project's releases are affected."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(ADVISORIES):
            name = f"BENCH-2024-{number}"
            archive.writestr(f"{name}.json", json.dumps(_advisory(name, f"many-{number:06}")))
    return packed.getvalue()


def _advisory(name: str, project: str) -> dict[str, object]:
    events = [{"introduced": "0"}, {"fixed": "1.3"}]
    return {
        "schema_version": "1.6.0",
        "id": name,
        "modified": "2024-05-01T12:00:00Z",
        "published": "2024-05-01T12:00:00Z",
        "summary": f"{project} does not check what it is given",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": project},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
        ],
    }
