"""Whoever is no longer in the register is forgotten here as well, and so is what is old."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from sync.office.services.care.tables import care_leaves, care_rounds, care_watches, care_words
from sync.office.services.care.watches import WatchState
from sync.office.store.tables import catalogue_items, last_signs

KEEP = timedelta(days=2 * 366)  # how somebody was, as long as it may be asked
KEEP_ROUNDS = timedelta(days=31)


def forget_the_gone(connection: sa.Connection, region_id: int, today: date) -> None:
    for table in (care_watches, care_words, care_leaves, last_signs):
        c = table.c
        known = sa.exists().where(
            catalogue_items.c.region_id == region_id,
            catalogue_items.c.kind == Kind.RESIDENT,
            catalogue_items.c.key == sa.cast(c.resident_id, sa.Text),
            catalogue_items.c.value.is_not(None),
        )
        connection.execute(table.delete().where(c.region_id == region_id, ~known))
    old = (today - KEEP).isoformat()
    w, r = care_watches.c, care_rounds.c
    ended = (w.region_id == region_id, w.day < old, w.state == WatchState.ENDED)
    connection.execute(care_watches.delete().where(*ended))
    connection.execute(care_words.delete().where(care_words.c.region_id == region_id, care_words.c.day < old))
    rounds = (r.region_id == region_id, r.whole, r.day < (today - KEEP_ROUNDS).isoformat())
    connection.execute(care_rounds.delete().where(*rounds))
