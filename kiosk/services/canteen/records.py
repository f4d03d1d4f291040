"""What the canteen writes into the journal."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec

from kiosk.common.outcomes import MealSold
from kiosk.ledger.records import Word

MEAL_SERVED = ("meal", 1)
SALE = ("sale", 1)

# In place of a card's level.
VOUCHED_BY_STAFF = 0
DELIVERED = 4
MOST_REMEMBERED = 2048  # a few batches of the largest


class MealServed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One portion handed out. Who paid what is in the record's postings. Packed by position.

    `portion` counts the resident's portions in this period: the first is the subsidised one.
    `level` is the `CardLevel` by which the resident was known, 0 if staff vouched, 4 if the portion was taken
    to the door, which may be told when the meal is long over. A subsidised portion is
    `provisional` where this kiosk does not hold the resident's entitlements: it may have been had elsewhere
    too, which the office finds out. `counter` is how often the card's chip said it had been read, by which
    the office tells a copy; 0 if it did not say. `vouched_for`: what the card was refused for before staff
    looked at the face; empty where none was laid down, or none was refused.
    """

    resident_id: int
    card_number: int  # 0 if there was no card
    site: Word
    day: date
    meal: Word
    band: str
    rule_id: str
    portion: int
    level: int
    provisional: bool = False
    counter: int = 0
    vouched_for: Word = ""


_decoder = msgspec.msgpack.Decoder(MealServed)


def decode_meal(body: msgspec.Raw) -> MealServed:
    return _meal(bytes(body))


@lru_cache(maxsize=MOST_REMEMBERED)
def _meal(body: bytes) -> MealServed:
    """Whoever judges, books and checks a batch asks for the same again and again."""
    return _decoder.decode(body)


def meal_sold(body: msgspec.Raw) -> MealSold:
    """What a portion was, for whoever is told of it later."""
    served = decode_meal(body)
    return MealSold(
        day=served.day.isoformat(),
        meal=served.meal,
        portion=served.portion,
        delivered=served.level == DELIVERED,
    )


GUEST_MEAL = "guest_meal"  # in place of a product's id
NOBODY = 0  # in place of a resident's number


class Line(msgspec.Struct, array_like=True, frozen=True):
    """So many of one product."""

    product: str
    quantity: int
    unit_fen: int

    @property
    def fen(self) -> int:
        return self.quantity * self.unit_fen


class Sold(msgspec.Struct, array_like=True, frozen=True):
    """Guests' meals and products, sold to a resident's account or, with resident 0, for cash."""

    resident_id: int
    site: Word
    day: date
    meal: Word
    lines: tuple[Line, ...]


_sold = msgspec.msgpack.Decoder(Sold)


def decode_sold(body: msgspec.Raw) -> Sold:
    return _sold.decode(body)
