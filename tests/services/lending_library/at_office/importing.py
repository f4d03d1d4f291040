"""Shelves, as an import file brings them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from sync.office.catalogue.publishing import Change, site_scope
from sync.office.importing.field_checks import one_of
from sync.office.importing.parts import Part
from tests.services.lending_library.items import SHELF, Shelf


def _publish(_connection: sa.Connection, _region_id: int, shelves: Sequence[Shelf]) -> Iterator[Change]:
    for each in shelves:
        yield Change(SHELF, each.site, each, scope=site_scope(each.site))


PARTS = (
    Part(
        name="shelves",
        entry=Shelf,
        fields=lambda known: {(Shelf, "site"): one_of(known.sites)},
        once=lambda each: each.site,
        changes=_publish,
    ),
)
