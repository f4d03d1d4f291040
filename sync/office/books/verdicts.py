"""What the office said of records that it does not believe, as entries of its own journal.

So a verdict stands in a chain like everything else, and the table of them is folded from it. A record that is
suspended moves only suspense accounts until a clerk decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows, run
from sync.office.books.office_entry import OFFICE_ENTRY, decode_office_entry
from sync.office.store.tables import verdicts


class Verdict(StrEnum):
    """Reasons of the office's entries."""

    SUSPENDED = "suspended"
    BELIEVED = "believed"  # a clerk: booked as it says after all
    REFUSED = "refused"  # a clerk: written off suspense
    REOPENED = "refusal_taken_back"  # a clerk: on suspense once more, to be decided anew
    UNDONE = "belief_taken_back"  # a clerk: what was booked as it said is countered


_REASONS = frozenset(each.value for each in Verdict)


DECISIONS = (Verdict.BELIEVED, Verdict.REFUSED)


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """The note of such an entry, as JSON: which record, and of a suspended one why.

    `expected` is what the record might have moved; what it said is in the record.
    """

    journal: str  # in hexadecimal
    seq: int
    code: str = ""
    expected: tuple[Posting, ...] = ()
    detail: str = ""


_notes = msgspec.json.Decoder(Note)


def decode_note(note: str) -> Note:
    return _notes.decode(note)


def encode_note(note: Note) -> str:
    return msgspec.json.encode(note).decode()


def _project(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    rows = []
    for record in records:
        entry = decode_office_entry(record.body)
        if entry.reason in _REASONS:
            note = decode_note(entry.note)
            of = bytes.fromhex(note.journal), note.seq
            rows.append((journal.region_id, journal.journal_id, record.seq, *of, entry.reason, note.code))
    if rows:
        insert_rows(connection, verdicts, rows)
    return ()


PROJECTIONS: Projections = {OFFICE_ENTRY: _project}


def suspended(connection: sa.Connection, key: JournalKey, first_seq: int, last_seq: int) -> set[int]:
    """Which of these records of a journal are booked to suspense."""
    place = (key.region_id, key.journal_id, first_seq, last_seq)
    found: dict[int, set[str]] = {}
    for seq, verdict in run(connection, _OF, place):
        found.setdefault(seq, set()).add(verdict)
    return {seq for seq, said in found.items() if Verdict.BELIEVED not in said}


_OF = (
    "SELECT of_seq, verdict FROM verdicts"
    " WHERE region_id = ? AND of_journal_id = ? AND of_seq BETWEEN ? AND ?"
)
