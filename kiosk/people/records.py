"""What is written into the journal about cards that were turned away."""

from __future__ import annotations

import msgspec

from kiosk.ledger.posting import Projections, nothing_to_find

CARD_REFUSED = ("card_refused", 1)


class CardRefused(msgspec.Struct, array_like=True, frozen=True):
    """A chip that has a card's number and could not prove what the card can. Packed by position."""

    resident_id: int
    card_number: int
    site: str
    reason: str  # the refusal's code


_decoder = msgspec.msgpack.Decoder(CardRefused)


def decode_refused(body: msgspec.Raw) -> CardRefused:
    return _decoder.decode(body)


PROJECTIONS: Projections = {CARD_REFUSED: nothing_to_find}
