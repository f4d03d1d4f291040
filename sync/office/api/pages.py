"""Catalogue pages: what changed since a kiosk's cursors, of what that kiosk may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.office.books import heads
from sync.office.catalogue.publishing import (
    BLOCK_LANE,
    EVERYWHERE,
    MAIN_LANE,
    PHOTO_LANE,
    journal_scope,
    site_scope,
)
from sync.office.keys.devices import Device
from sync.office.store.tables import catalogue_items, regions
from sync.wire import compression
from sync.wire.messages import Item, Page, Pull, encode

ITEMS_PER_PAGE = 300
BYTES_PER_PAGE = 192 * 1024  # of values, before compression; more than any one value
PHOTO_BYTES_PER_PAGE = 64 * 1024  # less: what a card needs waits for no more than one page


@dataclass(frozen=True, slots=True)
class Built:
    """A page, the revision that the catalogue stood at, and whether a kiosk need wait no longer for it."""

    page: Page
    revision: int
    is_news: bool
    is_ahead: bool = False  # the kiosk says that it has read further than this catalogue goes


def build_page(connection: sa.Connection, region_id: int, device: Device, pull: Pull, at_ms: int) -> Built:
    """The next page for a device: lane 0 to its end before anything of lane 1, and pictures after both.

    A snapshot ends before the pictures: a card that is gone waits for none of them.
    """
    region = connection.execute(sa.select(regions).where(regions.c.region_id == region_id)).one()
    reset = _must_reset(region, pull)
    cursors = [0, 0] if reset else list(pull.cursors)
    scopes = _scopes(connection, region_id, device)
    items: list[Item] = []
    more = False
    for lane in (BLOCK_LANE, MAIN_LANE):
        found, cursors[lane] = _read_lane(connection, region, scopes, lane, cursors[lane], items)
        items += found
        more = cursors[lane] < region.revision
        if more:
            break
    photos = _photos_read(region, pull)
    if pull.photos is not None and not more:
        found, photos = _read_lane(connection, region, scopes, PHOTO_LANE, photos, items)
        items += found
    page = Page(
        epoch=region.epoch,
        reset=reset,
        more=more,
        cursors=(cursors[BLOCK_LANE], cursors[MAIN_LANE]),
        office_ms=at_ms,
        items=compression.compress(encode(items)),
        photos=photos,
        more_photos=pull.photos is not None and not more and photos < region.revision,
    )
    is_ahead = pull.epoch == region.epoch and max(pull.cursors) > region.revision
    return Built(page, region.revision, bool(items) or reset or pull.in_snapshot, is_ahead)


def _must_reset(region: sa.Row[Any], pull: Pull) -> bool:
    """Whether the cursors say nothing: of another history, ahead of this one, or behind its tombstones."""
    if pull.epoch != region.epoch or max(pull.cursors) > region.revision:
        return True
    return min(pull.cursors) < region.pruned_revision and not pull.in_snapshot


def _photos_read(region: sa.Row[Any], pull: Pull) -> int:
    """A snapshot of the same history is no reason to send pictures again, for it brings no word of them."""
    read = pull.photos or 0
    return read if pull.epoch == region.epoch and read <= region.revision else 0


def _scopes(connection: sa.Connection, region_id: int, device: Device) -> list[str]:
    journals = heads.open_journals(connection, region_id, device.id)
    return [EVERYWHERE, site_scope(device.site), *(journal_scope(key.journal_id) for key in journals)]


def _read_lane(
    connection: sa.Connection,
    region: sa.Row[Any],
    scopes: list[str],
    lane: int,
    after: int,
    before: list[Item],
) -> tuple[list[Item], int]:
    """Items of one lane that fit on the page with those `before` them, and the cursor behind them."""
    c = catalogue_items.c
    rows = connection.execute(
        sa.select(c.kind, c.key, c.revision, c.value)
        .where(
            c.region_id == region.region_id,
            c.lane == lane,
            c.revision > after,
            c.revision <= region.revision,
            c.scope.in_(scopes),
        )
        .order_by(c.revision)
        .limit(ITEMS_PER_PAGE - len(before) + 1)
    ).all()
    found: list[Item] = []
    filled = sum(len(item.value or b"") for item in before)
    most = PHOTO_BYTES_PER_PAGE if lane == PHOTO_LANE else BYTES_PER_PAGE
    for row in rows:
        filled += len(row.value or b"")
        if filled > most or len(before) + len(found) == ITEMS_PER_PAGE:
            return found, found[-1].revision if found else after
        found.append(Item(*row))
    return found, region.revision
