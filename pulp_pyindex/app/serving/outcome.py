"""An offer as rules leave it: what stays on the page, what is withheld, and until when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pulp_pyindex.app.serving.ruled import Held
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Offer, Withheld
from pulp_pyindex.index import rules
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.rules import Decision, Verdict, Verdicts

#: What speaks against a file that is in quarantine, beside the names of rules.
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one ruleset decided on a page's files."""

    ruleset: str
    #: When the ruleset was last changed.
    since: datetime | None = None
    verdicts: Verdicts = field(default_factory=Verdicts)
    #: Whether facts were missing that may come without any new version.
    may_be_learnt: bool = False


class Outcome:
    """What the verdicts make of an offer."""

    def __init__(
        self, index: Index, offer: Offer, held: Sequence[Held], decided: Sequence[Decided]
    ) -> None:
        self._index = index
        self._offer = offer
        self._held = held
        self._decided = decided

    def offer(self) -> Offer:
        """The offer as the index may make it."""
        page = self._offer.page
        against = {file.filename: self._against(file) for file in page.files}
        kept = tuple(file for file in page.files if against[file.filename] is None)
        came = tuple(self._stricter(one) for one in self._offer.withheld)
        withheld = (*came, *(one for one in against.values() if one is not None))
        downloads = (*kept, *(one.file for one in withheld if one.action is Action.HIDE))
        reported = tuple(one for file in downloads for one in self._reports(file))
        allowed = (*self._offer.allowed, *(one for file in kept for one in self._allowing(file)))
        ends = [one.verdicts.valid_until for one in self._decided if one.verdicts.valid_until]
        begins = [one.verdicts.since for one in self._decided if one.verdicts.since]
        if withheld == self._offer.withheld and not reported and not ends and not begins:
            changed = allowed != self._offer.allowed
            return replace(self._offer, allowed=allowed) if changed else self._offer
        serial = page.serial
        if serial is not None:
            begins += [one.since for one in self._held]
            serial = max(serial, *map(milliseconds, [self._index.rules.since, *begins]))
        ruled = replace(
            self._offer,
            page=replace(page, files=kept, versions=_versions(page, kept), serial=serial),
            withheld=withheld,
            reported=(*self._offer.reported, *reported),
            allowed=allowed,
            key=("ruled", self._offer.key, _digest(serial, (*withheld, *reported))),
        )
        return expiring(ruled, min(ends).timestamp()) if ends else ruled

    def _stricter(self, came: Withheld) -> Withheld:
        """What came withheld: hidden stays hidden, unless it is denied here."""
        if came.action is not Action.HIDE:
            return came
        found = self._against(came.file)
        return found if found is not None and found.action is Action.DENY else came

    def _against(self, file: File) -> Withheld | None:
        """What speaks against a file, the strictest of it."""
        if self._held:
            release = _release(self._offer.page, file)
            held = next((one for one in self._held if one.holds(release, file.filename)), None)
            if held is not None:
                return _held(self._index, file, held)
        found: Withheld | None = None
        for decided in self._decided:
            verdict = decided.verdicts.files.get(file.filename)
            if verdict is not None and verdict.against is not None:
                one = self._noted(file, decided, verdict, verdict.against)
                if found is None or one.action is Action.DENY:
                    found = one
        return found

    def _reports(self, file: File) -> Iterator[Withheld]:
        for decided in self._decided:
            verdict = decided.verdicts.files.get(file.filename)
            if verdict is not None:
                for report in verdict.reports:
                    yield self._noted(file, decided, verdict, report)

    def _allowing(self, file: File) -> Iterator[Withheld]:
        for decided in self._decided:
            verdict = decided.verdicts.files.get(file.filename)
            if verdict is not None and verdict.allowed_by is not None:
                rule = verdict.allowed_by
                text = f"The rule {rule!r} of ruleset {decided.ruleset!r} allows {file.filename}."
                decision = Decision(action=rules.Action.ALLOW, rule=rule, text=text)
                yield self._noted(file, decided, verdict, decision)

    def _noted(
        self, file: File, decided: Decided, verdict: Verdict, decision: Decision
    ) -> Withheld:
        times = [time for time in (decided.since, verdict.since) if time is not None]
        return Withheld(
            file=file,
            action=Action(decision.action.value),
            by=decision.rule,
            text=decision.text,
            at=self._index.base_path,
            ruleset=decided.ruleset,
            project=self._offer.page.name,
            since=max(times, default=None),
            until=verdict.valid_until,
        )


def quarantined(index: Index, offer: Offer, held: Held) -> Offer:
    """A project that is held: a page that says so, and not one file."""
    status = ProjectStatus(status=Status.QUARANTINED, reason=held.reason)
    serial = offer.page.serial
    page = replace(
        offer.page,
        files=(),
        versions=(),
        status=status,
        serial=None if serial is None else max(serial, milliseconds(held.since)),
    )
    came = (
        _held(index, one.file, held) if one.action is Action.HIDE else one for one in offer.withheld
    )
    return replace(
        offer,
        page=page,
        withheld=(*came, *(_held(index, file, held) for file in offer.page.files)),
        key=("quarantined", offer.key, held),
    )


def _digest(serial: int | None, noted: Iterable[Withheld]) -> str:
    """Over the outcome: the same from the same offer is the same page."""
    told = [(one.file.filename, one.action.value, one.by, one.text) for one in noted]
    return hashlib.sha256(repr((told, serial)).encode()).hexdigest()


def _held(index: Index, file: File, held: Held) -> Withheld:
    return Withheld(
        file=file,
        action=Action.DENY,
        by=QUARANTINE,
        text=f"{file.filename} is in quarantine at the index {index.base_path!r}: {held.reason}",
        at=index.base_path,
        project=held.project,
        since=held.since,
    )


def _versions(page: ProjectPage, kept: Sequence[File]) -> tuple[str, ...]:
    """The versions of a page that lose no file, or keep one."""
    left = {_release(page, file) for file in kept}
    had = {_release(page, file) for file in page.files}
    return tuple(version for version in page.versions if version in left or version not in had)


def _release(page: ProjectPage, file: File) -> str:
    try:
        return parse(file.filename, page.name).version
    except InvalidFilename:
        return ""


def expiring(offer: Offer, moment: float) -> Offer:
    """The offer, to be made anew at a moment at the latest."""
    expires = moment if offer.expires is None else min(offer.expires, moment)
    return replace(offer, expires=expires)


def milliseconds(moment: datetime | None) -> int:
    """A moment as a serial; 0 for none."""
    return 0 if moment is None else int(moment.timestamp() * 1000)
