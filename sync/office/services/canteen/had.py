"""Who had a meal already, by what all kiosks have sent so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.accounts import programme
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.follow_ups import REVERSAL, decode_given_back
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from kiosk.services.canteen.records import MEAL_SERVED, decode_meal
from kiosk.services.canteen.tables import servings
from sync.office.store.bulk import among
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
_Meal = tuple[int, str, str]  # resident, day, meal
_NO_PORTION: tuple[_Meal, int] = (0, "", ""), 0


class SubsidisedOnce:
    """A programme pays for one portion of a person's meal in one journal, unless that was undone.

    The kiosk looks there before it serves. What it had before in another journal it may have forgotten; see
    `duplicates`. So records that it recovered are left to that.
    """

    def __init__(self, connection: sa.Connection, key: JournalKey, records: Sequence[Record]) -> None:
        portions = ((record.seq, _first_portion(record)) for record in records)
        self._portions = {seq: portion for seq, portion in portions if portion is not None}
        self._had = Counter[_Meal]()
        if self._portions:
            meals = [meal for meal, _ in self._portions.values()]
            of_people, people = among(connection, sorted({resident_id for resident_id, _, _ in meals}))
            on_days, days = among(connection, sorted({day for _, day, _ in meals}))
            query = _HAD.format(of_people=of_people, on_days=on_days)
            for *meal, times in run(connection, query, (key.region_id, people, days, key.journal_id)):
                self._had[tuple(meal)] = times

    def objection(self, record: Record) -> Objection | None:
        meal, times = self._portions.get(record.seq, _NO_PORTION)
        if times <= 0 or self._had[meal] <= 0:
            return None
        is_paid = any(each.account.startswith(programme("")) for each in record.postings)
        return Objection(PORTION_HAD) if is_paid else None

    def believe(self, record: Record) -> None:
        meal, times = self._portions.get(record.seq, _NO_PORTION)
        self._had[meal] += times


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


_HAD = (
    "SELECT s.resident_id, s.day, s.meal, CAST(sum(s.served) AS BIGINT) FROM servings AS s"
    " WHERE s.region_id = ? AND s.resident_id {of_people} AND s.day {on_days} AND s.journal_id = ?"
    " AND s.portion = 1 AND NOT EXISTS (SELECT 1 FROM recovered_records AS x WHERE x.region_id = s.region_id"
    " AND x.journal_id = s.journal_id AND x.seq = s.seq) GROUP BY s.resident_id, s.day, s.meal"
)
