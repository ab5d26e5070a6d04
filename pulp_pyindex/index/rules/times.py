"""Conditions on when a file was uploaded, or came here. Time alone changes their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pulp_pyindex.index.rules.conditions import Bound
from pulp_pyindex.index.rules.facts import FileFacts, ProjectFacts


@dataclass(frozen=True, slots=True)
class YoungerThan:
    """Files that were uploaded to where they come from less than a while ago."""

    age: timedelta
    asks_unknown = True
    is_quiet = False
    is_timed = True

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        age = self.age
        line = now - age

        def test(file: FileFacts) -> bool | None:
            moment = file.upload_time
            return None if moment is None else moment > line

        def change(file: FileFacts) -> datetime | None:
            moment = file.upload_time
            return None if moment is None else _later(moment, age)

        return Bound(test, change)


@dataclass(frozen=True, slots=True)
class UploadedAfter:
    """Files that were uploaded to where they come from at a moment or later."""

    line: datetime
    asks_unknown = True
    is_quiet = False
    is_timed = False

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        line = self.line

        def test(file: FileFacts) -> bool | None:
            moment = file.upload_time
            return None if moment is None else moment >= line

        return Bound(test)


@dataclass(frozen=True, slots=True)
class FirstSeenWithin:
    """Files that came here less than a while ago, or have not come yet."""

    age: timedelta
    asks_unknown = False
    is_quiet = False
    is_timed = True

    def bind(self, project: ProjectFacts, now: datetime) -> Bound:
        age = self.age
        line = now - age

        def test(file: FileFacts) -> bool | None:
            moment = file.known.first_seen
            return moment is None or moment > line

        def change(file: FileFacts) -> datetime | None:
            moment = file.known.first_seen
            # Of what has not come yet it is counted from when it comes: nobody knows when.
            return _later(now if moment is None else moment, age)

        return Bound(test, change)


def _later(moment: datetime, age: timedelta) -> datetime | None:
    """A moment `age` later; None beyond the end of the calendar: upstreams tell any time."""
    try:
        return moment + age
    except OverflowError:
        return None
