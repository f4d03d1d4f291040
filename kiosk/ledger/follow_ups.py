"""Records that take back or settle part of an earlier one, to be looked up by the one they follow.

Every such record's body begins with which record it follows, how much of it, and whose journal that was: a
record that was recovered into another journal follows nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.posting import Finding, JournalKey, Project, Projections
from kiosk.ledger.records import Chained, Record, decode
from kiosk.ledger.sql import insert_rows, run
from kiosk.ledger.tables import journal_table

REFUND = ("refund", 1)
REVERSAL = ("reversal", 1)

# `quantity` is how much of the earlier record, in `unit`. All that follows one record is never more than it
# moved in that unit.
follow_ups = journal_table(
    "follow_ups",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("original_seq", sa.BigInteger, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("unit", sa.Text, nullable=False, server_default=Unit.FEN.value),
    sa.Index("follow_ups_by_original", "region_id", "journal_id", "original_seq"),
    key=("seq",),
)


class FollowUp(msgspec.Struct, array_like=True, frozen=True):
    """What the bodies of all such records begin with."""

    original_seq: int
    quantity: int  # in the unit that the kind of record says, see `projecting`
    journal_id: bytes


class GivenBack(msgspec.Struct, array_like=True, frozen=True):
    """A refund or a reversal. It carries what it gives back for, so that it can be understood alone."""

    original_seq: int
    quantity: int  # fen
    journal_id: bytes
    kind: str
    version: int
    body: msgspec.Raw  # of the original


_decoder = msgspec.msgpack.Decoder(FollowUp)
_given_back = msgspec.msgpack.Decoder(GivenBack)


def decode_given_back(body: msgspec.Raw) -> GivenBack:
    return _given_back.decode(body)


def followed(
    connection: sa.Connection, journal: JournalKey, original_seq: int, unit: Unit = Unit.FEN
) -> int | None:
    """How much of a record was followed up in one unit; None if nothing has followed it in that."""
    found = run(connection, _FOLLOWED, (journal.region_id, journal.journal_id, original_seq, unit.value))
    return int(found[0][0]) if found[0][0] is not None else None


_FOLLOWED = (
    "SELECT sum(quantity) FROM follow_ups"
    " WHERE region_id = ? AND journal_id = ? AND original_seq = ? AND unit = ?"
)


def original(connection: sa.Connection, journal: JournalKey, seq: int) -> Chained | None:
    """A record of this journal, if there is one."""
    found = run(connection, _ORIGINAL, (journal.region_id, journal.journal_id, seq))
    return Chained(decode(found[0][0]), found[0][1]) if found else None


def by_receipt(connection: sa.Connection, journal: JournalKey, receipt: str) -> Chained | None:
    """The record of this journal that a receipt names, if it is this journal's receipt. Takes any text."""
    named = _RECEIPT.fullmatch(receipt)
    found = original(connection, journal, int(named[1])) if named else None
    return found if found is not None and found.receipt == receipt else None


_RECEIPT = re.compile("([0-9]{1,15})-[0-9a-f]{8}")  # see `Chained.receipt`
_ORIGINAL = "SELECT raw, hash FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"


def projecting(unit_of: Callable[[Record], Unit]) -> Project:
    """One row for each record that follows one of the same journal. `unit_of` says what it counts in."""

    def project(
        connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
    ) -> Iterable[Finding]:
        key = (journal.region_id, journal.journal_id)
        bodies = [(record, _decoder.decode(record.body)) for record in records]
        rows = [
            (*key, record.seq, body.original_seq, body.quantity, unit_of(record).value)
            for record, body in bodies
            if body.journal_id == journal.journal_id
        ]
        if rows:
            insert_rows(connection, follow_ups, rows)
        return ()

    return project


def in_money(_record: Record) -> Unit:
    """A price is given back, whatever else is with it."""
    return Unit.FEN


PROJECTIONS: Projections = dict.fromkeys((REFUND, REVERSAL), projecting(in_money))
