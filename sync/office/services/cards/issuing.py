"""Printed codes: the certificate of every card on paper, signed by the issuer.

The public half of the key goes out with the catalogue, so that every kiosk can check a code on its own, and
each code to the kiosks of its owner's home, so that they can print it again.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people import codes
from kiosk.people.cards import Card, qr_token
from sync.office.catalogue.publishing import publish, shown, site_scope
from sync.office.office import Office
from sync.office.people.card_states import with_status
from sync.office.store.tables import catalogue_items


def printed_codes(connection: sa.Connection, office: Office) -> Iterator[tuple[Card, str]]:
    """Every card on paper that is in use, and what its code says. Publishes them, and the key that signs."""
    region_id, public = office.region_id, office.issuer.public_key
    publish(connection, region_id, Kind.ISSUER_KEY, str(public.id), public)
    for card in _paper_cards(connection, region_id):
        wanted = office.issuer.personalisation(card)
        if shown(connection, region_id, Kind.PERSONALISATION, card.token) is None:
            owner = shown(connection, region_id, Kind.RESIDENT, str(card.resident_id))
            scope = site_scope(owner.home_site if owner else "")
            publish(connection, region_id, Kind.PERSONALISATION, card.token, wanted, scope=scope)
        yield card, codes.qr_text(wanted.record)


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
    cards = [decode_value(Kind.CARD, value) for value in values]
    return (each.card for each in with_status(connection, region_id, cards) if each.is_in_use)
