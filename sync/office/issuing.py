"""Printed codes: a card's certificate, signed with the issuer's key and drawn as a QR code.

The issuer's key is made in the office's data folder when the first code is printed; its public half goes out
with the catalogue, so that every kiosk can check a code on its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import qrcode
import qrcode.constants
import qrcode.image.svg
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.catalogue import Kind, decode_value
from kiosk.people import codes
from kiosk.people.cards import Card, CardStatus, IssuerKey, qr_token
from sync.keyfiles import read_or_make_key
from sync.office.office import Office
from sync.office.publishing import publish
from sync.office.tables import catalogue_items

KEY_FILE = "issuer.key"
QUIET_ZONE_MODULES = 4  # what ISO/IEC 18004 asks for around a code


def printed_codes(connection: sa.Connection, office: Office) -> Iterator[tuple[Card, str]]:
    """Every card on paper that is in use, and what its code says. Publishes the key that signs them."""
    path = office.settings.data / KEY_FILE
    public = read_or_make_key(path).public
    issuer = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    key = IssuerKey(id=int.from_bytes(public[:4], "big"), public_key=public)
    publish(connection, office.region_id, Kind.ISSUER_KEY, str(key.id), key)
    for card in _paper_cards(connection, office.region_id):
        certificate = codes.Certificate(key.id, card.number, card.generation, b"")
        yield card, codes.qr_text(codes.sign(certificate, issuer))


def code_svg(text: str) -> bytes:
    """The code as a picture to print, level M: it can be read with a seventh of it soiled."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        border=QUIET_ZONE_MODULES,
        image_factory=qrcode.image.svg.SvgPathImage,
    )
    code.add_data(text)
    picture = io.BytesIO()
    code.make_image().save(picture)
    return picture.getvalue()


def _paper_cards(connection: sa.Connection, region_id: int) -> Iterator[Card]:
    c = catalogue_items.c
    values = connection.execute(
        sa.select(c.value)
        .where(
            c.region_id == region_id,
            c.kind == Kind.CARD,
            c.key.startswith(qr_token(0)[:-1]),
            c.value.is_not(None),
        )
        .order_by(c.key)
    ).scalars()
    cards: Iterator[Card] = (decode_value(Kind.CARD, value) for value in values)
    return (card for card in cards if card.status is CardStatus.ACTIVE)
