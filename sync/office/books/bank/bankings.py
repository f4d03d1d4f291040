"""Cash that was paid into the bank, as entries of the office's own journal.

Each says which close-outs it was the cash of. One that was wrong is undone by an entry against it; both stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import insert_rows, run
from sync.office.books.office_entry import OFFICE_ENTRY, decode_office_entry
from sync.office.store.tables import bankings

BANKED, UNDONE = "cash_banked", "cash_banked_undone"


class CashOf(msgspec.Struct, frozen=True, array_like=True):
    """What of it was the cash of one close-out: its record, the journal in hexadecimal, and fen."""

    journal: str
    seq: int
    fen: int


class Banking(msgspec.Struct, frozen=True, kw_only=True):
    """The note of such an entry, as JSON. `seen`: fen that it let count as seen, by kiosk in hexadecimal."""

    slip: str
    site: str
    day: date
    parts: tuple[CashOf, ...]
    counted_fen: int
    banked_fen: int
    why: str  # the two differ
    seen: Mapping[str, int]
    entered_by: str

    @property
    def difference_fen(self) -> int:
        """Below zero: missing."""
        return self.banked_fen - self.counted_fen


class Undoing(msgspec.Struct, frozen=True, kw_only=True):
    """The note of the entry against one."""

    journal: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Banked:
    """One as it stands in the office's journal, and how it was undone."""

    journal: bytes
    seq: int
    banking: Banking
    booked_by: str
    at_ms: int
    undone_by: str = ""
    undone_at_ms: int = 0
    undone_because: str = ""

    @property
    def stands(self) -> bool:
        return not self.undone_at_ms


def note_of(what: Banking | Undoing) -> str:
    return msgspec.json.encode(what).decode()


_bankings = msgspec.json.Decoder(Banking)
_undoings = msgspec.json.Decoder(Undoing)


def of_days(
    connection: sa.Connection, region_id: int, site: str, first_day: date, last_day: date
) -> list[Banked]:
    """By the day of the slip, the latest first; `site` is empty for all."""
    place = (*4 * (region_id,), str(first_day), str(last_day), site, site)
    return [_banked(*row) for row in run(connection, _SELECT + _OF_DAYS, place)]


def standing(connection: sa.Connection, region_id: int, slip: str) -> Banked | None:
    """The one with this slip that was not undone."""
    found = (_banked(*row) for row in run(connection, _SELECT + _OF_SLIP, (*4 * (region_id,), slip)))
    return next((each for each in found if each.stands), None)


def banked_of_kiosk_fen(connection: sa.Connection, region_id: int, device_id: bytes) -> int:
    """What was paid in of one kiosk's close-outs, in all its journals."""
    return int(run(connection, _OF_KIOSK, (region_id, region_id, device_id, region_id))[0][0])


def _banked(journal: bytes, seq: int, raw: bytes, undone_raw: bytes | None, _day: str) -> Banked:
    record = decode(raw)
    banking = _bankings.decode(decode_office_entry(record.body).note)
    made = (bytes(journal), int(seq), banking, record.operator, record.wall_ms)
    if undone_raw is None:
        return Banked(*made)
    undone = decode(undone_raw)
    because = _undoings.decode(decode_office_entry(undone.body).note).why
    return Banked(*made, undone.operator, undone.wall_ms, because)


# A record of several close-outs has as many rows.
_SELECT = (
    "SELECT DISTINCT b.journal_id, b.seq, r.raw, ur.raw, b.day FROM bankings AS b JOIN records AS r"
    " ON r.region_id = ? AND r.journal_id = b.journal_id AND r.seq = b.seq"
    " LEFT JOIN bankings AS u ON u.region_id = ? AND u.of_journal_id = b.journal_id AND u.of_seq = b.seq"
    " LEFT JOIN records AS ur ON ur.region_id = ? AND ur.journal_id = u.journal_id AND ur.seq = u.seq"
    " WHERE b.region_id = ?"
)
_OF_DAYS = " AND b.day BETWEEN ? AND ? AND (b.site = ? OR ? = '') ORDER BY b.day DESC, b.seq DESC"
_OF_SLIP = " AND b.slip = ?"
_OF_KIOSK = (
    "SELECT COALESCE(CAST(SUM(b.fen) AS BIGINT), 0) FROM journals AS j JOIN bankings AS b"
    " ON b.region_id = ? AND b.of_journal_id = j.journal_id"
    " WHERE j.region_id = ? AND j.device_id = ? AND NOT EXISTS (SELECT 1 FROM bankings AS u"
    " WHERE u.region_id = ? AND u.of_journal_id = b.journal_id AND u.of_seq = b.seq)"
)


def _project(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    rows: list[tuple[object, ...]] = []
    for record in records:
        entry = decode_office_entry(record.body)
        place = (journal.region_id, journal.journal_id, record.seq)
        if entry.reason == BANKED:
            made = _bankings.decode(entry.note)
            said = (made.slip, made.site, str(made.day))
            rows += [(*place, bytes.fromhex(each.journal), each.seq, each.fen, *said) for each in made.parts]
        elif entry.reason == UNDONE:
            undone = _undoings.decode(entry.note)
            rows.append((*place, bytes.fromhex(undone.journal), undone.seq, 0, "", "", ""))
    if rows:
        insert_rows(connection, bankings, rows)
    return ()


PROJECTIONS: Projections = {OFFICE_ENTRY: _project}
