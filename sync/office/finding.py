"""Residents found by what they have or are called by: number, initials, telephone, card.

Only the last four digits of a telephone are known (`docs/privacy.md`): of a longer number they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.cards import Card, uid_of_token
from kiosk.people.residents import Resident
from sync.office.published import items_of

TAIL_DIGITS = 4
LEAST_INITIALS = 2
_BETWEEN = str.maketrans("", "", " -:.#")


def by_anything_else(connection: sa.Connection, region_id: int, search: str) -> set[int]:
    """Numbers of residents whom `search` means otherwise than as a part of the name."""
    wanted = search.translate(_BETWEEN).lower()
    if not wanted.isascii() or not wanted:
        return set()
    residents: Iterable[Resident] = _values(connection, region_id, Kind.RESIDENT)
    cards: Iterable[Card] = _values(connection, region_id, Kind.CARD)
    found = {each.id for each in residents if _means_resident(wanted, each)}
    return found | {each.resident_id for each in cards if _means_card(wanted, each)}


def _values(connection: sa.Connection, region_id: int, kind: Kind) -> Iterator[Any]:
    return (decode_value(kind, row.value) for row in connection.execute(items_of(region_id, kind)))


def _means_resident(wanted: str, resident: Resident) -> bool:
    if wanted.isdigit():
        is_number = wanted.lstrip("0") == str(resident.id)
        return is_number or (len(wanted) >= TAIL_DIGITS and wanted[-TAIL_DIGITS:] == resident.phone_tail)
    initials = resident.initials.lower().split()
    return len(wanted) >= LEAST_INITIALS and any(each.startswith(wanted) for each in initials)


def _means_card(wanted: str, card: Card) -> bool:
    """As printed, as its token, or as a reader shows the chip: in hex or decimal, either way round."""
    if wanted.lstrip("0") == str(card.number) or wanted == card.token.translate(_BETWEEN).lower():
        return True
    uid = uid_of_token(card.token)
    return bool(uid) and not {wanted, wanted.lstrip("0")}.isdisjoint(_forms(uid))


def _forms(uid: bytes) -> Iterator[str]:
    for each in (uid, uid[::-1]):
        yield each.hex()
        yield str(int.from_bytes(each, "big"))
