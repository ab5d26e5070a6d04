"""What an index's rules leave of what it offers: after every cache, as time moves."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from aiohttp import web

from pulp_pyindex.app.catalog.facts import AskedFacts, FoundFacts, find_facts, find_ruleset
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.ruled import Held, Rules
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Listing, Offer, Withheld
from pulp_pyindex.index.errors import InvalidFilename
from pulp_pyindex.index.filenames import parse
from pulp_pyindex.index.pages import File, ProjectPage, ProjectStatus, Status
from pulp_pyindex.index.rules import Ruleset, Verdicts, decide, facts_of

#: What speaks against a file that is in quarantine, beside the names of rules.
QUARANTINE = "quarantine"
#: Files of a page from which on deciding is done beside the event loop.
_LARGE = 100
#: Seconds after which facts that are not known yet are asked for again.
_LEARNING = 30.0
_MOST = 256

#: Where nothing has to be asked of the database.
_NO_FACTS = FoundFacts()


class Ruling:
    """Applies the rules of all indexes; understood rulesets stay in memory."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._rulesets: dict[tuple[UUID, str], Ruleset] = {}

    def judges(self, index: Index) -> bool:
        """Whether the index has any rules."""
        return bool(index.rules)

    async def judge(self, index: Index, offer: Offer, now: datetime | None = None) -> Offer:
        """What is left of an offer, and what is withheld of it. Raises DatabaseGone."""
        rules = index.rules
        if not rules or offer.gone:
            return offer
        moment = now or datetime.now(UTC)
        held = rules.quarantine.of_project(offer.page.name)
        whole = next((one for one in held if one.is_whole), None)
        if whole is not None:
            return _quarantined(index, offer, whole)
        ruleset = await self.ruleset(rules)
        verdicts, learns = Verdicts(), False
        if ruleset is not None and ruleset.may_concern(offer.page.name):
            page = _judged(offer)
            asked = _asked(index, offer, page, ruleset)
            facts = await in_database(find_facts, asked) if asked.needs.any else _NO_FACTS
            learns = facts.may_be_learnt
            if len(page.files) >= _LARGE:
                verdicts = await asyncio.to_thread(_decide, ruleset, page, facts, moment)
            else:
                verdicts = _decide(ruleset, page, facts, moment)
        name = "" if ruleset is None else ruleset.name
        ruled = _Outcome(index, offer, held, verdicts, name).offer()
        return _expiring(ruled, moment.timestamp() + _LEARNING) if learns else ruled

    async def listing(self, index: Index, listing: Listing) -> Listing:
        """A list of projects whose serials say when rules may have changed a page.

        Where time changes pages no serial can: there are none then, and readers ask for pages
        with their ETags. Raises DatabaseGone.
        """
        rules = index.rules
        if not rules:
            return listing
        ruleset = await self.ruleset(rules)
        if ruleset is not None and ruleset.is_timed:
            entries = [replace(entry, serial=None) for entry in listing.entries]
            return replace(listing, entries=entries, key=("timed", listing.key))
        since = _milliseconds(rules.since)
        entries = [
            replace(entry, serial=max(entry.serial, since, *_since(rules, entry.name)))
            if entry.serial is not None
            else entry
            for entry in listing.entries
        ]
        newest = max([since, *(_milliseconds(one.since) for one in rules.quarantine.held)])
        serial = None if listing.serial is None else max(listing.serial, newest)
        return replace(listing, entries=entries, serial=serial, key=("ruled", listing.key, rules))

    def note(self, request: web.Request, index: Index, withheld: Withheld) -> None:
        """Take note that a client was refused a file, or was given one that is reported."""
        self._refusals.note(
            request,
            index,
            withheld,
            is_quarantined=withheld.by == QUARANTINE and not withheld.ruleset,
        )

    async def ruleset(self, rules: Rules) -> Ruleset | None:
        """The ruleset, understood; None: there is none. Raises DatabaseGone."""
        if rules.ruleset_pk is None:
            return None
        key = (rules.ruleset_pk, rules.sha256)
        found = self._rulesets.get(key)
        if found is None:
            found = await in_database(find_ruleset, rules.ruleset_pk)
            if len(self._rulesets) >= _MOST:
                self._rulesets.clear()
            self._rulesets[key] = found
        return found


class _Outcome:
    """What the verdicts make of an offer."""

    def __init__(
        self, index: Index, offer: Offer, held: Sequence[Held], verdicts: Verdicts, ruleset: str
    ) -> None:
        self._index = index
        self._offer = offer
        self._held = held
        self._verdicts = verdicts
        self._ruleset = ruleset
        self._withheld: list[Withheld] = []
        self._reported: list[Withheld] = []

    def offer(self) -> Offer:
        """The offer as the index may make it."""
        page = self._offer.page
        came = tuple(one for one in self._offer.withheld if not self._is_stricter(one))
        kept = tuple(file for file in page.files if self._keeps(file))
        for file in kept:
            self._report(file)
        for one in (*came, *self._withheld):
            if one.action is Action.HIDE:
                self._report(one.file)
        verdicts = self._verdicts
        is_timed = verdicts.valid_until is not None or verdicts.since is not None
        if not self._withheld and not self._reported and not is_timed:
            return self._offer
        serial = page.serial
        if serial is not None:
            moments = (
                self._index.rules.since,
                verdicts.since,
                *(one.since for one in self._held),
            )
            serial = max(serial, *map(_milliseconds, moments))
        ruled = replace(
            self._offer,
            page=replace(page, files=kept, versions=_versions(page, kept), serial=serial),
            withheld=(*came, *self._withheld),
            reported=(*self._offer.reported, *self._reported),
            key=("ruled", self._offer.key, self._digest(serial)),
        )
        until = verdicts.valid_until
        return ruled if until is None else _expiring(ruled, until.timestamp())

    def _is_stricter(self, came: Withheld) -> bool:
        """Whether a file that came hidden is denied; it is noted then."""
        if came.action is not Action.HIDE:
            return False
        before = len(self._withheld)
        if not self._keeps(came.file) and self._withheld[-1].action is Action.DENY:
            return True
        del self._withheld[before:]
        return False

    def _keeps(self, file: File) -> bool:
        """Whether a file stays on the page; what does not is noted."""
        if self._held:
            release = _release(self._offer.page, file)
            held = next((one for one in self._held if one.holds(release, file.filename)), None)
            if held is not None:
                self._withheld.append(_held(self._index, file, held))
                return False
        verdict = self._verdicts.files.get(file.filename)
        if verdict is None:
            return True
        against = verdict.against
        if against is not None:
            self._withheld.append(
                self._noted(file, Action(against.action.value), against.rule, against.text)
            )
            return False
        return True

    def _report(self, file: File) -> None:
        verdict = self._verdicts.files.get(file.filename)
        for report in verdict.reports if verdict is not None else ():
            self._reported.append(self._noted(file, Action.REPORT, report.rule, report.text))

    def _noted(self, file: File, action: Action, rule: str, text: str) -> Withheld:
        return Withheld(
            file=file,
            action=action,
            by=rule,
            text=text,
            at=self._index.base_path,
            ruleset=self._ruleset,
            project=self._offer.page.name,
        )

    def _digest(self, serial: int | None) -> str:
        """Over the outcome: the same from the same offer is the same page."""
        told = [
            (one.file.filename, one.action.value, one.by, one.text)
            for one in (*self._withheld, *self._reported)
        ]
        return hashlib.sha256(repr((told, serial)).encode()).hexdigest()


def _judged(offer: Offer) -> ProjectPage:
    """The page with the files that came hidden: they may have to be denied."""
    hidden = tuple(one.file for one in offer.withheld if one.action is Action.HIDE)
    return replace(offer.page, files=(*offer.page.files, *hidden)) if hidden else offer.page


def _asked(index: Index, offer: Offer, page: ProjectPage, ruleset: Ruleset) -> AskedFacts:
    versions = {member.index.version_pk for member in offer.origins.values()} | {index.version_pk}
    return AskedFacts(
        domain_pk=index.domain_pk,
        project=offer.page.name,
        version_pks=frozenset(pk for pk in versions if pk is not None),
        files=tuple((file.filename, file.hashes.get("sha256", "")) for file in page.files),
        needs=ruleset.needs,
    )


def _decide(ruleset: Ruleset, page: ProjectPage, facts: FoundFacts, now: datetime) -> Verdicts:
    return decide(ruleset, facts_of(page, facts.known, facts.advisories(page)), now)


def _quarantined(index: Index, offer: Offer, held: Held) -> Offer:
    """A project that is held: a page that says so, and not one file."""
    status = ProjectStatus(status=Status.QUARANTINED, reason=held.reason)
    serial = offer.page.serial
    page = replace(
        offer.page,
        files=(),
        versions=(),
        status=status,
        serial=None if serial is None else max(serial, _milliseconds(held.since)),
    )
    return replace(
        offer,
        page=page,
        withheld=(
            *offer.withheld,
            *(_held(index, file, held) for file in offer.page.files),
        ),
        key=("quarantined", offer.key, held),
    )


def _held(index: Index, file: File, held: Held) -> Withheld:
    return Withheld(
        file=file,
        action=Action.DENY,
        by=QUARANTINE,
        text=f"{file.filename} is in quarantine at the index {index.base_path!r}: {held.reason}",
        at=index.base_path,
        project=held.project,
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


def _expiring(offer: Offer, moment: float) -> Offer:
    expires = moment if offer.expires is None else min(offer.expires, moment)
    return replace(offer, expires=expires)


def _since(rules: Rules, project: str) -> list[int]:
    return [_milliseconds(one.since) for one in rules.quarantine.of_project(project)]


def _milliseconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp() * 1000)
