"""Catalogue items: their kinds, values, keys. Kinds that this version does not know are kept and ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import Programme, Site
from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.holds.left import LeftHold
from kiosk.ledger.rights import CourtesyPool, Grant, Recall
from kiosk.people.cards import Block, Card, CardKey, CardPersonalisation, IssuerKey
from kiosk.people.photos import Photo
from kiosk.people.residents import Resident, Visitor
from kiosk.people.staff import Staff

V = TypeVar("V")


class ItemKind(str, Generic[V]):
    """The name of a kind, as it stands in the catalogue, and the value that its items carry.

    `past`: the office keeps what its items said before, to judge records by that come late. `for_category`:
    each says in `category` for whom it holds, so that every kiosk has to know who is of that category.
    """

    decoder: msgspec.msgpack.Decoder[V]
    past: bool
    for_categories: ClassVar[list[ItemKind[Any]]] = []  # all kinds of which that is so, whatever service

    def __new__(
        cls, name: str, value: type[V], *, past: bool = False, for_category: bool = False
    ) -> ItemKind[V]:
        kind = super().__new__(cls, name)
        kind.decoder, kind.past = msgspec.msgpack.Decoder(value), past
        if for_category:
            cls.for_categories.append(kind)
        return kind


class Kind:
    """The kinds that every kiosk knows. Services have more, each in its own folder."""

    BLOCK = ItemKind("block", Block)  # by token
    CARD = ItemKind("card", Card)  # by token
    CARD_KEY = ItemKind("card_key", CardKey)  # by token; only to the kiosks of its site
    PERSONALISATION = ItemKind("card_order", CardPersonalisation)  # by token; only to its site
    COURTESY = ItemKind("courtesy", CourtesyPool)  # by journal; only to it
    GRANT = ItemKind("grant", Grant)  # by `account unit`; only to its journal
    GUEST = ItemKind("guest", Resident)  # by id; kept here for a day after a visit, no item of the office's
    HOLD = ItemKind("hold", LeftHold)  # by `journal seq`, both of the hold; only to the journal that goes on
    ISSUER_KEY = ItemKind("issuer_key", IssuerKey)  # by key id
    PHOTO = ItemKind("photo", Photo)  # by resident's id; only to the kiosks of the home site, after all else
    PROGRAMME = ItemKind("programme", Programme)  # by name
    RECALL = ItemKind("recall", Recall)  # by `account unit`; only to the journal that is to give back
    RESIDENT = ItemKind("resident", Resident)  # by id; only to the kiosks of the home site
    SITE = ItemKind("site", Site, past=True)  # by name
    STAFF = ItemKind("staff", Staff)  # by id; only to the kiosks of the site
    TARIFF = ItemKind("tariff", TariffRule, past=True, for_category=True)  # by id
    VISITOR = ItemKind("visitor", Visitor, past=True)  # by id


KINDS: Mapping[str, ItemKind[Any]] = {
    str(each): each for each in vars(Kind).values() if isinstance(each, ItemKind)
}

_encoder = msgspec.msgpack.Encoder()


def grant_key(account: Account, unit: Unit = Unit.FEN) -> str:
    return f"{account} {unit}"


def hold_key(left_journal_id: bytes, seq: int) -> str:
    return f"{left_journal_id.hex()} {seq}"


def encode_value(value: msgspec.Struct) -> bytes:
    return _encoder.encode(value)


def decode_value(kind: ItemKind[V], value: bytes) -> V:
    return kind.decoder.decode(value)
