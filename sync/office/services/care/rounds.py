"""The office's rounds: after each meal who stayed away, and again and again what became of it.

Beside the requests, every few seconds. Most looks find nothing to do and read a few rows; the meals of some
weeks are read once for each meal of a site, and once more when a kiosk that was cut off has told the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Site
from kiosk.people.residents import ResidentStatus
from sync.office.books.arrivals import missing
from sync.office.catalogue.published import current_values, residents_by_id
from sync.office.console import formats
from sync.office.office import Office
from sync.office.people.access.areas import Area
from sync.office.people.habits import Habit, Occasion, last_seen
from sync.office.people.register.dossiers import people
from sync.office.services.care import leaves, settings, watches
from sync.office.services.care.contacts import Ladder
from sync.office.services.care.settings import SiteCare
from sync.office.services.care.tables import care_rounds, care_watches
from sync.office.services.care.watches import CareWatch, Outcome, WatchKey, WatchState
from sync.office.store.database import reading, writing
from sync.office.store.turns import alone

DAY = timedelta(days=1)
FRESH_MS = 12 * settings.HOUR_MS  # a meal that was over before, when nobody was watched yet, is let be


@dataclass(frozen=True, slots=True)
class Round:
    """A meal to be looked at. `again`: something was not known the last time."""

    habit: Habit
    meal: Occasion
    care: SiteCare
    is_whole: bool
    again: bool


def look(office: Office) -> None:
    """One look. Harmless to repeat, and to be done by several processes."""
    now_ms, region_id = office.now_ms(), office.region_id
    with reading(office.engine) as connection:
        if not any(True for _ in _due(connection, office, now_ms)) and not _stirs(connection, office, now_ms):
            return
    with writing(office.engine) as connection:
        alone(connection, region_id)
        for each in list(_due(connection, office, now_ms)):
            _go(connection, region_id, each, now_ms)
        _follow(connection, office, now_ms)


def _due(connection: sa.Connection, office: Office, now_ms: int) -> Iterator[Round]:
    """Meals of today and yesterday that were not looked at, and those of which the rest has come."""
    cares = settings.sites(connection, office.region_id)
    watched = {site: care for site, care in cares.items() if care.watched}
    if not watched:
        return
    done = _done(connection, office.region_id, formats.local(now_ms).date())
    for site in current_values(connection, office.region_id, Kind.SITE):
        care = watched.get(site.name)
        if care is None:
            continue
        for habit, meal in _meals(office, site, now_ms, {day for name, day, _ in done if name == site.name}):
            was_whole = done.get((site.name, meal.day, meal.name))
            if was_whole or not care.is_due(meal.closes_ms, now_ms):
                continue
            if was_whole is None and now_ms - meal.closes_ms > FRESH_MS:
                continue
            is_whole = has_told(connection, office.region_id, site.name, meal.closes_ms)
            if is_whole or was_whole is None:
                yield Round(habit, meal, care, is_whole, again=was_whole is not None)


def _meals(office: Office, site: Site, now_ms: int, days: set[date]) -> Iterator[tuple[Habit, Occasion]]:
    today = formats.local(now_ms, site.time_zone).date()
    for day in sorted({today, today - DAY, *days}):
        for habit in office.offered.habits:
            yield from ((habit, meal) for meal in habit.occasions(site, day))


def _done(connection: sa.Connection, region_id: int, today: date) -> Mapping[tuple[str, date, str], bool]:
    """Whether all was known: of the last days, and of whatever is not whole yet."""
    c = care_rounds.c
    lately = (today - 3 * DAY).isoformat()
    query = sa.select(care_rounds).where(c.region_id == region_id, sa.or_(~c.whole, c.day >= lately))
    rows = connection.execute(query)
    return {(row.site, date.fromisoformat(row.day), row.occasion): row.whole for row in rows}


def has_told(connection: sa.Connection, region_id: int, site: str, until_ms: int) -> bool:
    """Whether the office has all that a site's kiosks had to say until then."""
    return not silent_kiosks(connection, region_id, site, until_ms)


def silent_kiosks(connection: sa.Connection, region_id: int, site: str, until_ms: int) -> list[str]:
    """Those that are waited for, by name."""
    return [each.kiosk for each in missing(connection, region_id, until_ms, Area(frozenset({site})))]


def _go(connection: sa.Connection, region_id: int, turn: Round, now_ms: int) -> None:
    meal = turn.meal
    went = turn.habit.attendance(connection, region_id, meal, turn.care.rule)
    stayed = {each.resident_id: each for each in went.absent}
    if turn.again:
        _resolve(connection, region_id, meal, set(stayed) if went.anybody else set(), went.anybody, now_ms)
    if went.anybody or not turn.is_whole:
        known = residents_by_id(connection, region_id, stayed)
        at_home = {number for number, each in known.items() if each.status is ResidentStatus.ACTIVE}
        at_home -= leaves.away_on(connection, region_id, meal.day, at_home)
        at_home -= set(last_seen(connection, region_id, at_home, turn.care.signs_since_ms(meal.closes_ms)))
        at_home -= watches.watched_now(connection, region_id, at_home)
        at_home -= _had_one(connection, region_id, meal, at_home)
        for number in sorted(at_home):
            watches.raise_(connection, region_id, meal, went, stayed[number], now_ms)
            if not turn.is_whole:
                watches.hold_back(connection, region_id, WatchKey(number, meal.day, meal.name))
    c = care_rounds.c
    place = (c.region_id == region_id, c.site == meal.site, c.day == meal.day.isoformat())
    connection.execute(care_rounds.delete().where(*place, c.occasion == meal.name))
    row = {"region_id": region_id, "site": meal.site, "day": meal.day.isoformat()}
    connection.execute(care_rounds.insert(), {**row, "occasion": meal.name, "whole": turn.is_whole})


def _had_one(connection: sa.Connection, region_id: int, meal: Occasion, numbers: set[int]) -> set[int]:
    """Of whom somebody has answered for this very meal."""
    c = care_watches.c
    mine = (c.region_id == region_id, c.day == meal.day.isoformat(), c.occasion == meal.name)
    return numbers & set(connection.execute(sa.select(c.resident_id).where(*mine)).scalars())


def _resolve(
    connection: sa.Connection, region_id: int, meal: Occasion, stayed: set[int], was_open: bool, now_ms: int
) -> None:
    """What was unknown of this meal is known now."""
    for each in watches.unanswered(connection, region_id):
        mine = (each.site, each.key.day, each.key.occasion) == (meal.site, meal.day, meal.name)
        if not mine or each.state is not WatchState.UNKNOWN:
            continue
        if each.key.resident_id in stayed:
            watches.open_(connection, region_id, each.key, now_ms)
        else:
            outcome = Outcome.SEEN if was_open else Outcome.SHUT
            watches.end(connection, region_id, each.key, outcome, now_ms)


def _follow(connection: sa.Connection, office: Office, now_ms: int) -> None:
    """Whoever was seen, or is known to be away, is well; for the others the next person is asked in time."""
    region_id = office.region_id
    for watch, outcome, note in _settled(connection, region_id):
        watches.end(connection, region_id, watch.key, outcome, now_ms, note=note)
    for watch in _to_climb(connection, region_id, now_ms):
        watches.climb(connection, region_id, watch, now_ms)


def _stirs(connection: sa.Connection, office: Office, now_ms: int) -> bool:
    region_id = office.region_id
    return any(_settled(connection, region_id)) or bool(_to_climb(connection, region_id, now_ms))


def _settled(connection: sa.Connection, region_id: int) -> list[tuple[CareWatch, Outcome, str]]:
    asked = watches.unanswered(connection, region_id)
    if not asked:
        return []
    cares, found = settings.sites(connection, region_id), list[tuple[CareWatch, Outcome, str]]()
    since = {each.key: _care(cares, each).signs_since_ms(each.closes_ms) for each in asked}
    numbers = [each.key.resident_id for each in asked]
    seen = last_seen(connection, region_id, numbers, min(since.values()))
    away = {
        day: leaves.away_on(connection, region_id, day, numbers) for day in {each.key.day for each in asked}
    }
    for each in asked:
        at_ms, site = seen.get(each.key.resident_id, (0, ""))
        if at_ms >= since[each.key]:
            found.append((each, Outcome.SEEN, site))
        elif each.key.resident_id in away[each.key.day]:
            found.append((each, Outcome.AWAY, ""))
    return found


def _to_climb(connection: sa.Connection, region_id: int, now_ms: int) -> list[CareWatch]:
    """Those nobody answered for in time, where there is somebody else to ask."""
    cares = settings.sites(connection, region_id)
    return [
        each
        for each in watches.unanswered(connection, region_id)
        if each.state is WatchState.OPEN and now_ms - each.step_at_ms >= _care(cares, each).climb_ms
        if can_climb(connection, region_id, each, now_ms)
    ]


def can_climb(connection: sa.Connection, region_id: int, watch: CareWatch, now_ms: int) -> bool:
    """Whether there is somebody else to ask."""
    number, today = watch.key.resident_id, formats.local(now_ms).date()
    person = people(connection, region_id, [number], today).get(number)
    return person is not None and watch.step + 1 < len(Ladder.read(connection, region_id).of(person))


def _care(cares: Mapping[str, SiteCare], watch: CareWatch) -> SiteCare:
    return cares.get(watch.site, SiteCare())
