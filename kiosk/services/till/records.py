"""What the till writes into the journal; refunds and reversals are defined by `ledger.follow_ups`."""

from __future__ import annotations

import msgspec

TOP_UP = ("topup", 1)
RETURN = ("return", 1)

RECALLED, UNUSED = "recalled", "unused"  # why a right was given back


class ToppedUp(msgspec.Struct, array_like=True, frozen=True):
    """Cash taken in for a resident. What of it repaid courtesy is in the postings."""

    resident_id: int
    site: str
    quantity: int  # fen


class Returned(msgspec.Struct, array_like=True, frozen=True):
    """A right to spend that this kiosk gave back to the office. The postings say how much."""

    reason: str
