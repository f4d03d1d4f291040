"""Residents' entries in the catalogue: published to the kiosks of the home site, with what goes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind, Kind, decode_value
from kiosk.ledger.accounts import own_money
from kiosk.people.residents import Resident
from sync.office.catalogue.published import items_of, residents_by_id
from sync.office.catalogue.publishing import Change, publish_all, site_scope
from sync.office.rights import rights
from sync.office.store.tables import catalogue_items

_WITH_CARD: tuple[ItemKind[Any], ...] = (Kind.CARD_KEY, Kind.PERSONALISATION)


def entry_of(resident: Resident) -> Change:
    """Found by the name. Which kiosks get how much of it, and the picture, `publish_all` knows."""
    return Change(Kind.RESIDENT, str(resident.id), resident, label=resident.name)


def publish_residents(connection: sa.Connection, region_id: int, residents: Sequence[Resident]) -> int:
    """As an import file does it; returns the catalogue's revision. For some hundreds at a time.

    Who has another home takes along the cards' keys, and what may be spent without a network.
    """
    before = residents_by_id(connection, region_id, [each.id for each in residents])
    moved = {
        each.id: each.home_site
        for each in residents
        if each.id in before and before[each.id].home_site != each.home_site
    }
    changes = [*map(entry_of, residents), *_keys_of(connection, region_id, moved)]
    revision = publish_all(connection, region_id, changes)
    rights.refresh(connection, region_id, [own_money(each.id) for each in residents])
    return revision


def _keys_of(connection: sa.Connection, region_id: int, homes: dict[int, str]) -> Iterator[Change]:
    if not homes:
        return
    c = catalogue_items.c
    labels = [str(each) for each in homes]
    cards = connection.execute(items_of(region_id, Kind.CARD).where(c.label.in_(labels)))
    owners = {row.key: decode_value(Kind.CARD, row.value).resident_id for row in cards}
    for kind in _WITH_CARD:
        for row in connection.execute(items_of(region_id, kind).where(c.key.in_(list(owners)))):
            scope = site_scope(homes[owners[row.key]])
            yield Change(kind, row.key, decode_value(kind, row.value), scope=scope)
