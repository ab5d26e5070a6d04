"""Where a version comes from: who made it, of what, and why, as its `info` keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulpcore.plugin.models import RepositoryVersion

#: Names that a summary lists.
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a version came about."""

    #: sync, upload, pull-through, edit, promotion, rollback, modify, import; pulp for whatever else
    #: Pulp did; empty for a repository's first version and for what was made before this was kept.
    kind: str
    #: Name of the user; None where nobody asked for it, or where that is not known.
    user: str | None
    #: One sentence.
    summary: str
    note: str
    #: All that is known.
    details: Mapping[str, Any]


def origin(version: RepositoryVersion) -> Origin:
    """How a version came about."""
    info: dict[str, Any] = version.info or {}
    kind = str(info.get("source") or "")
    users = [one for one in info.get("users") or () if one]
    # Of uploads that share a version: by whom they were brought, not whose task took them in.
    user = ", ".join(users[:_SHOWN]) if users else info.get("user")
    return Origin(
        kind=kind,
        user=user,
        summary=_summary(kind, version.number, info),
        note=str(info.get("note") or ""),
        details={key: value for key, value in info.items() if key not in ("source", "note")},
    )


def _summary(kind: str, number: int, info: Mapping[str, Any]) -> str:
    match kind:
        case "sync":
            serial = f" at serial {info['serial']}" if info.get("serial") is not None else ""
            return f"sync of remote {info.get('remote_name')}{serial}"
        case "upload":
            return f"upload of {_listed(info.get('files') or ())}"
        case "pull-through":
            return f"passed through and kept: {_listed(info.get('files') or ())}"
        case "edit":
            edits = [f"{one.get('action')} {one.get('project')}" for one in info.get("edits") or ()]
            return f"edit: {_listed(edits)}"
        case "promotion":
            past = _listed(info.get("overridden") or ())
            gates = f", past the gates {past}" if past else ""
            source = f"{info.get('repository')} version {info.get('number')}"
            return f"promotion of {_part(info)}{source}{gates}"
        case "rollback":
            return f"rollback to version {info.get('number')}"
        case "modify":
            return "content added or removed by modify"
        case "import":
            return "import of another Pulp's export"
        case _:
            return "made by Pulp" if kind else ("empty" if number == 0 else "not known")


def _part(info: Mapping[str, Any]) -> str:
    """What of the source was promoted; empty: all of it."""
    releases = [f"{one.get('project')} {one.get('release')}" for one in info.get("releases") or ()]
    named = [*(info.get("projects") or ()), *releases]
    return f"{_listed(named)} from " if named else ""


def _listed(names: Any) -> str:
    shown = [str(name) for name in names]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
