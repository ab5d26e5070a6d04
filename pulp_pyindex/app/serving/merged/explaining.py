"""Explains what an index says of a project: who answers, who would have, and what was left out.

Who is entitled to answer is asked as for an installer. Of everybody else it is told what is known
here, so that no upstream hears of a name by being explained.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.merged.deciding import Merging
from pulp_pyindex.app.serving.merged.own import is_there
from pulp_pyindex.app.serving.merged.verdicts import Reach, Seat, Verdict
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Offer, SourceFailed, Withheld
from pulp_pyindex.index.merging import Kind, Standing
from pulp_pyindex.index.pages import File

#: Files told of each place without being asked for by name.
_MOST = 1000


async def explain(
    merging: Merging, index: Index, project: NormalizedName, filename: str | None
) -> dict[str, Any]:
    """The explanation as a JSON document. Raises DatabaseGone."""
    answer: dict[str, Any] = {"index": index.base_path, "project": project}
    if filename is not None:
        answer["filename"] = filename
    try:
        verdict = await merging.verdict(index, project)
    except SourceFailed as failure:
        members = await _seats(merging, index, project, filename, None)
        return answer | {
            "status": failure.status,
            "reason": str(failure),
            "answers": None,
            "members": members,
            "files": [],
        }
    files = _files(verdict, filename)
    status, reason = _outcome(verdict, filename, files)
    return answer | {
        "status": status,
        "reason": reason,
        "answers": _owner(verdict),
        "reserved_by": verdict.decision.reserved_by,
        "merged_by": verdict.decision.merged_by,
        "changes_at": _time(verdict.expires),
        "members": await _seats(merging, index, project, filename, verdict),
        "files": files,
    }


def _outcome(
    verdict: Verdict, filename: str | None, files: list[dict[str, Any]]
) -> tuple[int, str]:
    """What an installer gets, and why."""
    if not verdict.has_page:
        return 404, verdict.reason
    owner = verdict.decision.owner
    name = verdict.places[owner].name if owner is not None else ""
    if filename is None:
        if verdict.decision.merged_by is not None:
            return 200, f"The project may be merged, by {verdict.decision.merged_by!r}."
        return 200, f"The project belongs to {name}."
    if not files:
        return 404, f"Nobody who answers for {verdict.project} has a file of this name."
    first = files[0]
    if first["outcome"] == "deny":
        return 403, str(first["why"])
    if first["outcome"] == "drop":
        return 404, str(first["why"])
    return 200, str(first["why"])


def _owner(verdict: Verdict) -> dict[str, Any] | None:
    owner = verdict.decision.owner
    if owner is None:
        return None
    offer = verdict.offers[owner]
    deepest = sorted({str(member) for member in offer.origins.values()})
    return {
        "name": verdict.places[owner].name,
        "kind": verdict.places[owner].kind.value,
        "from": deepest,
    }


async def _seats(
    merging: Merging,
    index: Index,
    project: NormalizedName,
    filename: str | None,
    verdict: Verdict | None,
    reach: Reach = Reach.KNOWN,
) -> list[dict[str, Any]]:
    """Every place of an index: what it is to the project, and what it has of it.

    How places stand behind other indexes is told by what is within `reach`.
    """
    try:
        seats = merging.seats(index, Reach.UPSTREAM)
    except SourceFailed:
        return []
    told = []
    if verdict is not None and verdict.decision.reserved_by is not None:
        reach = Reach.HOME
    for position, seat in enumerate(seats):
        standing, why = Standing.UNKNOWN, "it was not asked"
        if verdict is not None and position < len(verdict.places):
            standing, why = verdict.decision.standings[position]
        told.append(
            {"name": seat.place.name, "kind": seat.place.kind.value}
            | {"standing": standing.value, "why": why}
            | await _has(merging, index, seat, project, filename, standing, reach)
        )
    return told


async def _has(
    merging: Merging,
    index: Index,
    seat: Seat,
    project: NormalizedName,
    filename: str | None,
    standing: Standing,
    reach: Reach,
) -> dict[str, Any]:
    """What a place has of a project, whether it is asked for it or not."""
    found: dict[str, Any] = {}
    try:
        offer = (await merging.ask(index, seat, project, Reach.KNOWN)).offer
    except SourceFailed as failure:
        return {"has": None, "failure": str(failure)}
    found["has"] = None if offer is None else _summary(offer, filename)
    if seat.place.kind is Kind.REPOSITORY and is_there(index):
        claim = await merging.own.claim(index, project)
        if claim is not None:
            found["since"] = _iso(claim.since)
            found["removed"] = _iso(claim.gone)
    if seat.base is not None:
        inner = None
        if standing is not Standing.RESERVED:
            inner = await merging.verdict(seat.base, project, reach)
        found["members"] = await _seats(merging, seat.base, project, filename, inner, reach)
    return found


def _summary(offer: Offer, filename: str | None) -> dict[str, Any]:
    page = offer.page
    files = [file for file in page.files if filename in (None, file.filename)]
    return {
        "files": [_file(file) for file in files[:_MOST]],
        "file_count": len(page.files),
        "versions": list(page.versions),
        "status": page.status.status.value,
        "serial": page.serial,
        "changed": _time(page.serial / 1000) if page.serial else None,
        "gone": offer.gone or None,
        "withheld": len(offer.withheld),
    }


def _files(verdict: Verdict, filename: str | None) -> list[dict[str, Any]]:
    """Each file that was considered: what became of it, by what, and why."""
    offer = verdict.offer
    if offer is None or offer.gone:
        return []
    spoken = {one.file.filename: one for one in (*offer.allowed, *offer.reported)}
    told = []
    for file in offer.page.files:
        one = spoken.get(file.filename)
        entry = _file(file) | {"outcome": "show", "from": _origin(offer, file)}
        if one is None:
            told.append(entry | {"why": "it is shown: " + _shown_by(verdict)})
        else:
            how = "shown and reported" if one.action is Action.REPORT else "shown"
            told.append(entry | _by(one) | {"why": f"it is {how}: {one.text}"})
    for one in offer.withheld:
        entry = _file(one.file) | {"outcome": one.action.value, "from": _origin(offer, one.file)}
        told.append(entry | _by(one) | {"why": one.text})
    if filename is not None:
        return [entry for entry in told if entry["filename"] == filename]
    return told[:_MOST]


def _by(one: Withheld) -> dict[str, Any]:
    """What speaks for or against a file, since when, and till when unless something changes."""
    return {
        "by": one.by,
        "ruleset": one.ruleset or None,
        "at": one.at,
        "since": _iso(one.since),
        "until": _iso(one.until),
    }


def _shown_by(verdict: Verdict) -> str:
    if verdict.decision.merged_by is not None:
        return f"the project is merged by {verdict.decision.merged_by!r}"
    owner = verdict.decision.owner
    return f"the project belongs to {verdict.places[owner].name}" if owner is not None else ""


def _origin(offer: Offer, file: File) -> str | None:
    member = offer.origins.get(file.filename)
    return str(member) if member is not None else None


def _file(file: File) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "sha256": file.hashes.get("sha256"),
        "uploaded": _iso(file.upload_time),
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else _iso(datetime.fromtimestamp(seconds, UTC))


def _iso(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
