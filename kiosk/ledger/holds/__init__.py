"""Money, or time, set aside for something under way: held, then captured in part or released, exactly once.

What is held has left the resident's own account, so nothing else can spend it, here or elsewhere; what comes
back is their own again. A service may settle its holds by a kind of record of its own, which says more, and
pays several (`settle`). A hold of a journal that was left is taken over first, see `left`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import Account, held, is_held, own_money
from kiosk.ledger.amount import Amount, Unit
from kiosk.ledger.audit.places import Place, first_place, places, recovered_of
from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.entries import Posting, posting
from kiosk.ledger.follow_ups import followed, original, projecting
from kiosk.ledger.journal import Writing
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Chained, Moment, Record
from kiosk.ledger.rights import Purse
from kiosk.ledger.sql import insert_rows, run
from kiosk.ledger.tables import journal_table
from kiosk.plain.refusals import Refusal

# A body of version 1 ends before its unit, and is in fen.
HOLD = ("hold", 2)
CAPTURE = ("capture", 2)
RELEASE = ("release", 2)
TAKEN_OVER = ("hold_taken_over", 1)
HOLDS = (HOLD, ("hold", 1), TAKEN_OVER)
SETTLEMENTS = (CAPTURE, RELEASE, ("capture", 1), ("release", 1))

# The source is the hold of a left journal that was taken over; none of one that was made here.
holds = journal_table(
    "holds",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("source_journal_id", sa.LargeBinary(16)),
    sa.Column("source_seq", sa.BigInteger),
    sa.Index("holds_by_source", "region_id", "source_journal_id", "source_seq"),
    key=("seq",),
)


class HoldTooLarge(Refusal):
    """More than this kiosk may spend of the account without asking."""

    code = "hold_too_large"
    hold: Amount
    outstanding: Amount


class HoldUnknown(Refusal):
    """No hold of this journal, nor one that was recovered into it, has that number."""

    code = "hold_unknown"
    seq: int


class HoldSettled(Refusal):
    """The hold was captured or released before."""

    code = "hold_settled"
    seq: int


class CaptureTooLarge(Refusal):
    """More than was held."""

    code = "capture_too_large"
    capture: Amount
    hold: Amount


class Held(msgspec.Struct, array_like=True, frozen=True):
    """What is somebody's own, set aside."""

    resident_id: int
    quantity: int
    purpose: str  # the service, and its own reference, such as `charging/socket-3`
    unit: Unit = Unit.FEN


class TakenOver(msgspec.Struct, array_like=True, frozen=True):
    """A hold of a journal that was left goes on as one of this journal. It begins as `Held` does."""

    resident_id: int
    quantity: int
    purpose: str
    unit: Unit
    journal_id: bytes  # where it was held, and in which record
    seq: int


class Settled(msgspec.Struct, array_like=True, frozen=True):
    """A hold ended; what of it was paid is in the postings. Bodies of services' own settlements begin so."""

    original_seq: int
    quantity: int  # all of the hold
    journal_id: bytes
    resident_id: int
    unit: Unit = Unit.FEN


def hold(
    writing: Writing,
    purse: Purse,
    resident_id: int,
    quantity: int,
    purpose: str,
    *,
    at: Moment,
    request_id: str | None = None,
) -> Chained:
    """Set aside so much of what a purse holds, in its unit. Raises `HoldTooLarge`."""
    if not 0 < quantity <= purse.outstanding:
        outstanding = Amount(max(0, purse.outstanding), purse.unit)
        raise HoldTooLarge(hold=Amount(quantity, purse.unit), outstanding=outstanding)
    body = Held(resident_id, quantity, purpose, purse.unit)
    moved = _move(body, own=-quantity, held_=quantity)
    return writing.append(*HOLD, body, *moved, at=at, request_id=request_id)


def capture(
    writing: Writing, hold_seq: int, quantity: int, to: Account, *, at: Moment, request_id: str | None = None
) -> Chained:
    """Pay part of a hold, in its unit, to an account; the rest is their own again.

    Raises a refusal of this module.
    """
    body = open_hold(writing.connection, writing.key, hold_seq)
    if quantity <= 0:
        raise CaptureTooLarge(capture=Amount(quantity, body.unit), hold=Amount(body.quantity, body.unit))
    paid = posting(to, Amount(quantity, body.unit))
    return settle(writing, CAPTURE, hold_seq, _nothing_more, (paid,), at=at, request_id=request_id)


def release(writing: Writing, hold_seq: int, *, at: Moment, request_id: str | None = None) -> Chained:
    """All of a hold is their own again. Raises a refusal of this module."""
    return settle(writing, RELEASE, hold_seq, _nothing_more, (), at=at, request_id=request_id)


def settle(
    writing: Writing,
    kind: tuple[str, int],
    hold_seq: int,
    say: Callable[[Settled], msgspec.Struct],
    paid: Sequence[Posting],
    *,
    at: Moment,
    tariff_revision: int = 0,
    request_id: str | None = None,
) -> Chained:
    """End a hold by a record of this kind: `paid` is what others earn of it and add to it, in its unit.

    The rest is their own again. `say` makes the body, which begins as what it is given. A service declares
    the kind in its `Kinds.settles`. Raises a refusal of this module.
    """
    body = open_hold(writing.connection, writing.key, hold_seq)
    quantity = sum(each.quantity for each in paid)
    if not 0 <= quantity <= body.quantity:
        raise CaptureTooLarge(capture=Amount(quantity, body.unit), hold=Amount(body.quantity, body.unit))
    moved = (*_move(body, own=body.quantity - quantity, held_=-body.quantity), *paid)
    settled = Settled(hold_seq, body.quantity, writing.key.journal_id, body.resident_id, body.unit)
    return writing.append(
        *kind, say(settled), *moved, at=at, tariff_revision=tariff_revision, request_id=request_id
    )


def _nothing_more(settled: Settled) -> msgspec.Struct:
    return settled


def open_hold(connection: sa.Connection, key: JournalKey, seq: int) -> Held:
    """A hold of this journal, or one that was recovered into it and stands there as `seq`.

    Raises `HoldUnknown` or `HoldSettled`.
    """
    found = original(connection, key, seq)
    record = as_first_written(found.record) if found is not None else None
    if record is None or (record.kind, record.version) not in HOLDS:
        raise HoldUnknown(seq=seq)
    body = _held.decode(record.body)
    if is_settled(connection, key, seq, body.unit):
        raise HoldSettled(seq=seq)
    return body


def is_settled(connection: sa.Connection, key: JournalKey, seq: int, unit: Unit) -> bool:
    """Wherever the hold stands, and whichever journal settled it, or took it over."""
    region_id = key.region_id
    everywhere = places(connection, region_id, first_place(connection, region_id, (key.journal_id, seq)))
    return any(_is_settled_at(connection, region_id, place, unit) for place in everywhere)


def _is_settled_at(connection: sa.Connection, region_id: int, place: Place, unit: Unit) -> bool:
    journal_id, seq = place
    if followed(connection, JournalKey(region_id, journal_id), seq, unit) is not None:
        return True
    if is_taken_over(connection, region_id, place):
        return True
    return any(_settles(each.record, place) for each in recovered_of(connection, region_id, journal_id))


def _settles(record: Record | None, place: Place) -> bool:
    if record is None or not is_settlement(record):
        return False
    body = _settled.decode(record.body)
    return (body.journal_id, body.original_seq) == place


def is_settlement(record: Record) -> bool:
    """Whether it takes from what is held: then it ends a hold, and its body begins as `Settled`."""
    return any(each.quantity < 0 and is_held(each.account) for each in record.postings)


def _move(body: Held, *, own: int, held_: int) -> tuple[Posting, ...]:
    return (
        posting(own_money(body.resident_id), Amount(own, body.unit)),
        posting(held(body.resident_id), Amount(held_, body.unit)),
    )


_held = msgspec.msgpack.Decoder(Held)
_taken_over = msgspec.msgpack.Decoder(TakenOver)
_settled = msgspec.msgpack.Decoder(Settled)


def decode_held(body: msgspec.Raw) -> Held:
    """Of any kind in `HOLDS`."""
    return _held.decode(body)


def decode_taken_over(body: msgspec.Raw) -> TakenOver:
    return _taken_over.decode(body)


def decode_settled(body: msgspec.Raw) -> Settled:
    return _settled.decode(body)


def _unit_of(record: Record) -> Unit:
    return _settled.decode(record.body).unit


def _project_holds(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    key = (journal.region_id, journal.journal_id)
    rows = [(*key, each.seq, _held.decode(each.body).purpose, *_source(each)) for each in records]
    insert_rows(connection, holds, rows)
    return ()


def _source(record: Record) -> tuple[bytes, int] | tuple[None, None]:
    if (record.kind, record.version) != TAKEN_OVER:
        return None, None
    body = _taken_over.decode(record.body)
    return body.journal_id, body.seq


_TAKEN = "SELECT 1 FROM holds WHERE region_id = ? AND source_journal_id = ? AND source_seq = ?"


def is_taken_over(connection: sa.Connection, region_id: int, place: Place) -> bool:
    """Whether a journal that went on after this one has taken over the hold."""
    return bool(run(connection, _TAKEN, (region_id, *place)))


SETTLING = projecting(_unit_of)  # what is looked up of every kind that settles a hold
PROJECTIONS: Projections = {
    **dict.fromkeys(HOLDS, _project_holds),
    **dict.fromkeys(SETTLEMENTS, SETTLING),
}
