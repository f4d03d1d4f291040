"""What the till writes into the journal; refunds and reversals are defined by `ledger.follow_ups`."""

from __future__ import annotations

import msgspec

from kiosk.ledger.records import Word

TOP_UP = ("topup", 1)

SHIFT_OPEN = ("shift_open", 1)
SHIFT_CLOSE = ("shift_close", 1)


class ToppedUp(msgspec.Struct, array_like=True, frozen=True):
    """Cash taken in for a resident. What of it repaid courtesy is in the postings."""

    resident_id: int
    site: Word
    quantity: int  # fen


Counts = tuple[tuple[int, int], ...]  # (worth of a coin or note in fen, how many)


class ShiftOpened(msgspec.Struct, array_like=True, frozen=True):
    """The cash box was counted and filled. Numbers go up by one at each kiosk, whatever its journal."""

    site: Word
    number: int
    counted_fen: int
    counts: Counts = ()  # empty: only the sum was told


class ShiftClosed(msgspec.Struct, array_like=True, frozen=True):
    """The cash box was counted and emptied into the safe."""

    site: Word
    number: int
    expected_fen: int
    counted_fen: int
    counts: Counts = ()
    reason: str = ""  # why the two differ, by the word of staff


_topped_up = msgspec.msgpack.Decoder(ToppedUp)
_opened = msgspec.msgpack.Decoder(ShiftOpened)
_closed = msgspec.msgpack.Decoder(ShiftClosed)


def decode_topped_up(body: msgspec.Raw) -> ToppedUp:
    return _topped_up.decode(body)


def decode_shift_opened(body: msgspec.Raw) -> ShiftOpened:
    return _opened.decode(body)


def decode_shift_closed(body: msgspec.Raw) -> ShiftClosed:
    return _closed.decode(body)
