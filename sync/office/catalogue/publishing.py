"""The one place that writes the catalogue, and the revisions that kiosks read it by.

Every change takes the next revision from the region's row and keeps that row locked until it commits, so that
revisions become visible in their order and a kiosk that has read up to one has missed nothing before it.
"""

from __future__ import annotations

import secrets
import weakref
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind, Kind, decode_value, encode_value
from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.common.clock import local_time, unix_ms
from kiosk.ledger.sql import Row, run, run_many
from kiosk.people.residents import Resident
from sync.office.catalogue import search_words
from sync.office.catalogue.published import current_values
from sync.office.catalogue.visitors import Needs, needs_of, visitor_of
from sync.office.store.bulk import count_anew
from sync.office.store.database import lock
from sync.office.store.tables import catalogue_items, regions
from sync.office.store.tables import search_words as search_words_table

V = TypeVar("V")
EVERYWHERE = ""
BLOCK_LANE, MAIN_LANE, PHOTO_LANE = 0, 1, 2  # what a counter can do without comes last
MAX_VALUE_BYTES = 64 * 1024
EPOCH_BYTES = 8
CHANGES_AT_ONCE, MANY_CHANGES = 500, 1000
HELD_BY_SEVERAL = {
    Kind.GRANT,
    Kind.RECALL,
}  # one item for each journal; of other kinds a key has one scope at a time

_LANES: Mapping[str, int] = {Kind.BLOCK: BLOCK_LANE, Kind.PHOTO: PHOTO_LANE}


class ValueTooLarge(ValueError):
    """A catalogue value beyond `MAX_VALUE_BYTES`: it would not fit a page."""


@dataclass(frozen=True, slots=True)
class Change:
    """One item as it shall be. No value: it shall be gone. `label` is what people search for."""

    kind: str
    key: str
    value: msgspec.Struct | None
    scope: str = EVERYWHERE
    label: str = ""
    lane: int | None = None  # None: that of the kind

    @property
    def lane_number(self) -> int:
        if self.lane is not None:
            return self.lane
        return _LANES.get(self.kind, MAIN_LANE)


def site_scope(site: str) -> str:
    """Only the kiosks of one site."""
    return f"site:{site}"


def journal_scope(journal_id: bytes) -> str:
    """Only the kiosk that writes this journal."""
    return f"journal:{journal_id.hex()}"


def shown(connection: sa.Connection, region_id: int, kind: ItemKind[V], key: str) -> V | None:
    """The value of an item that has one scope at a time; None if it is gone or never was."""
    c = catalogue_items.c
    wanted = (c.region_id == region_id, c.kind == kind, c.key == key, c.value.is_not(None))
    value = connection.execute(sa.select(c.value).where(*wanted)).scalar()
    return decode_value(kind, value) if value is not None else None


def publish(
    connection: sa.Connection,
    region_id: int,
    kind: str,
    key: str,
    value: msgspec.Struct,
    *,
    scope: str = EVERYWHERE,
    lane: int | None = None,
    label: str = "",
) -> int:
    """Publish one item unless it says the same already; returns the catalogue's revision."""
    return publish_all(connection, region_id, [Change(kind, key, value, scope, label, lane)])


def withdraw(connection: sa.Connection, region_id: int, kind: str, key: str) -> int:
    """Leave tombstones for an item in every scope it has; returns the catalogue's revision."""
    scopes = _held(connection, region_id, [Change(kind, key, None)])[kind, key]
    gone = [Change(kind, key, None, scope, lane=shown.lane) for scope, shown in scopes.items()]
    return publish_all(connection, region_id, gone)


def publish_all(connection: sa.Connection, region_id: int, changes: Iterable[Change]) -> int:
    """Publish many, each with a revision of its own, in their order; returns the catalogue's revision.

    A resident goes to the kiosks of the home site, and to all others as a visitor.
    """
    changes = list(changes)
    if not any(each.kind in (Kind.RESIDENT, *ItemKind.for_categories) for each in changes):
        return _write_all(connection, region_id, changes)
    lock_revision(connection, region_id)
    needs = _needs(connection, region_id)
    revision = _write_all(connection, region_id, _told_apart(connection, region_id, changes, needs))
    if _needs(connection, region_id) != needs:
        revision = tell_all_apart(connection, region_id)
    return revision


def tell_all_apart(connection: sa.Connection, region_id: int) -> int:
    """Publish everybody again, by what the price rules look at now; returns the catalogue's revision."""
    c = catalogue_items.c
    query = sa.select(c.key, c.value, c.label).where(
        c.region_id == region_id, c.kind == Kind.RESIDENT, c.value.is_not(None)
    )
    people = [
        Change(Kind.RESIDENT, key, decode_value(Kind.RESIDENT, value), label=label)
        for key, value, label in connection.execute(query)
    ]
    needs = _needs(connection, region_id)
    return _write_all(connection, region_id, _told_apart(connection, region_id, people, needs))


def tell_strangers_less(connection: sa.Connection, region_id: int) -> None:
    """An earlier release published whole entries everywhere: take them back, once."""
    c = catalogue_items.c
    everywhere = sa.select(c.key).where(
        c.region_id == region_id, c.kind == Kind.RESIDENT, c.scope == EVERYWHERE, c.value.is_not(None)
    )
    if connection.execute(everywhere.limit(1)).first() is not None:
        tell_all_apart(connection, region_id)


def _needs(connection: sa.Connection, region_id: int) -> Needs:
    every = [each for kind in ItemKind.for_categories for each in current_values(connection, region_id, kind)]
    return needs_of(
        (each for each in every if isinstance(each, TariffRule)), (each.category for each in every)
    )


def _told_apart(
    connection: sa.Connection, region_id: int, changes: list[Change], needs: Needs
) -> Iterator[Change]:
    """Visitors first, so that nobody is unknown where the whole entry is about to go; the picture with it."""
    today = local_time(unix_ms()).date()
    photos = photos_held(connection, region_id, [each.key for each in changes if each.kind == Kind.RESIDENT])
    for change in changes:
        if change.kind != Kind.RESIDENT:
            yield change
        elif isinstance(change.value, Resident):
            yield Change(Kind.VISITOR, change.key, visitor_of(change.value, needs, today))
            home, photo = site_scope(change.value.home_site), photos.get(change.key)
            resident = msgspec.structs.replace(change.value, photo=photo.name if photo else "")
            yield replace(change, value=resident, scope=home)
            if photo is not None and photo.scope != home:
                moved = shown(connection, region_id, Kind.PHOTO, change.key)
                yield Change(Kind.PHOTO, change.key, moved, home, photo.name)
        else:
            yield change
            yield Change(Kind.VISITOR, change.key, None)


class PhotoHeld(NamedTuple):
    """A picture's name, and which kiosks have it."""

    name: str
    scope: str


def photos_held(connection: sa.Connection, region_id: int, keys: list[str]) -> dict[str, PhotoHeld]:
    """The pictures of residents, by the residents' keys."""
    c = catalogue_items.c
    query = sa.select(c.key, c.label, c.scope).where(
        c.region_id == region_id, c.kind == Kind.PHOTO, c.value.is_not(None)
    )
    if len(keys) <= CHANGES_AT_ONCE:
        query = query.where(c.key.in_(keys))
    return {key: PhotoHeld(name, scope) for key, name, scope in connection.execute(query)}


def _write_all(connection: sa.Connection, region_id: int, changes: Iterable[Change]) -> int:
    before = revision = lock_revision(connection, region_id)
    remaining = iter(changes)
    while some := list(islice(remaining, CHANGES_AT_ONCE)):
        held = _held(connection, region_id, some)
        effective = list(_effective(some, held))
        rows = [_row(region_id, each, revision + n) for n, each in enumerate(effective, start=1)]
        revision += len(rows)
        if rows:
            changed = zip(effective, rows, strict=True)
            _keep_past(connection, [row for each, row in changed if _has_past(each.kind)])
            run_many(connection, _UPSERT, rows)
            search_words.keep(
                connection, region_id, [(each.kind, each.key, each.value) for each in effective]
            )
    if revision != before:
        run(connection, "UPDATE regions SET revision = ? WHERE region_id = ?", (revision, region_id))
        _note_raised(connection)
    if revision - before >= MANY_CHANGES:
        count_anew(connection, catalogue_items, search_words_table)
    return revision


def prune(connection: sa.Connection, region_id: int, revision: int) -> None:
    """Forget tombstones up to a revision. A kiosk that has read less than that gets a snapshot."""
    lock_revision(connection, region_id)
    c = catalogue_items.c
    connection.execute(
        catalogue_items.delete().where(c.region_id == region_id, c.value.is_(None), c.revision <= revision)
    )
    connection.execute(
        regions.update()
        .where(regions.c.region_id == region_id, regions.c.pruned_revision < revision)
        .values(pruned_revision=revision)
    )


def new_epoch(connection: sa.Connection, region_id: int) -> None:
    """Every kiosk gets a snapshot, whatever it had read; those that wait for news are woken."""
    revision = lock_revision(connection, region_id)
    mine = regions.c.region_id == region_id
    begun = {"epoch": secrets.token_bytes(EPOCH_BYTES), "revision": revision + 1}
    connection.execute(regions.update().where(mine).values(begun))
    _note_raised(connection)


def has_raised(connection: sa.Connection) -> bool:
    """Whether this transaction has raised a catalogue's revision, so that nobody else knows it yet."""
    raised_in = connection.info.get(_RAISED_IN)
    return raised_in is not None and raised_in() is connection.get_transaction()


def _note_raised(connection: sa.Connection) -> None:
    transaction = connection.get_transaction()
    if transaction is not None:
        connection.info[_RAISED_IN] = weakref.ref(transaction)  # the connection outlives it


_RAISED_IN = "catalogue raised in"


def lock_revision(connection: sa.Connection, region_id: int) -> int:
    """The catalogue's revision, which nobody else can raise until this transaction ends."""
    query = sa.select(regions.c.revision).where(regions.c.region_id == region_id)
    return int(connection.execute(lock(query)).scalar_one())


def _effective(changes: Iterable[Change], held: _Held) -> Iterator[Change]:
    """The changes that change something, each after the tombstones of the scopes it replaces."""
    for change in changes:
        scopes = held[change.kind, change.key]
        if change.value is not None and change.kind not in HELD_BY_SEVERAL:
            for scope in [each for each in scopes if each != change.scope and scopes[each].value is not None]:
                yield replace(change, value=None, scope=scope, label="", lane=scopes[scope].lane)
                scopes[scope] = _NOTHING
        wanted = _Shown(_encoded(change), change.label, change.lane_number)
        shown = scopes.get(change.scope, _NOTHING)
        if shown != wanted and not (shown.value is None and wanted.value is None):
            yield change
            scopes[change.scope] = wanted


class _Shown(NamedTuple):
    """What kiosks and clerks see of an item now."""

    value: bytes | None
    label: str
    lane: int


_NOTHING = _Shown(None, "", MAIN_LANE)
_Held = Mapping[tuple[str, str], dict[str, _Shown]]  # (kind, key) -> scope -> what is shown


def _held(connection: sa.Connection, region_id: int, changes: Iterable[Change]) -> _Held:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for each in changes:
        by_kind[each.kind].append(each.key)
    held: dict[tuple[str, str], dict[str, _Shown]] = defaultdict(dict)
    c = catalogue_items.c
    for kind, keys in by_kind.items():
        query = sa.select(c.key, c.scope, c.value, c.label, c.lane).where(
            c.region_id == region_id, c.kind == kind, c.key.in_(keys)
        )
        for key, scope, *shown in connection.execute(query):
            held[kind, key][scope] = _Shown(*shown)
    return held


def _encoded(change: Change) -> bytes | None:
    if change.value is None:
        return None
    value = encode_value(change.value)
    if len(value) > MAX_VALUE_BYTES:
        raise ValueTooLarge(f"{change.kind} {change.key}: {len(value)} bytes; {MAX_VALUE_BYTES} are allowed")
    return value


def _has_past(kind: str) -> bool:
    return isinstance(kind, ItemKind) and kind.past


def _keep_past(connection: sa.Connection, rows: Collection[Row]) -> None:
    """Note what these rows say something else than, or nothing any more."""
    if rows:
        run_many(connection, _KEEP, [(row[4], *row[:4]) for row in rows])


_KEEP = (
    "INSERT INTO catalogue_past (region_id, kind, key, revision, until_revision, value)"
    " SELECT region_id, kind, key, revision, ?, value FROM catalogue_items"
    " WHERE region_id = ? AND kind = ? AND key = ? AND scope = ? AND value IS NOT NULL"
)
_UPSERT = (
    "INSERT INTO catalogue_items (region_id, kind, key, scope, revision, lane, label, value)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region_id, kind, key, scope) DO UPDATE SET"
    " revision = excluded.revision, lane = excluded.lane, label = excluded.label, value = excluded.value"
)


def _row(region_id: int, change: Change, revision: int) -> Row:
    place = (region_id, str(change.kind), change.key, change.scope)
    return (*place, revision, change.lane_number, change.label, _encoded(change))
