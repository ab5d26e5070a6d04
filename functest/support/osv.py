"""OSV databases, made up."""

import io
import json
import zipfile
from typing import Any

Entry = dict[str, Any]

CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def entry(
    identifier: str,
    project: str,
    *events: dict[str, str],
    vector: str | None = None,
    versions: tuple[str, ...] = (),
    **fields: Any,
) -> Entry:
    """An OSV entry about one project; `events` are of one range."""
    affected: Entry = {
        "package": {"ecosystem": "PyPI", "name": project},
        "versions": list(versions),
    }
    if events:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}]
    made: Entry = {
        "schema_version": "1.7.0",
        "id": identifier,
        "modified": "2026-02-01T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "summary": f"{identifier} of {project}",
        "affected": [affected],
        **fields,
    }
    if vector is not None:
        made["severity"] = [{"type": "CVSS_V3", "score": vector}]
    return made


def database(*entries: Entry, **more: bytes) -> bytes:
    """A zip of entries, as OSV's bulk exports are; `more` are further documents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in entries:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
        for name, body in more.items():
            archive.writestr(f"{name}.json", body)
    return file.getvalue()
