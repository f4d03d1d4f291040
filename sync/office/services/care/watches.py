"""Residents who stayed away: each is asked about until somebody said how they are.

A watch is `unknown` while a kiosk of the site has not told all it knows of that meal; `open` until there is
an outcome; and `ended` with one. Nothing else ends it: no time that passes, and no further meal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.people.habits import Absent, Attendance, Occasion
from sync.office.services.care.tables import care_watches, care_words
from sync.office.store import counting

COUNTED = "care_words"
SHOWN = 100  # of a resident, or of those that ended


class WatchState(StrEnum):
    """How far a watch has come."""

    UNKNOWN = "unknown"
    OPEN = "open"
    ENDED = "ended"


class Outcome(StrEnum):
    """What ends a watch. The first three the office finds out by itself."""

    SEEN = "seen"  # a sign of life, or the meal was had after all
    AWAY = "away"  # a leave that is known
    SHUT = "shut"  # nobody ate there: it was closed
    WELL = "well"
    HELP = "help"
    MISTAKEN = "mistaken"  # a false alarm


SAID_BY_PEOPLE = (Outcome.WELL, Outcome.HELP, Outcome.MISTAKEN)
RAISED, CLIMBED, UNREACHED, TAKEN_BACK = "raised", "climbed", "unreached", "taken_back"


class NotOpen(Refusal):
    """Somebody has said already how the resident is."""

    code = "not_open"


@dataclass(frozen=True, slots=True)
class WatchKey:
    resident_id: int
    day: date
    occasion: str


@dataclass(frozen=True, slots=True)
class CareWatch:
    """One resident who stayed away once. `step`: how many people have been asked before; Unix time."""

    key: WatchKey
    site: str
    times: int
    weekdays: int
    since_ms: int
    closes_ms: int
    state: WatchState
    step: int
    step_at_ms: int
    outcome: str
    ended_at_ms: int | None

    @property
    def is_human(self) -> bool:
        """Whether a person said the outcome, and may take it back."""
        return self.outcome in SAID_BY_PEOPLE


@dataclass(frozen=True, slots=True)
class Word:
    """What was said or done about a watch; `who` is empty where the office did it by itself."""

    key: WatchKey
    at_ms: int
    who: str
    what: str
    note: str


def raise_(
    connection: sa.Connection, region_id: int, meal: Occasion, went: Attendance, absent: Absent, now_ms: int
) -> None:
    row = {
        "region_id": region_id,
        "resident_id": absent.resident_id,
        "day": meal.day.isoformat(),
        "occasion": meal.name,
        "site": meal.site,
        "times": absent.times,
        "weekdays": went.weekdays,
        "since_ms": now_ms,
        "closes_ms": meal.closes_ms,
        "state": WatchState.OPEN,
        "step": 0,
        "step_at_ms": now_ms,
        "outcome": "",
        "ended_at_ms": None,
    }
    connection.execute(care_watches.insert(), row)
    say(connection, region_id, WatchKey(absent.resident_id, meal.day, meal.name), RAISED, at_ms=now_ms)


def hold_back(connection: sa.Connection, region_id: int, key: WatchKey) -> None:
    """A kiosk has not told all yet: nobody is asked."""
    _update(connection, region_id, key, state=WatchState.UNKNOWN)


def open_(connection: sa.Connection, region_id: int, key: WatchKey, now_ms: int) -> None:
    """What was unknown has turned out to be so."""
    _update(connection, region_id, key, state=WatchState.OPEN, since_ms=now_ms, step_at_ms=now_ms)


def climb(connection: sa.Connection, region_id: int, watch: CareWatch, now_ms: int) -> None:
    """The next person is asked."""
    _update(connection, region_id, watch.key, step=watch.step + 1, step_at_ms=now_ms)
    say(connection, region_id, watch.key, CLIMBED, at_ms=now_ms)


def end(
    connection: sa.Connection,
    region_id: int,
    key: WatchKey,
    outcome: Outcome,
    now_ms: int,
    *,
    who: str = "",
    note: str = "",
) -> None:
    """Raises `NotOpen`."""
    if standing(connection, region_id, key).state is WatchState.ENDED:
        raise NotOpen
    _update(connection, region_id, key, state=WatchState.ENDED, outcome=outcome, ended_at_ms=now_ms)
    say(connection, region_id, key, outcome, at_ms=now_ms, who=who, note=note)


def take_back(connection: sa.Connection, region_id: int, key: WatchKey, who: str, now_ms: int) -> None:
    """What a person said was a slip: it is open again, where it was. Raises `NotOpen`."""
    if not standing(connection, region_id, key).is_human:
        raise NotOpen
    values = {"state": WatchState.OPEN, "outcome": "", "ended_at_ms": None, "step_at_ms": now_ms}
    _update(connection, region_id, key, **values)
    say(connection, region_id, key, TAKEN_BACK, at_ms=now_ms, who=who)


def say(
    connection: sa.Connection,
    region_id: int,
    key: WatchKey,
    what: str,
    *,
    at_ms: int,
    who: str = "",
    note: str = "",
) -> None:
    seq = counting.take(connection, region_id, COUNTED)
    row = {"seq": seq, "resident_id": key.resident_id, "day": key.day.isoformat(), "occasion": key.occasion}
    row |= {"at_ms": at_ms, "who": who, "what": what, "note": note}
    connection.execute(care_words.insert(), {"region_id": region_id, **row})


def standing(connection: sa.Connection, region_id: int, key: WatchKey) -> CareWatch:
    """Raises `NotOpen` if there is none."""
    found = connection.execute(sa.select(care_watches).where(*_is(region_id, key))).first()
    if found is None:
        raise NotOpen
    return _watch(found)


def unanswered(connection: sa.Connection, region_id: int) -> list[CareWatch]:
    """Open and unknown ones, the oldest first."""
    c = care_watches.c
    mine = (c.region_id == region_id, c.state.in_([WatchState.OPEN, WatchState.UNKNOWN]))
    query = sa.select(care_watches).where(*mine).order_by(c.since_ms, c.resident_id)
    return [_watch(row) for row in connection.execute(query)]


def ended_since(connection: sa.Connection, region_id: int, since_ms: int) -> list[CareWatch]:
    """The latest first; as many as a page has room for."""
    c = care_watches.c
    mine = (c.region_id == region_id, c.state == WatchState.ENDED, c.ended_at_ms >= since_ms)
    query = sa.select(care_watches).where(*mine).order_by(c.ended_at_ms.desc(), c.resident_id)
    return [_watch(row) for row in connection.execute(query.limit(SHOWN))]


def of_resident(
    connection: sa.Connection, region_id: int, resident_id: int, most: int = SHOWN
) -> list[CareWatch]:
    """The latest first."""
    c = care_watches.c
    query = sa.select(care_watches).where(c.region_id == region_id, c.resident_id == resident_id)
    rows = connection.execute(query.order_by(c.day.desc(), c.closes_ms.desc()).limit(most))
    return [_watch(row) for row in rows]


def words_of(connection: sa.Connection, region_id: int, resident_id: int) -> list[Word]:
    """All that was said and done about a resident, in order."""
    c = care_words.c
    query = sa.select(care_words).where(c.region_id == region_id, c.resident_id == resident_id)
    return [
        Word(_key(row), row.at_ms, row.who, row.what, row.note)
        for row in connection.execute(query.order_by(c.seq))
    ]


def watched_now(connection: sa.Connection, region_id: int, resident_ids: Iterable[int]) -> set[int]:
    """Of whom nobody knows yet how they are: another meal asks about nobody twice."""
    c = care_watches.c
    mine = (c.region_id == region_id, c.state.in_([WatchState.OPEN, WatchState.UNKNOWN]))
    return set(resident_ids) & set(connection.execute(sa.select(c.resident_id).where(*mine)).scalars())


def _update(connection: sa.Connection, region_id: int, key: WatchKey, **values: Any) -> None:
    connection.execute(care_watches.update().where(*_is(region_id, key)).values(**values))


def _is(region_id: int, key: WatchKey) -> tuple[sa.ColumnElement[bool], ...]:
    c = care_watches.c
    mine = (c.region_id == region_id, c.resident_id == key.resident_id)
    return (*mine, c.day == key.day.isoformat(), c.occasion == key.occasion)


def _key(row: Any) -> WatchKey:
    return WatchKey(row.resident_id, date.fromisoformat(row.day), row.occasion)


def _watch(row: Any) -> CareWatch:
    return CareWatch(
        _key(row),
        row.site,
        row.times,
        row.weekdays,
        row.since_ms,
        row.closes_ms,
        WatchState(row.state),
        row.step,
        row.step_at_ms,
        row.outcome,
        row.ended_at_ms,
    )
