"""Residents found by what they have or are called by: number, initials, telephone, card.

Only the last four digits of a telephone are known (`docs/privacy.md`): of a longer number they are compared.
Entries are read as bytes, and taken apart only where what is wanted stands in them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.cards import nfc_token, phone_token, qr_token
from kiosk.people.residents import Resident
from sync.office.catalogue.published import items_of
from sync.office.store.tables import catalogue_items

TAIL_DIGITS = 4
LEAST_INITIALS = 2
UID_BYTES = (4, 7, 8, 10)
LARGEST_NUMBER = 2**63 - 1
_BETWEEN = str.maketrans("", "", " -:.#")


def by_anything_else(connection: sa.Connection, region_id: int, search: str) -> set[int]:
    """Numbers of residents whom `search` means otherwise than as a part of the name."""
    wanted = search.translate(_BETWEEN).lower()
    if not wanted.isascii() or not wanted:
        return set()
    of_cards = {*_owners_by_token(connection, region_id, wanted), *_owners(connection, region_id, wanted)}
    return of_cards | set(_residents(connection, region_id, wanted))


def _residents(connection: sa.Connection, region_id: int, wanted: str) -> Iterator[int]:
    said = wanted[-TAIL_DIGITS:] if wanted.isdigit() else wanted
    for row in connection.execute(items_of(region_id, Kind.RESIDENT)):
        is_number = row.key == wanted.lstrip("0")
        if is_number or (
            said.encode() in row.value and _means(wanted, decode_value(Kind.RESIDENT, row.value))
        ):
            yield int(row.key)


def _means(wanted: str, resident: Resident) -> bool:
    if wanted.isdigit():
        return len(wanted) >= TAIL_DIGITS and wanted[-TAIL_DIGITS:] == resident.phone_tail
    initials = resident.initials.lower().split()
    return len(wanted) >= LEAST_INITIALS and any(each.startswith(wanted) for each in initials)


def _owners(connection: sa.Connection, region_id: int, wanted: str) -> Iterator[int]:
    """By the number that is printed on a card."""
    if not wanted.isdigit() or int(wanted) > LARGEST_NUMBER:
        return
    packed = msgspec.msgpack.encode(int(wanted))
    for row in connection.execute(items_of(region_id, Kind.CARD)):
        if packed in row.value and (card := decode_value(Kind.CARD, row.value)).number == int(wanted):
            yield card.resident_id


def _owners_by_token(connection: sa.Connection, region_id: int, wanted: str) -> Iterator[int]:
    query = items_of(region_id, Kind.CARD).where(catalogue_items.c.key.in_(list(_tokens(wanted))))
    return (decode_value(Kind.CARD, row.value).resident_id for row in connection.execute(query))


def _tokens(wanted: str) -> Iterator[str]:
    """What it may mean: a code's number, or a chip's in hex or decimal, either way round."""
    for kind, token in (("qr", qr_token), ("phone", phone_token)):
        if (number := wanted.removeprefix(kind)).isdigit():
            yield token(int(number))
    uids = [_hex(wanted.removeprefix("nfc"))]
    if wanted.isdigit():
        uids += [int(wanted).to_bytes(n, "big") for n in UID_BYTES if int(wanted) < 256**n]
    for uid in uids:
        if len(uid) in UID_BYTES:
            yield nfc_token(uid)
            yield nfc_token(uid[::-1])


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
