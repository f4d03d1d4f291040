"""A pass covers so many hours a day in all, and not in each session: looked at across those of one journal.

A kiosk looks there, too: at the start for what ended that day, at the end for what ended meanwhile. What
other kiosks covered it cannot know while they are cut off, and it is not held against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

import sqlalchemy as sa

from kiosk.common.clock import local_time
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from kiosk.services.charging.items import CHARGING_PASS
from kiosk.services.charging.records import CHARGING_BEGUN, CHARGING_ENDED, ChargingEnded, decode_ended
from sync.office.books.watching import Placed
from sync.office.intake.judging.past import Catalogue

USED_UP = "pass_used_up"
S_PER_HOUR, MS_PER_S = 3600, 1000


class PassHours:
    """Goes along with one batch; see `sync.office.books.watching`."""

    def __init__(self, connection: sa.Connection, key: JournalKey, places: Sequence[Placed]) -> None:
        self._connection, self._key = connection, key
        self._covered = {each.here: body for each in places if (body := _covered(each.record)) is not None}
        self._first_seq = min((each.here for each in places), default=0)
        self._began_ms = {
            (each.journal_id, each.seq): each.record.wall_ms
            for each in (places if self._covered else ())
            if (each.record.kind, each.record.version) == CHARGING_BEGUN
        }
        self._believed: list[tuple[int, int, int]] = []  # resident, when it ended, seconds

    def objection(self, placed: Placed) -> Objection | None:
        body = self._covered.get(placed.here)
        began_ms = self._when_begun(body) if body is not None else None
        if body is None or began_ms is None:
            return None
        catalogue = Catalogue(self._connection, self._key.region_id)
        begins = [local_time(began_ms, each.time_zone) for each in catalogue.site(body.site)]
        hours = [
            each.hours_per_day
            for each in catalogue.ever(CHARGING_PASS)
            if each.resident_id == body.resident_id
            if any(each.first_day <= began.date() <= each.last_day for began in begins)
        ]
        if not hours:
            return None  # judged by itself already
        used_s = self._used_s(body.resident_id, max(_midnight_ms(began) for began in begins))
        if used_s + body.pass_s <= max(hours) * S_PER_HOUR:
            return None
        said = figures(resident=body.resident_id, said_s=body.pass_s, used_s=used_s)
        return Objection(USED_UP, detail=said)

    def believe(self, placed: Placed) -> None:
        body = self._covered.get(placed.here)
        if body is not None:
            self._believed.append((body.resident_id, placed.record.wall_ms, body.pass_s))

    def _when_begun(self, body: ChargingEnded) -> int | None:
        place = (body.begun_journal_id, body.begun_seq)
        if place in self._began_ms:
            return self._began_ms[place]
        rows = run(self._connection, _BEGAN, (self._key.region_id, *place))
        return int(rows[0][0]) if rows else None

    def _used_s(self, resident_id: int, since_ms: int) -> int:
        """By what ended in this journal before."""
        place = (self._key.region_id, self._key.journal_id, self._first_seq)
        before_s = int(run(self._connection, _USED, (*place, resident_id, since_ms))[0][0])
        beside = [s for who, at_ms, s in self._believed if who == resident_id and at_ms >= since_ms]
        return before_s + sum(beside)


def _covered(record: Record) -> ChargingEnded | None:
    if (record.kind, record.version) != CHARGING_ENDED:
        return None
    try:
        body = decode_ended(record.body)
    except FAULTS:
        return None
    return body if body.pass_s > 0 else None


def _midnight_ms(local: datetime) -> int:
    return int(datetime.combine(local.date(), time(), local.tzinfo).timestamp() * MS_PER_S)


_BEGAN = "SELECT wall_ms FROM charging_starts WHERE region_id = ? AND journal_id = ? AND seq = ?"
_USED = (
    "SELECT coalesce(sum(pass_s), 0) FROM charging_ended"
    " WHERE region_id = ? AND journal_id = ? AND seq < ? AND resident_id = ? AND at_ms >= ?"
)
