"""Money set aside for something under way: held, then captured in part or released, exactly once.

What is held has left the resident's own money, so nothing else can spend it, here or elsewhere; what comes
back is own money again.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kiosk.ledger.accounts import Account, held, own_money
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting, posting
from kiosk.ledger.follow_ups import followed, original, project_follow_ups
from kiosk.ledger.journal import Writing
from kiosk.ledger.posting import Projections, nothing_to_find
from kiosk.ledger.records import Chained, Moment
from kiosk.ledger.rights import Purse
from kiosk.refusals import Refusal

HOLD = ("hold", 1)
CAPTURE = ("capture", 1)
RELEASE = ("release", 1)


class HoldTooLarge(Refusal):
    """More than this kiosk may spend of the account without asking."""

    code = "hold_too_large"


class HoldUnknown(Refusal):
    """No hold of this journal has that number."""

    code = "hold_unknown"


class HoldSettled(Refusal):
    """The hold was captured or released before."""

    code = "hold_settled"


class CaptureTooLarge(Refusal):
    """More than was held."""

    code = "capture_too_large"


class Held(msgspec.Struct, array_like=True, frozen=True):
    """Own money set aside."""

    resident_id: int
    quantity: int  # fen
    purpose: str  # the service, and its own reference, such as `charging/socket-3`


class Settled(msgspec.Struct, array_like=True, frozen=True):
    """A hold ended; what of it was paid is in the postings."""

    original_seq: int
    quantity: int  # fen: all of the hold
    journal_id: bytes
    resident_id: int


def hold(
    writing: Writing,
    purse: Purse,
    resident_id: int,
    fen: int,
    purpose: str,
    *,
    at: Moment,
    request_id: str | None = None,
) -> Chained:
    """Set money aside. Raises `HoldTooLarge`."""
    if not 0 < fen <= purse.outstanding:
        raise HoldTooLarge(hold_fen=fen, outstanding_fen=max(0, purse.outstanding))
    moved = _move(resident_id, own=-fen, held_=fen)
    return writing.append(*HOLD, Held(resident_id, fen, purpose), *moved, at=at, request_id=request_id)


def capture(
    writing: Writing, hold_seq: int, fen: int, to: Account, *, at: Moment, request_id: str | None = None
) -> Chained:
    """Pay part of a hold to an account; the rest is own money again. Raises a refusal of this module."""
    body = _open_hold(writing, hold_seq)
    if not 0 < fen <= body.quantity:
        raise CaptureTooLarge(capture_fen=fen, hold_fen=body.quantity)
    paid = posting(to, Amount(fen))
    moved = _move(body.resident_id, own=body.quantity - fen, held_=-body.quantity)
    return _settle(writing, CAPTURE, hold_seq, body, (*moved, paid), at, request_id)


def release(writing: Writing, hold_seq: int, *, at: Moment, request_id: str | None = None) -> Chained:
    """All of a hold is own money again. Raises a refusal of this module."""
    body = _open_hold(writing, hold_seq)
    moved = _move(body.resident_id, own=body.quantity, held_=-body.quantity)
    return _settle(writing, RELEASE, hold_seq, body, moved, at, request_id)


def _open_hold(writing: Writing, seq: int) -> Held:
    found = original(writing.connection, writing.key, seq)
    if found is None or (found.record.kind, found.record.version) != HOLD:
        raise HoldUnknown(seq=seq)
    if followed(writing.connection, writing.key, seq) is not None:
        raise HoldSettled(seq=seq)
    return msgspec.msgpack.decode(found.record.body, type=Held)


def _move(resident_id: int, *, own: int, held_: int) -> tuple[Posting, ...]:
    return posting(own_money(resident_id), Amount(own)), posting(held(resident_id), Amount(held_))


def _settle(
    writing: Writing,
    kind: tuple[str, int],
    hold_seq: int,
    body: Held,
    moved: Sequence[Posting],
    at: Moment,
    request_id: str | None,
) -> Chained:
    settled = Settled(hold_seq, body.quantity, writing.key.journal_id, body.resident_id)
    return writing.append(*kind, settled, *moved, at=at, request_id=request_id)


PROJECTIONS: Projections = {
    HOLD: nothing_to_find,  # the record itself is looked up, by its seq
    CAPTURE: project_follow_ups,
    RELEASE: project_follow_ups,
}
