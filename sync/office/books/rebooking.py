"""A record taken out of the books, to be booked once more with what is known by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.sql import run
from sync.office.books.own_journal import Entry
from sync.office.books.verdicts import Note, Verdict, encode_note


def take_out(connection: sa.Connection, key: JournalKey, seq: int, derived: Iterable[sa.Table]) -> None:
    """A record and all that followed from it, as if it had not been booked yet."""
    region_id, journal_id = place = (key.region_id, key.journal_id)
    rows = run(connection, _POSTED, (*place, seq))
    for table in derived:
        if "seq" in table.c:
            c = table.c
            mine = (c.region_id == region_id, c.journal_id == journal_id, c.seq == seq)
            connection.execute(table.delete().where(*mine))
    for account, unit, quantity in rows:
        run(connection, _SUBTRACT, (max(0, quantity), max(0, -quantity), *place, account, unit))
        run(connection, _FORGET, (*place, account, unit, *place, account, unit))


def link_at(connection: sa.Connection, key: JournalKey, seq: int) -> Link:
    """A record that is there, as it was sent."""
    ((raw, hash_),) = run(connection, _LINK, (key.region_id, key.journal_id, seq))
    return Link(seq, raw, hash_)


def decided(
    key: JournalKey, seq: int, verdict: Verdict, postings: Sequence[Posting] = (), *, n: int = 0
) -> Entry:
    """The office's word on a suspended record, said once; the `n`th after the first."""
    where = key.journal_id.hex()
    request_id = f"decided {where} {seq}" + (f" {n}" if n else "")
    return Entry(request_id, verdict, postings, encode_note(Note(where, seq)))


_LINK = "SELECT raw, hash FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"
_POSTED = "SELECT account, unit, quantity FROM postings WHERE region_id = ? AND journal_id = ? AND seq = ?"
_SUBTRACT = (
    "UPDATE balances SET credits = credits - ?, debits = debits - ?"
    " WHERE region_id = ? AND journal_id = ? AND account = ? AND unit = ?"
)
_FORGET = (
    "DELETE FROM balances WHERE region_id = ? AND journal_id = ? AND account = ? AND unit = ?"
    " AND NOT EXISTS (SELECT 1 FROM postings WHERE region_id = ? AND journal_id = ?"
    " AND account = ? AND unit = ?)"
)
