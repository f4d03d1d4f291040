"""Catalogue items: their kinds, values, keys. Kinds that this version does not know are kept and ignored."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from kiosk.catalogue.ordering import Order, StandingOrder
from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import Menu, Product, Programme, Site
from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.rights import CourtesyPool, Grant, Recall
from kiosk.people.cards import Block, Card, CardKey, CardOrder, IssuerKey
from kiosk.people.photos import Photo
from kiosk.people.residents import Resident, Visitor
from kiosk.people.staff import Staff


class Kind(StrEnum):
    """Kinds of catalogue items, each with the value it carries."""

    BLOCK = "block"  # Block, by token
    CARD = "card"  # Card, by token
    CARD_KEY = "card_key"  # CardKey, by token; only to the kiosks of its site
    CARD_ORDER = "card_order"  # CardOrder, by token; only to the kiosks of the site that gave it out
    COURTESY = "courtesy"  # CourtesyPool, by journal; only to it
    GRANT = "grant"  # Grant, by `account unit`; only to its journal
    GUEST = "guest"  # Resident, by id; kept here for a day after a visit, no item of the office's
    ISSUER_KEY = "issuer_key"  # IssuerKey, by key id
    MENU = "menu"  # Menu, by `site day meal`
    ORDER = "order"  # Order, by `site day meal resident`; only to the kiosks of the site
    PHOTO = "photo"  # Photo, by resident's id; only to the kiosks of the home site, after all else
    PRODUCT = "product"  # Product, by id
    PROGRAMME = "programme"  # Programme, by name
    RECALL = "recall"  # Recall, by `account unit`; only to the journal that is to give back
    RESIDENT = "resident"  # Resident, by id; only to the kiosks of the home site
    SITE = "site"  # Site, by name
    STAFF = "staff"  # Staff, by id; only to the kiosks of the site
    STANDING_ORDER = "standing_order"  # StandingOrder, by `resident meal`; only to the kiosks of its site
    TARIFF = "tariff"  # TariffRule, by id
    VISITOR = "visitor"  # Visitor, by id


VALUES: Mapping[Kind, type[Any]] = {
    Kind.BLOCK: Block,
    Kind.CARD: Card,
    Kind.CARD_KEY: CardKey,
    Kind.CARD_ORDER: CardOrder,
    Kind.COURTESY: CourtesyPool,
    Kind.GRANT: Grant,
    Kind.GUEST: Resident,
    Kind.ISSUER_KEY: IssuerKey,
    Kind.MENU: Menu,
    Kind.ORDER: Order,
    Kind.PHOTO: Photo,
    Kind.PRODUCT: Product,
    Kind.PROGRAMME: Programme,
    Kind.RECALL: Recall,
    Kind.RESIDENT: Resident,
    Kind.SITE: Site,
    Kind.STAFF: Staff,
    Kind.STANDING_ORDER: StandingOrder,
    Kind.TARIFF: TariffRule,
    Kind.VISITOR: Visitor,
}

_encoder = msgspec.msgpack.Encoder()
_decoders = {kind: msgspec.msgpack.Decoder(value) for kind, value in VALUES.items()}


def grant_key(account: Account, unit: Unit = Unit.FEN) -> str:
    return f"{account} {unit}"


def menu_key(site: str, day: str, meal: str) -> str:
    return f"{site} {day} {meal}"


def encode_value(value: msgspec.Struct) -> bytes:
    return _encoder.encode(value)


def decode_value(kind: Kind, value: bytes) -> Any:
    return _decoders[kind].decode(value)
