"""What the library writes into the journal."""

from __future__ import annotations

import msgspec

from kiosk.ledger.records import Word

BOOK_LENT = ("book_lent", 1)
BOOK_BACK = ("book_back", 1)


class BookLent(msgspec.Struct, array_like=True, frozen=True):
    """A book went home with somebody."""

    resident_id: int
    book: Word


class BookBack(msgspec.Struct, array_like=True, frozen=True):
    """It stands on the shelf again; or it never went, where the loan was a slip of the finger."""

    resident_id: int
    book: Word


_lent = msgspec.msgpack.Decoder(BookLent)


def decode(body: msgspec.Raw) -> BookLent:
    """Of either kind: both say the same two things."""
    return _lent.decode(body)
