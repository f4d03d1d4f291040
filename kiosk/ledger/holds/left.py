"""Holds of a journal that was left: the office names those still open, and this journal takes them over.

The office knows what was settled before, this kiosk's file what it has not told yet; both are asked. What was
taken over is a hold of this journal from then on, captured or released as any other. It moves nothing by
itself: the money stays aside.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.places import places
from kiosk.ledger.holds import TAKEN_OVER, TakenOver, is_settled, is_taken_over
from kiosk.ledger.journal import Journal, hash_at
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Moment


class LeftHold(msgspec.Struct, frozen=True, kw_only=True):
    """The office's word to one journal: this hold is now yours to settle."""

    journal_id: bytes  # who is told so
    left_journal_id: bytes
    seq: int
    hash: bytes  # of the record: it names one history of the left journal
    resident_id: int
    quantity: int
    purpose: str
    unit: Unit


def take_over(journal: Journal, reader: sa.Engine, told: Iterable[LeftHold], at: Moment) -> int:
    """Take over what is told to this journal and is still open; returns how many. Never in a tap.

    What was taken over already is told for long: the file is locked only for what is not.
    Raises `JournalUnwritable` or `JournalDamaged`.
    """
    mine = [each for each in told if each.journal_id == journal.key.journal_id]
    if not mine:
        return 0
    region_id = journal.key.region_id
    with journal.looking(reader) as connection:
        if not any(_is_open(connection, region_id, each) for each in mine):
            return 0
    with journal.writing() as writing:
        still_open = [each for each in mine if _is_open(writing.connection, region_id, each)]
        for each in still_open:
            whose = each.resident_id, each.quantity, each.purpose, each.unit
            writing.append(*TAKEN_OVER, TakenOver(*whose, each.left_journal_id, each.seq), at=at)
    return len(still_open)


def _is_open(connection: sa.Connection, region_id: int, each: LeftHold) -> bool:
    place = each.left_journal_id, each.seq
    if is_taken_over(connection, region_id, place):
        return False
    left = JournalKey(region_id, each.left_journal_id)
    if hash_at(connection, left, each.seq) not in (None, each.hash):
        return True  # of another history of that journal than this file has
    is_here = len(places(connection, region_id, place)) > 1
    return not is_here and not is_settled(connection, left, each.seq, each.unit)
