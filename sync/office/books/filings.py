"""What the office has filed: a programme's claim for a period, as an entry of the office's own journal.

The entry says up to which record of every journal the claim goes, and the hash of what was filed. So a claim
is made again from the journals alone, and nothing that comes later changes it.
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
from sync.office.store.tables import filings

REASON = "filed"


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """The note of such an entry, as JSON. `cut`: the last record that counts, by journal in hexadecimal."""

    programme: str
    number: int  # of this programme's, from 1
    first_day: date
    last_day: date
    cut: Mapping[str, int]
    sha256: str  # of the file, in hexadecimal
    portions: int
    fen: int
    proposed_by: str

    def counts(self, journal_id: bytes, seq: int) -> bool:
        """Whether a record had arrived."""
        return seq <= self.cut.get(journal_id.hex(), 0)


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing as it stands in the office's journal."""

    filing: Filing
    filed_by: str
    at_ms: int


def note_of(filing: Filing) -> str:
    return msgspec.json.encode(filing).decode()


_notes = msgspec.json.Decoder(Filing)


def filed(connection: sa.Connection, region_id: int, programme: str) -> list[Filed]:
    """What was filed for a programme, in order."""
    found = []
    for (raw,) in run(connection, _FILED, (region_id, programme)):
        record = decode(raw)
        filing = _notes.decode(decode_office_entry(record.body).note)
        found.append(Filed(filing, record.operator, record.wall_ms))
    return found


_FILED = (
    "SELECT r.raw FROM filings AS f JOIN records AS r"
    " ON r.region_id = f.region_id AND r.journal_id = f.journal_id AND r.seq = f.seq"
    " WHERE f.region_id = ? AND f.programme = ? ORDER BY f.number"
)


def _project(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    rows = []
    for record in records:
        entry = decode_office_entry(record.body)
        if entry.reason == REASON:
            filing = _notes.decode(entry.note)
            place = (journal.region_id, journal.journal_id, record.seq)
            rows.append((*place, filing.programme, filing.number))
    if rows:
        insert_rows(connection, filings, rows)
    return ()


PROJECTIONS: Projections = {OFFICE_ENTRY: _project}
