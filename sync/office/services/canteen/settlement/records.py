"""What one record says of a programme's money: a serving of some kiosk, or an entry of the office's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.common.clock import local_time
from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.follow_ups import REFUND, REVERSAL, decode_given_back
from kiosk.ledger.records import Chained, Record, decode
from kiosk.ledger.sql import Row
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL, decode_fed
from kiosk.services.canteen.records import decode_meal
from sync.office.books.office_entry import decode_office_entry
from sync.office.services.canteen.checks.duplicates import REASON as DUPLICATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record with what it moved on the programme's account, above zero what it claims."""

    place: tuple[bytes, int]
    arrived_in: bytes  # the journal that the office took it from, or in which it believed it after all
    arrived_seq: int
    day: date
    site: str
    meal: str
    resident_id: int
    band: str
    portion: int
    served: int
    rule_id: str
    revision: int
    fen: int
    receipt: str
    why: str = ""

    def order(self) -> tuple[object, ...]:
        return self.day, self.site, self.meal, self.resident_id, self.portion, *self.place


def found_of_serving(row: Row, arrived: tuple[bytes, int]) -> Found:
    journal_id, seq, day, site, meal, resident_id, band, portion, served, fen, raw, hash_ = row
    record = decode(bytes(raw))
    return Found(
        place=(bytes(journal_id), seq),
        arrived_in=arrived[0],
        arrived_seq=arrived[1],
        day=date.fromisoformat(day),
        site=site,
        meal=meal,
        resident_id=resident_id,
        band=band,
        portion=portion,
        served=served,
        rule_id=_rule_of(record),
        revision=as_first_written(record).tariff_revision,
        fen=fen,
        receipt=Chained(record, bytes(hash_)).receipt,
    )


def found_of_office(row: Row) -> Found:
    """Of the day of the meal that it is about, or else of its own."""
    journal_id, seq, fen, raw, hash_ = row
    record = decode(bytes(raw))
    entry = decode_office_entry(record.body)
    resident_id, day, meal = 0, local_time(record.wall_ms).date(), ""
    if entry.reason == DUPLICATE:
        number, of_day, meal = entry.note.split(" ", 2)
        resident_id, day = int(number), date.fromisoformat(of_day)
    return Found(
        place=(bytes(journal_id), seq),
        arrived_in=bytes(journal_id),
        arrived_seq=seq,
        day=day,
        site="",
        meal=meal,
        resident_id=resident_id,
        band="",
        portion=1 if meal else 0,
        served=-1 if meal and fen < 0 else 1 if meal else 0,
        rule_id="",
        revision=0,
        fen=fen,
        receipt=Chained(record, bytes(hash_)).receipt,
        why=entry.reason,
    )


def _rule_of(record: Record) -> str:
    record = as_first_written(record)
    kind, body = (record.kind, record.version), record.body
    if kind in (REFUND, REVERSAL):
        given = decode_given_back(body)
        kind, body = (given.kind, given.version), given.body
    return decode_fed(body).rule_id if kind == VOLUNTEER_MEAL else decode_meal(body).rule_id
