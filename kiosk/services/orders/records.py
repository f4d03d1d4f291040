"""What is ordered at a counter, and what could not be delivered. No money moves before a meal is had."""

from __future__ import annotations

from datetime import date

import msgspec

from kiosk.ledger.records import Record, Word

ORDER_PLACED = ("order_placed", 1)
ORDER_CANCELLED = ("order_cancelled", 1)
DELIVERY_FAILED = ("delivery_failed", 1)


class OrderPlaced(msgspec.Struct, array_like=True, frozen=True):
    """One meal for one resident; it takes the place of an earlier order of the same meal."""

    resident_id: int
    site: Word
    day: date
    meal: Word
    dining: str  # a `kiosk.services.orders.items.Dining`


class OrderCancelled(msgspec.Struct, array_like=True, frozen=True):
    """The resident does not want this meal, whoever ordered it."""

    resident_id: int
    site: Word
    day: date
    meal: Word


class DeliveryFailed(msgspec.Struct, array_like=True, frozen=True):
    """A meal that went out and was not handed over."""

    resident_id: int
    site: Word
    day: date
    meal: Word
    reason: str


Told = OrderPlaced | OrderCancelled | DeliveryFailed

_decoders: dict[tuple[str, int], msgspec.msgpack.Decoder[Told]] = {
    ORDER_PLACED: msgspec.msgpack.Decoder(OrderPlaced),
    ORDER_CANCELLED: msgspec.msgpack.Decoder(OrderCancelled),
    DELIVERY_FAILED: msgspec.msgpack.Decoder(DeliveryFailed),
}


def decode_told(record: Record) -> Told:
    """What a record of one of these kinds says."""
    return _decoders[record.kind, record.version].decode(record.body)
