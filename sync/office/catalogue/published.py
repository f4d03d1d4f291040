"""The read side of the catalogue at the office: what is published now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind, Kind, decode_value
from kiosk.people.residents import Resident
from sync.office.store.tables import catalogue_items

V = TypeVar("V")


def items_of(region_id: int, kind: str) -> sa.Select[tuple[str, bytes]]:
    return sa.select(catalogue_items.c.key, catalogue_items.c.value).where(
        catalogue_items.c.region_id == region_id,
        catalogue_items.c.kind == kind,
        catalogue_items.c.value.is_not(None),
    )


def current_values(connection: sa.Connection, region_id: int, kind: ItemKind[V]) -> Iterator[V]:
    """Every value of one kind that the catalogue holds now, by key: whatever index a database goes by."""
    rows = connection.execute(items_of(region_id, kind).order_by(catalogue_items.c.key))
    return (decode_value(kind, row.value) for row in rows)


def residents_by_id(
    connection: sa.Connection, region_id: int, resident_ids: Iterable[int]
) -> Mapping[int, Resident]:
    wanted = [str(each) for each in set(resident_ids)]
    if not wanted:
        return {}
    query = items_of(region_id, Kind.RESIDENT).where(catalogue_items.c.key.in_(wanted))
    found = (decode_value(Kind.RESIDENT, row.value) for row in connection.execute(query))
    return {resident.id: resident for resident in found}
