"""What happens to cards at a counter. No money moves; the account is another thing than the plastic."""

from __future__ import annotations

import msgspec

from kiosk.ledger.records import Word
from kiosk.people.cards import COUNTERS_FIRST_NUMBER

CARD_LOST = ("card_lost", 1)
CARD_FOUND = ("card_found", 1)
CARD_ISSUED = ("card_issued", 1)
CARD_WRITTEN = ("card_written", 1)


class CardReported(msgspec.Struct, array_like=True, frozen=True):
    """A card that was reported lost, or was found again."""

    token: Word
    resident_id: int


class CardIssued(msgspec.Struct, array_like=True, frozen=True):
    """An empty chip, or a code yet to be printed, was given to somebody.

    `replaced` are the cards that are no longer good.
    """

    token: Word
    number: int
    resident_id: int
    replaced: tuple[Word, ...]


class CardWritten(msgspec.Struct, array_like=True, frozen=True):
    """A card's chip now holds what the office ordered, up to this `level` of `people.cards.CardLevel`."""

    token: Word
    resident_id: int
    level: int


_reported = msgspec.msgpack.Decoder(CardReported)
_issued = msgspec.msgpack.Decoder(CardIssued)
_written = msgspec.msgpack.Decoder(CardWritten)


def decode_reported(body: msgspec.Raw) -> CardReported:
    return _reported.decode(body)


def decode_issued(body: msgspec.Raw) -> CardIssued:
    return _issued.decode(body)


def decode_written(body: msgspec.Raw) -> CardWritten:
    return _written.decode(body)


def number_of(journal_id: bytes, seq: int) -> int:
    """A card number that no other kiosk makes: four bytes of the journal's random id, and the record's place.

    It has more digits than the office gives to the cards that it issues itself.
    """
    return COUNTERS_FIRST_NUMBER + int.from_bytes(journal_id[:4]) * 2**24 + seq
