"""What an index's rules leave of what it offers."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from packaging.utils import NormalizedName

from pulp_pyindex.app.serving.refused import Refusals
from pulp_pyindex.app.serving.ruled import Held, Named, Quarantine, Rules
from pulp_pyindex.app.serving.ruling import Ruling
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Listing, Member, Offer, Source, Withheld
from pulp_pyindex.app.serving.traffic import Traffic
from pulp_pyindex.index.pages import File, ProjectEntry, ProjectPage, Status
from pulp_pyindex.index.rules import read_ruleset, read_stored_ruleset

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
OLD, NEW = "foo-1.0.tar.gz", "foo-2.0.tar.gz"
COOL_DOWN = {
    "name": "cool-down",
    "when": {"younger_than": "7d", "unknown": "hide"},
    "action": "hide",
}
EVERYTHING = {"name": "all", "when": {"project": "*"}, "action": "deny"}


def named() -> Named:
    return Named(pk=uuid4(), sha256="1", since=SINCE)


def held(release: str = "", filename: str = "") -> Held:
    return Held(project="foo", release=release, filename=filename, reason="bad", since=NOW)


def index(**rules: Any) -> Index:
    return Index(
        distribution_pk=UUID(int=1),
        domain_pk=UUID(int=2),
        domain="default",
        base_path="main",
        guard_pk=None,
        publication_pk=None,
        version_pk=UUID(int=3),
        pinned=False,
        rules=Rules(**rules),
    )


def file(filename: str, days: float) -> File:
    return File(filename=filename, url="", hashes={}, upload_time=NOW - timedelta(days=days))


def offer(**changes: Any) -> Offer:
    """`foo` 1.0, a year old, and 2.0, a day old."""
    page = ProjectPage(
        name=NormalizedName("foo"),
        files=(file(OLD, 365), file(NEW, 1)),
        versions=("1.0", "2.0", "3.0"),
        serial=1000,
    )
    return Offer(**{"page": page, "key": "k", **changes})


def ruling(*rulesets: tuple[Named, Any]) -> Ruling:
    """One that knows some rulesets already."""
    made = Ruling(Refusals(Traffic()))
    for one, rules in rulesets:
        made._rulesets[one] = read_ruleset("default", rules)
    return made


def judged(rules: Any, given: Offer, now: datetime = NOW, **more: Any) -> Offer:
    own = named()
    return asyncio.run(ruling((own, rules)).judge(index(own=own, **more), given, now))


def names(offer: Offer) -> list[str]:
    return [one.filename for one in offer.page.files]


def test_what_is_hidden_leaves_page_and_versions() -> None:
    """A version without any file to begin with stays; the offer ends when the next comes of age."""
    found = judged([COOL_DOWN], offer())
    assert names(found) == [OLD]
    assert found.page.versions == ("1.0", "3.0")
    [withheld] = found.withheld
    assert (withheld.file.filename, withheld.action, withheld.by) == (NEW, Action.HIDE, "cool-down")
    assert (withheld.at, withheld.ruleset, withheld.project) == ("main", "default", "foo")
    assert found.expires == (NOW + timedelta(days=6)).timestamp()
    assert (withheld.since, withheld.until) == (SINCE, NOW + timedelta(days=6))
    assert found.key != offer().key


def test_the_serial_grows_when_a_file_comes_of_age() -> None:
    """Who mirrors by serials sees it; and the same outcome has the same key."""
    young = judged([COOL_DOWN], offer())
    again = judged([COOL_DOWN], offer(), NOW + timedelta(hours=1))
    ripe = judged([COOL_DOWN], offer(), NOW + timedelta(days=6))
    assert young.page.serial == int(SINCE.timestamp() * 1000)
    assert young.key == again.key != ripe.key
    assert ripe.page.serial == int((NOW + timedelta(days=6)).timestamp() * 1000)
    assert (names(ripe), ripe.withheld, ripe.expires) == ([OLD, NEW], (), None)


def test_an_offer_that_no_rule_is_about_stays_the_same_object() -> None:
    """So that nothing is rendered anew for it."""
    given = offer()
    assert judged([{**EVERYTHING, "when": {"project": "bar"}}], given) is given
    assert asyncio.run(Ruling(Refusals(Traffic())).judge(index(), given)) is given


def test_what_came_hidden_may_be_denied_and_nothing_less() -> None:
    """A base's hide is not undone; merging's own drops are left alone."""
    page = replace(offer().page, files=(file(OLD, 365),))
    hidden = Withheld(file=file(NEW, 1), action=Action.HIDE, by="base", text="", at="base")
    dropped = replace(hidden, file=file("foo-0.1.tar.gz", 900), action=Action.DROP)
    given = offer(page=page, withheld=(hidden, dropped))
    assert judged([COOL_DOWN], given).withheld == (hidden, dropped)
    denied = judged([EVERYTHING], given).withheld
    assert [(one.file.filename, one.action, one.by) for one in denied] == [
        (NEW, Action.DENY, "all"),
        ("foo-0.1.tar.gz", Action.DROP, "base"),
        (OLD, Action.DENY, "all"),
    ]


def test_reports_are_beside_what_is_given_out() -> None:
    """Hidden files that are downloaded by their address count; denied ones do not."""
    report = {"name": "look", "when": {"project": "foo"}, "action": "report"}
    found = judged([report, COOL_DOWN], offer())
    assert [one.file.filename for one in found.reported] == [OLD, NEW]
    assert judged([report, EVERYTHING], offer()).reported == ()


def test_what_a_rule_allows_is_told_and_shown_as_before() -> None:
    """The page is the same one; time may still end it, and hidden files are not allowed by it."""
    allow = {"name": "ours", "when": {"project": "foo<2"}, "action": "allow"}
    found = judged([allow, COOL_DOWN], offer())
    assert [(one.file.filename, one.action, one.by) for one in found.allowed] == [
        (OLD, Action.ALLOW, "ours")
    ]
    alone = judged([allow], offer())
    assert (alone.key, names(alone), len(alone.allowed)) == ("k", [OLD, NEW], 1)
    assert "allows foo-1.0.tar.gz" in alone.allowed[0].text
    # What it was kept from tells of the last time it changed.
    exempt = {"project": "foo", "why": "x", "who": "y", "until": "2026-11-20"}
    [withheld] = judged([{**COOL_DOWN, "except": [exempt]}], offer()).withheld
    assert withheld.since == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_project_in_quarantine_has_a_page_that_says_so() -> None:
    """Rules are not asked; what a base hides is denied too."""
    hidden = Withheld(file=file(NEW, 1), action=Action.HIDE, by="base", text="", at="base")
    given = offer(withheld=(hidden,))
    allow = {"name": "yes", "when": {"project": "*"}, "action": "allow"}
    found = judged([allow], given, quarantine=Quarantine.of([held()]))
    assert (found.page.status.status, found.page.status.reason) == (Status.QUARANTINED, "bad")
    assert (found.page.files, found.page.versions) == ((), ())
    assert {(one.action, one.by) for one in found.withheld} == {(Action.DENY, "quarantine")}
    assert found.page.serial == int(NOW.timestamp() * 1000)


def test_a_release_or_file_is_held_in_any_spelling() -> None:
    """The rest of the project stays."""
    for one, left in (
        (held("2.0.0"), [OLD]),
        (held("1.0", "Foo-1.0.tar.gz"), [NEW]),
        (held("9"), [OLD, NEW]),
    ):
        found = judged([], offer(), quarantine=Quarantine.of([one]))
        assert (names(found), len(found.withheld)) == (left, 2 - len(left))


class _Remote:
    kind = "remote"


def test_a_remotes_rules_are_for_what_comes_from_it() -> None:
    """What the repository has is its own."""
    own, remote = named(), named()
    where = index(own=own, remote=remote)
    origins = {NEW: Member(index=where, source=cast(Source, _Remote()))}
    judge = ruling((own, []), (remote, [EVERYTHING]))
    found = asyncio.run(judge.judge(where, offer(origins=origins), NOW))
    assert names(found) == [OLD]


def test_rules_that_cannot_be_read_deny_everything() -> None:
    """And say why."""
    own = named()
    judge = Ruling(Refusals(Traffic()))
    judge._rulesets[own] = read_stored_ruleset("default", [{"name": "x"}])
    found = asyncio.run(judge.judge(index(own=own), offer(), NOW))
    assert names(found) == []
    assert {one.action for one in found.withheld} == {Action.DENY}
    assert "cannot be read" in found.withheld[0].text


def test_a_list_shows_no_serials_that_time_makes_wrong() -> None:
    """With rules that time does not change they are those of the last change."""
    own = named()
    entries = [ProjectEntry(name=NormalizedName("foo"), serial=1000)]
    listing = Listing(entries=entries, key="k", serial=1000)

    def listed(rules: Any, **more: Any) -> Listing:
        return asyncio.run(ruling((own, rules)).listing(index(own=own, **more), listing))

    assert [one.serial for one in listed([COOL_DOWN]).entries] == [None]
    since = int(SINCE.timestamp() * 1000)
    assert [one.serial for one in listed([EVERYTHING]).entries] == [since]
    quarantined = listed([EVERYTHING], quarantine=Quarantine.of([held()]))
    assert [one.serial for one in quarantined.entries] == [int(NOW.timestamp() * 1000)]


def test_equal_rows_are_equal_rules() -> None:
    """An index is forgotten only where its rules have changed."""
    make: Callable[[], Quarantine] = lambda: Quarantine.of([held("2"), held()])  # noqa: E731
    assert make() == make()
    assert hash(make()) == hash(make())
    assert make() != Quarantine.of([held()])
