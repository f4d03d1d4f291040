"""Residents found by what they have or are called by: number, initials, telephone, card.

Only the last four digits of a telephone are known (`docs/privacy.md`): of a longer number they are compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.cards import nfc_token, phone_token, qr_token
from sync.office.catalogue.search_words import INITIALS, NAME, NUMBER, TELEPHONE, found_by_beginning
from sync.office.catalogue.search_words import found as words
from sync.office.store.tables import catalogue_items

TAIL_DIGITS = 4
LEAST_INITIALS = 2
UID_BYTES = (4, 7, 8, 10)
_BETWEEN = str.maketrans("", "", " -:.#")


def found(
    region_id: int, search: str, key: sa.ColumnElement[str] = catalogue_items.c.key
) -> sa.ColumnElement[bool]:
    """What must be so of a resident's `key` for `search` to mean it: by the name, or by anything else.

    One list of keys, not one condition or another: a database would read everybody to look at each.
    """
    ways = [found_by_beginning(region_id, Kind.RESIDENT, NAME + search.casefold())]
    wanted = search.translate(_BETWEEN).lower()
    if wanted.isascii() and wanted:
        ways += _by_anything_else(region_id, wanted)
    return key.in_(sa.union(*ways))


def _by_anything_else(region_id: int, wanted: str) -> Iterator[sa.Select[tuple[str]]]:
    of_cards = [catalogue_items.c.key.in_(list(_tokens(wanted)))]
    if wanted.isdigit():
        yield sa.select(sa.literal(wanted.lstrip("0")))
        number = words(region_id, Kind.CARD, [f"{NUMBER}{int(wanted)}"])
        of_cards.append(catalogue_items.c.key.in_(number))
        if len(wanted) >= TAIL_DIGITS:
            yield words(region_id, Kind.RESIDENT, [TELEPHONE + wanted[-TAIL_DIGITS:]])
    elif len(wanted) >= LEAST_INITIALS:
        yield found_by_beginning(region_id, Kind.RESIDENT, INITIALS + wanted)
    for which in of_cards:
        yield _owners(region_id, which)


def _owners(region_id: int, which: sa.ColumnElement[bool]) -> sa.Select[tuple[str]]:
    """A card's label is its owner's number."""
    c = catalogue_items.c
    return sa.select(c.label).where(
        c.region_id == region_id, c.kind == Kind.CARD, c.value.is_not(None), which
    )


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
