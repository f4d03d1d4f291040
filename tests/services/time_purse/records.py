"""What the time purse writes into the journal, and what each record moves."""

from __future__ import annotations

import msgspec

from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.amount import Amount, Unit
from kiosk.ledger.entries import Posting, posting
from kiosk.ledger.records import Word

TIME_GIVEN = ("time_given", 1)
TIME_SPENT = ("time_spent", 1)
SCHEME = programme("time")  # owes the minutes that were given
MOST_MINUTES = 480  # of one record


class TimeMoved(msgspec.Struct, array_like=True, frozen=True):
    """Minutes that somebody gave to neighbours, or that neighbours gave to them."""

    resident_id: int
    site: Word
    minutes: int


_moved = msgspec.msgpack.Decoder(TimeMoved)


def decode(body: msgspec.Raw) -> TimeMoved:
    """Of either kind."""
    return _moved.decode(body)


def given(body: TimeMoved) -> tuple[Posting, ...]:
    return (
        posting(own_money(body.resident_id), Amount(body.minutes, Unit.MINUTE)),
        posting(SCHEME, Amount(-body.minutes, Unit.MINUTE)),
    )


def spent(body: TimeMoved) -> tuple[Posting, ...]:
    return (
        posting(own_money(body.resident_id), Amount(-body.minutes, Unit.MINUTE)),
        posting(revenue("time", body.site), Amount(body.minutes, Unit.MINUTE)),
    )
