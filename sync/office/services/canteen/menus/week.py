"""A site's menus of one week, as the catalogue has them; changes of it, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from kiosk.ledger.sql import run
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.items import MENU, Menu, menu_key
from sync.office.catalogue.published import items_of
from sync.office.catalogue.publishing import Change, lock_revision, publish_all
from sync.office.store import counting
from sync.office.store.tables import catalogue_items, menu_changes

COUNTED = "menu_change"
WEEK = timedelta(days=7)
Place = tuple[date, str]  # day and meal
Dishes = Mapping[Place, tuple[str, ...]]  # an empty one: nothing is said of that meal


class MenusChangedSince(Refusal):
    """Somebody else wrote these menus meanwhile."""

    code = "menus_changed_since"


class KeptDishes(msgspec.Struct, frozen=True):
    """Dishes as they are kept: by day and meal."""

    dishes: tuple[tuple[date, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class SiteWeek:
    """Which menus."""

    site: str
    monday: date

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def before(self) -> SiteWeek:
        return SiteWeek(self.site, self.monday - WEEK)

    @property
    def after(self) -> SiteWeek:
        return SiteWeek(self.site, self.monday + WEEK)

    def key(self, place: Place) -> str:
        day, meal = place
        return menu_key(self.site, day.isoformat(), meal)


def week_with(site: str, day: date) -> SiteWeek:
    return SiteWeek(site, day - timedelta(days=day.weekday()))


@dataclass(frozen=True, slots=True)
class MenuChange:
    """The last change of a week, which can be taken back; Unix time."""

    seq: int
    who: str
    at_ms: int
    before: Dishes
    after: Dishes


def dishes_of(connection: sa.Connection, region_id: int, week: SiteWeek, meals: Iterable[str]) -> Dishes:
    """Of every meal of the week."""
    places = {week.key((day, meal)): (day, meal) for day in week.days for meal in meals}
    query = items_of(region_id, MENU).where(catalogue_items.c.key.in_(list(places)))
    found = {row.key: msgspec.msgpack.decode(row.value, type=Menu) for row in connection.execute(query)}
    return {place: found[key].dishes if key in found else () for key, place in places.items()}


def keep(
    connection: sa.Connection, region_id: int, week: SiteWeek, wanted: Dishes, *, who: str, at_ms: int
) -> MenuChange | None:
    """Publish what differs, as an import file would; None if nothing does."""
    lock_revision(connection, region_id)
    now = dishes_of(connection, region_id, week, {meal for _, meal in wanted})
    after = {place: dishes for place, dishes in wanted.items() if now.get(place) != dishes}
    if not after:
        return None
    before = {place: now.get(place, ()) for place in after}
    _publish(connection, region_id, week, after)
    seq = counting.take(connection, region_id, COUNTED)
    row = (region_id, week.site, week.monday.isoformat(), seq, who, at_ms, _packed(before), _packed(after))
    run(connection, _NOTE, row)
    return MenuChange(seq, who, at_ms, before, after)


def last_change(connection: sa.Connection, region_id: int, week: SiteWeek) -> MenuChange | None:
    """The one that can be taken back: the menus stand as it left them."""
    c = menu_changes.c
    mine = (c.region_id == region_id, c.site == week.site, c.monday == week.monday.isoformat())
    row = connection.execute(sa.select(menu_changes).where(*mine).order_by(c.seq.desc()).limit(1)).first()
    if row is None:
        return None
    made = MenuChange(row.seq, row.who, row.at_ms, _unpacked(row.before), _unpacked(row.after))
    now = dishes_of(connection, region_id, week, {meal for _, meal in made.after})
    return made if all(now.get(place) == dishes for place, dishes in made.after.items()) else None


def take_back(connection: sa.Connection, region_id: int, week: SiteWeek, seq: int) -> MenuChange:
    """Raises `MenusChangedSince`."""
    lock_revision(connection, region_id)
    made = last_change(connection, region_id, week)
    if made is None or made.seq != seq:
        raise MenusChangedSince
    _publish(connection, region_id, week, made.before)
    c = menu_changes.c
    connection.execute(menu_changes.delete().where(c.region_id == region_id, c.seq == seq))
    return made


def _publish(connection: sa.Connection, region_id: int, week: SiteWeek, dishes: Dishes) -> None:
    changes = [
        Change(MENU, week.key(place), Menu(dishes=each) if each else None) for place, each in dishes.items()
    ]
    publish_all(connection, region_id, changes)


def _packed(dishes: Dishes) -> bytes:
    return msgspec.json.encode(KeptDishes(tuple((*place, each) for place, each in dishes.items())))


def _unpacked(packed: bytes) -> Dishes:
    kept = msgspec.json.decode(packed, type=KeptDishes)
    return {(day, meal): dishes for day, meal, dishes in kept.dishes}


_NOTE = (
    "INSERT INTO menu_changes (region_id, site, monday, seq, who, at_ms, before, after)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
