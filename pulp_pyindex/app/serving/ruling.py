"""What an index's rules leave of what it offers: after every cache, as time moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import web

from pulp_pyindex.app.catalog.facts import AskedFacts, FoundFacts, find_facts, find_ruleset
from pulp_pyindex.app.serving.database import in_database
from pulp_pyindex.app.serving.outcome import (
    QUARANTINE,
    Decided,
    Outcome,
    expiring,
    milliseconds,
    quarantined,
)
from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.ruled import Named, Rules
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Listing, Offer, Withheld
from pulp_pyindex.index.pages import File, ProjectPage
from pulp_pyindex.index.rules import Ruleset, Verdicts, decide, facts_of

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
        self._rulesets: dict[Named, Ruleset] = {}

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
            return quarantined(index, offer, whole)
        found: list[Decided] = []
        for named in (rules.remote, rules.own):
            if named is not None:
                page = _judged(index, offer, only_remote=named is rules.remote)
                decided = await self.decided(index, offer, page, await self.ruleset(named), moment)
                found.append(replace(decided, since=named.since))
        ruled = Outcome(index, offer, held, found).offer()
        if any(one.may_be_learnt for one in found):
            return expiring(ruled, moment.timestamp() + _LEARNING)
        return ruled

    async def decided(
        self, index: Index, offer: Offer, page: ProjectPage, ruleset: Ruleset, now: datetime
    ) -> Decided:
        """What one ruleset decides on a page's files. Raises DatabaseGone."""
        if not ruleset.may_concern(page.name):
            return Decided(ruleset=ruleset.name)
        asked = _asked(index, offer, page, ruleset)
        facts = await in_database(find_facts, asked) if asked.needs.any else _NO_FACTS
        if len(page.files) >= _LARGE:
            verdicts = await asyncio.to_thread(_verdicts, ruleset, page, facts, now)
        else:
            verdicts = _verdicts(ruleset, page, facts, now)
        return Decided(ruleset=ruleset.name, verdicts=verdicts, may_be_learnt=facts.may_be_learnt)

    async def listing(self, index: Index, listing: Listing) -> Listing:
        """A list of projects whose serials say when rules may have changed a page.

        Where time changes pages no serial can: there are none then, and readers ask for pages
        with their ETags. Raises DatabaseGone.
        """
        rules = index.rules
        if not rules:
            return listing
        rulesets = [await self.ruleset(one) for one in (rules.own, rules.remote) if one]
        if any(ruleset.is_timed for ruleset in rulesets):
            entries = [replace(entry, serial=None) for entry in listing.entries]
            return replace(listing, entries=entries, key=("timed", listing.key))
        since = milliseconds(rules.since)
        entries = [
            replace(entry, serial=max(entry.serial, since, *_since(rules, entry.name)))
            if entry.serial is not None
            else entry
            for entry in listing.entries
        ]
        newest = max([since, *(milliseconds(one.since) for one in rules.quarantine.held)])
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

    async def ruleset(self, named: Named) -> Ruleset:
        """A ruleset, understood. Raises DatabaseGone."""
        known = self._rulesets.get(named)
        if known is not None:
            return known
        sha256, found = await in_database(find_ruleset, named.pk)
        if len(self._rulesets) >= _MOST:
            self._rulesets.clear()
        # It may have changed since it was named: then it is not what is asked for again.
        if sha256 == named.sha256:
            self._rulesets[named] = found
        return found


def _judged(index: Index, offer: Offer, *, only_remote: bool) -> ProjectPage:
    """The page with the files that came hidden: they may have to be denied.

    With `only_remote` nothing but what the index's own remote contributes.
    """
    hidden = tuple(one.file for one in offer.withheld if one.action is Action.HIDE)
    files = (*offer.page.files, *hidden)
    if only_remote:
        files = tuple(file for file in files if _is_remote(index, offer, file))
    return replace(offer.page, files=files)


def _is_remote(index: Index, offer: Offer, file: File) -> bool:
    member = offer.origins.get(file.filename)
    return (
        member is not None
        and member.index.distribution_pk == index.distribution_pk
        and member.source.kind == "remote"
    )


def _asked(index: Index, offer: Offer, page: ProjectPage, ruleset: Ruleset) -> AskedFacts:
    versions = {member.index.version_pk for member in offer.origins.values()} | {index.version_pk}
    return AskedFacts(
        domain_pk=index.domain_pk,
        project=offer.page.name,
        version_pks=frozenset(pk for pk in versions if pk is not None),
        files=tuple((file.filename, file.hashes.get("sha256", "")) for file in page.files),
        needs=ruleset.needs,
    )


def _verdicts(ruleset: Ruleset, page: ProjectPage, facts: FoundFacts, now: datetime) -> Verdicts:
    return decide(ruleset, facts_of(page, facts.known, facts.advisories(page)), now)


def _since(rules: Rules, project: str) -> list[int]:
    return [milliseconds(one.since) for one in rules.quarantine.of_project(project)]
