"""Who had a meal already, by what all kiosks have sent so far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from kiosk.ledger.accounts import LARGEST_RESIDENT, programme
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.follow_ups import REVERSAL, decode_given_back
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from kiosk.services.canteen.records import MEAL_SERVED, decode_meal
from kiosk.services.canteen.tables import servings
from sync.office.books.watching import Placed
from sync.office.store.bulk import rows_of
from sync.wire.messages import Ask


def elsewhere(connection: sa.Connection, key: JournalKey, ask: Ask) -> str:
    """The site where another journal handed out the subsidised portion of the meal asked for, or nothing."""
    if not (ask.day and ask.meal):
        return ""
    wanted = (key.region_id, ask.resident_id, ask.day, ask.meal, key.journal_id)
    found = run(connection, _EATEN, wanted)
    return str(found[0][0]) if found else ""


_EATEN = (
    "SELECT min(site) FROM servings WHERE region_id = ? AND resident_id = ? AND day = ? AND meal = ?"
    " AND portion = 1 AND journal_id <> ? GROUP BY journal_id HAVING sum(served) > 0 ORDER BY 1"
)


def had_ms(
    connection: sa.Connection, region_id: int, day: date, meal: str, resident_ids: Collection[int]
) -> dict[int, int]:
    """When each had the first portion, at whatever site; who had none is left out."""
    if not resident_ids:
        return {}
    c = servings.c
    query = (
        sa.select(c.resident_id, sa.func.max(c.wall_ms).filter(c.served == 1).label("wall_ms"))
        .where(
            c.region_id == region_id,
            c.resident_id.in_(resident_ids),
            c.day == day.isoformat(),
            c.meal == meal,
            c.portion == 1,
        )
        .group_by(c.resident_id)
        .having(sa.func.sum(c.served) > 0)
    )
    return {row.resident_id: row.wall_ms for row in connection.execute(query)}


PORTION_HAD = "portion_had"
_Meal = tuple[Any, ...]  # resident, day, meal
_NO_PORTION: tuple[_Meal, int] = ((), 0)


class SubsidisedOnce:
    """A programme pays for one portion of a person's meal in one journal, unless that was undone.

    The kiosk looks there before it serves. What it had before in another journal it may have forgotten; see
    `duplicates`. So what it recovered counts with what else it recovered of the same journal.
    """

    def __init__(self, connection: sa.Connection, key: JournalKey, places: Sequence[Placed]) -> None:
        self._portions = {each.here: found for each in places if (found := _first_portion(each.record))}
        self._had: dict[tuple[bytes, _Meal], int] = {}
        if self._portions:
            meals = sorted({meal for meal, _ in self._portions.values() if _can_be_kept(meal)})
            wanted, asked = rows_of(connection, _MEAL_COLUMNS, meals)
            place = (key.journal_id, key.region_id)
            for *meal_had, times in run(connection, _HAD.format(wanted), (*place, *asked)):
                self._had[key.journal_id, tuple(meal_had)] = times
            if any(each.journal_id != key.journal_id for each in places):
                for journal_id, *meal_had, times in run(
                    connection, _HAD_BEFORE.format(wanted), (*asked, *place)
                ):
                    self._had[bytes(journal_id), tuple(meal_had)] = times

    def objection(self, placed: Placed) -> Objection | None:
        meal, times = self._portions.get(placed.here, _NO_PORTION)
        if times <= 0 or self._had.get((placed.journal_id, meal), 0) <= 0:
            return None
        is_paid = any(each.account.startswith(programme("")) for each in placed.record.postings)
        return Objection(PORTION_HAD) if is_paid else None

    def believe(self, placed: Placed) -> None:
        meal, times = self._portions.get(placed.here, _NO_PORTION)
        if times:
            had = placed.journal_id, meal
            self._had[had] = self._had.get(had, 0) + times


def _first_portion(record: Record) -> tuple[_Meal, int] | None:
    """Whose first portion of what meal; 1 where it is handed out, -1 where it is undone."""
    kind, body, times = (record.kind, record.version), record.body, 1
    try:
        if kind == REVERSAL:
            given = decode_given_back(body)
            kind, body, times = (given.kind, given.version), given.body, -1
        if kind != MEAL_SERVED:
            return None
        meal = decode_meal(body)
    except FAULTS:
        return None
    return ((meal.resident_id, meal.day.isoformat(), meal.meal), times) if meal.portion == 1 else None


def _can_be_kept(meal: _Meal) -> bool:
    """Whether any database can hold it: a record may say anything."""
    return meal[0] <= LARGEST_RESIDENT and "\0" not in meal[2]


_MEAL_COLUMNS = {"resident_id": int, "day": str, "meal": str}
# Asked of each meal by itself, with the journal where no index can serve it: PostgreSQL would read that from
# its beginning until it has counted the rows of a young table.
_HAD = (
    "SELECT resident_id, day, meal, times FROM (SELECT wanted.*,"
    " (SELECT CAST(sum(s.served) FILTER (WHERE s.journal_id = ?) AS BIGINT) FROM servings AS s"
    " WHERE s.region_id = ? AND s.resident_id = wanted.resident_id AND s.day = wanted.day"
    " AND s.meal = wanted.meal AND s.portion = 1 AND NOT EXISTS (SELECT 1 FROM recovered_records AS x"
    " WHERE x.region_id = s.region_id AND x.journal_id = s.journal_id AND x.seq = s.seq)) AS times"
    " FROM {}) AS had WHERE times <> 0"
)
_HAD_BEFORE = (
    "SELECT x.origin_journal_id, s.resident_id, s.day, s.meal, CAST(sum(s.served) AS BIGINT)"
    " FROM {} JOIN servings AS s"
    " ON s.resident_id = wanted.resident_id AND s.day = wanted.day AND s.meal = wanted.meal"
    " JOIN recovered_records AS x ON x.region_id = s.region_id"
    " AND x.journal_id = s.journal_id AND x.seq = s.seq"
    " WHERE s.journal_id = ? AND s.region_id = ? AND s.portion = 1"
    " GROUP BY x.origin_journal_id, s.resident_id, s.day, s.meal"
)
