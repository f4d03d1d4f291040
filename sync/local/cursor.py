"""How far this kiosk is with the office: tables of the sync process in `catalogue.db`, beside the items.

All of it can be lost. What was acknowledged is found out by sending it once more, the catalogue by asking for
all of it, and the office says where the request counter stood.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.catalogue import tables as catalogue
from kiosk.catalogue.contact import Heard, JournalEnd
from kiosk.catalogue.items import Kind, decode_value, encode_value
from kiosk.journal.incarnation import SEALED
from kiosk.ledger.rights import said_after
from kiosk.ledger.sql import run, run_many
from kiosk.store.engine import open_journal, preparing
from sync.local import naming, photos
from sync.wire.messages import OFFICE_KEY, Item, OfficeKey, Page
from sync.wire.signing import PublicKeys, by_id

FILE = "catalogue.db"
GUEST_MS = 24 * 3600 * 1000
SCHEMA = 7  # of the tables below, of `contact` and of `names`; another one is made anew
metadata = sa.MetaData()

journal_cursors = sa.Table(
    "journal_cursors",
    metadata,
    sa.Column("journal_id", sa.LargeBinary(16), primary_key=True),
    sa.Column("acked_seq", sa.BigInteger, nullable=False),
)

catalogue_cursor = sa.Table(
    "catalogue_cursor",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("epoch", sa.LargeBinary, nullable=False),
    sa.Column("block_lane", sa.BigInteger, nullable=False),
    sa.Column("main_lane", sa.BigInteger, nullable=False),
    sa.Column("photo_lane", sa.BigInteger, nullable=False),
    sa.Column("proof", sa.LargeBinary, nullable=False),  # of the two lanes, from the office
    sa.Column("in_snapshot", sa.Boolean, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),  # of the last request made
    sa.Column("told", sa.LargeBinary, nullable=False),  # epoch and journal of which the office was told
)

# What a snapshot under way has named so far; at its end all else is removed.
snapshot_seen = sa.Table(
    "snapshot_seen",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the catalogue stands here."""

    epoch: bytes
    cursors: tuple[int, int]
    in_snapshot: bool
    photos: int
    proof: bytes = field(default=b"", compare=False)


class Cursor:
    """Reads and moves the cursors. For any thread: each step is a transaction of its own."""

    def __init__(self, folder: Path) -> None:
        self._engine = open_journal(folder / FILE)
        sa.event.listen(self._engine, "connect", _overwrite_what_is_deleted)
        self._in_the_log = True  # something deleted may still stand in the write-ahead log
        with preparing(self._engine), self._engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar() != SCHEMA:
                metadata.drop_all(connection)  # the items stay, so that lunch is served meanwhile
                catalogue.contact.drop(connection, checkfirst=True)
                catalogue.names.drop(connection, checkfirst=True)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
            catalogue.metadata.create_all(connection)
            metadata.create_all(connection)
            naming.note_all_names(connection)
            first = {
                "id": 1,
                "epoch": b"",
                "block_lane": 0,
                "main_lane": 0,
                "photo_lane": 0,
                "proof": b"",
                "in_snapshot": False,
                "counter": 0,
                "told": b"",
            }
            connection.execute(catalogue_cursor.insert().prefix_with("OR IGNORE"), first)

    def close(self) -> None:
        self._engine.dispose()

    def acked_seq(self, journal_id: bytes) -> int:
        """The last record that the office is known to have; 0 if none is."""
        query = sa.select(journal_cursors.c.acked_seq).where(journal_cursors.c.journal_id == journal_id)
        with self._engine.begin() as connection:
            return connection.execute(query).scalar() or 0

    def move(self, journal_id: bytes, acked_seq: int) -> None:
        """Note what the office lacks, or was found to have."""
        with self._engine.begin() as connection:
            run(connection, _MOVE, (journal_id, max(acked_seq, 0)))

    def object(self, journal_id: bytes, code: str, seq: int) -> None:
        """Note what the office holds against a journal, in place of what it held before."""
        with self._engine.begin() as connection:
            run(connection, _OBJECT, (journal_id, code, seq))

    def objection(self, journal_id: bytes) -> JournalEnd | None:
        """What the office was found to hold against a journal."""
        with self._engine.begin() as connection:
            found = run(connection, "SELECT code, seq FROM objections WHERE journal_id = ?", (journal_id,))
        return JournalEnd(*found[0]) if found else None

    def acknowledge(
        self, journal_id: bytes, acked_seq: int, heard: Heard | None, *, sealed: bool = False
    ) -> None:
        """Note what the office has and, unless `sealed`, finds nothing wrong with; with `heard`, when."""
        with self._engine.begin() as connection:
            run(connection, _MOVE, (journal_id, acked_seq))
            if sealed:
                run(connection, _OBJECT, (journal_id, SEALED, acked_seq + 1))
            else:
                run(connection, "DELETE FROM objections WHERE journal_id = ?", (journal_id,))
            if heard is not None:
                _note_contact(connection, heard, journal_id)

    def next_counter(self, above: int = 0) -> int:
        """A number that no request of this device has carried; durable before it is used."""
        with self._engine.begin() as connection:
            return int(run(connection, _COUNT, (above,))[0][0])

    def position(self) -> Position:
        with self._engine.begin() as connection:
            return _position(connection)

    def held(self, journal_id: bytes) -> list[Item]:
        """What the office must not have forgotten: this journal's grants, and the block list."""
        c = catalogue.items.c
        query = sa.select(c.kind, c.key, c.revision, c.value).where(c.kind.in_((Kind.GRANT, Kind.BLOCK)))
        with self._engine.begin() as connection:
            held = [Item(*row) for row in connection.execute(query.order_by(c.kind, c.key))]
        return [item for item in held if _is_held(item.kind, item.value, journal_id)]

    def is_told(self, epoch: bytes, journal_id: bytes) -> bool:
        """Whether the office was told so."""
        with self._engine.begin() as connection:
            told = connection.execute(sa.select(catalogue_cursor.c.told)).scalar_one()
        return bool(told == epoch + journal_id)

    def note_told(self, epoch: bytes, journal_id: bytes) -> None:
        """Note that the office was told so, in this epoch and of this journal."""
        with self._engine.begin() as connection:
            connection.execute(catalogue_cursor.update().values(told=epoch + journal_id))

    def office_keys(self) -> PublicKeys:
        """Keys that the office has published to be trusted beside those from enrolment, the newest last."""
        with self._engine.begin() as connection:
            values = connection.execute(_OFFICE_KEYS).scalars()
            return by_id(*(msgspec.msgpack.decode(value, type=OfficeKey).public_key for value in values))

    def apply(self, page: Page, items: Iterable[Item], journal_id: bytes, heard: Heard) -> None:
        """A page, the cursors behind it, and that the office answered: in one transaction."""
        with self._engine.begin() as connection:
            self._apply(connection, page, items, journal_id)
            _note_contact(connection, heard, journal_id)

    def apply_at(self, start: Position, page: Page, items: Iterable[Item], journal_id: bytes) -> bool:
        """A page that took its time, if the catalogue still stands where it starts; whether it does."""
        with self._engine.begin() as connection:
            if _position(connection) != start:
                return False
            self._apply(connection, page, items, journal_id)
        return True

    def value(self, kind: str, key: str) -> bytes | None:
        """An item's value, if there is such an item."""
        with self._engine.begin() as connection:
            found = run(connection, "SELECT value FROM items WHERE kind = ? AND key = ?", (kind, key))
        return found[0][0] if found else None

    def put_newer(self, item: Item) -> None:
        """Keep an item that came by itself, unless a page brought a newer one."""
        with self._engine.begin() as connection:
            run(connection, _PUT_NEWER, (item.kind, item.key, item.revision, _to_keep(connection, item)))

    def keep_guest(self, resident_id: int, value: bytes, now_ms: int) -> None:
        """Keep who it is that visits. The place of the revision tells since when, Unix ms."""
        with self._engine.begin() as connection:
            run(connection, _PUT, (Kind.GUEST, str(resident_id), now_ms, value))

    def guests(self) -> dict[int, int]:
        """Who is known as a visitor, and since when, Unix ms."""
        with self._engine.begin() as connection:
            return {int(key): since_ms for key, since_ms in run(connection, _GUESTS, ())}

    def forget_guests(self, now_ms: int) -> None:
        """Forget whoever visited longer than a day ago, or, as it seems, in the future.

        With that, whatever else was deleted is gone from the file, too: a kiosk can be carried away.
        """
        with self._engine.begin() as connection:
            gone = run(connection, _FORGET_GUESTS, (now_ms - GUEST_MS, now_ms))
        self._in_the_log |= bool(gone)
        if self._in_the_log:
            self._in_the_log = not self._emptied_log()

    def _emptied_log(self) -> bool:
        """Whether nobody was reading just now: it is tried again then."""
        with self._engine.connect() as connection:
            busy, *_ = connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def heard_late(self, journal_id: bytes, office_ms: int, boot_id: str) -> None:
        """Note an answer that took its time: it says what the office has, and nothing about the clock.

        What a network told about the clock in this boot stays.
        """
        with self._engine.begin() as connection:
            last = connection.execute(sa.select(catalogue.contact)).one_or_none()
            heard = Heard(office_ms)
            if last is not None and (last.boot_id == boot_id or last.at_ms > office_ms):
                heard = Heard(last.at_ms, last.boot_id, last.monotonic_ms, last.rtt_ms)
            _note_contact(connection, heard, journal_id)

    def _apply(self, connection: sa.Connection, page: Page, items: Iterable[Item], journal_id: bytes) -> None:
        in_snapshot = self._enter_snapshot(connection, page)
        items = list(items)
        _write_items(connection, [each for each in items if each.kind != Kind.PHOTO], in_snapshot)
        naming.note_names(connection, items)
        photos.note_photos(connection, items)
        self._in_the_log |= any(item.value is None for item in items)
        if in_snapshot and not page.more:
            self._in_the_log = True
            _keep_held(connection, page.epoch, journal_id)
            run(connection, _REMOVE_UNSEEN, ())
            naming.forget_gone(connection)
            photos.forget_gone(connection)
            run(connection, "DELETE FROM snapshot_seen", ())
        going_on = in_snapshot and page.more
        run(connection, _ADVANCE, (page.epoch, *page.cursors, page.photos, page.proof, going_on))

    def _enter_snapshot(self, connection: sa.Connection, page: Page) -> bool:
        """Whether this page is part of a snapshot."""
        if page.reset:
            run(connection, "DELETE FROM snapshot_seen", ())
            return True
        return bool(connection.execute(sa.select(catalogue_cursor.c.in_snapshot)).scalar_one())


def _keep_held(connection: sa.Connection, epoch: bytes, journal_id: bytes) -> None:
    """What a snapshot of another epoch does not name, a restored office has forgotten: it will be told."""
    told: bytes = connection.execute(sa.select(catalogue_cursor.c.told)).scalar_one()
    if told.startswith(epoch):
        return
    unseen = run(connection, _UNSEEN_HELD, ())
    held = [(kind, key) for kind, key, value in unseen if _is_held(kind, value, journal_id)]
    run_many(connection, _SEEN, held)


def _is_held(kind: str, value: bytes | None, journal_id: bytes) -> bool:
    if kind != Kind.GRANT or value is None:
        return value is not None
    return bool(decode_value(Kind.GRANT, value).journal_id == journal_id)


def _overwrite_what_is_deleted(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete=ON")


def _note_contact(connection: sa.Connection, heard: Heard, journal_id: bytes) -> None:
    moment = (heard.boot_id, heard.monotonic_ms, heard.rtt_ms)
    run(connection, _CONTACT, (heard.at_ms, journal_id, journal_id, *moment))


def _position(connection: sa.Connection) -> Position:
    row = connection.execute(sa.select(catalogue_cursor)).one()
    lanes = (row.block_lane, row.main_lane)
    return Position(row.epoch, lanes, row.in_snapshot, row.photo_lane, row.proof)


def _write_items(connection: sa.Connection, items: Iterable[Item], in_snapshot: bool) -> None:
    """In their order: an item may come twice on a page, gone from one scope and there in another."""
    for item in items:
        if item.value is None:
            run(connection, _DELETE, (item.kind, item.key))
            if item.kind == Kind.VISITOR:
                run(connection, _DELETE, (Kind.GUEST, item.key))
        else:
            run(connection, _PUT, (item.kind, item.key, item.revision, _to_keep(connection, item)))
    if in_snapshot:
        run_many(connection, _SEEN, [(item.kind, item.key) for item in items if item.value is not None])


def _to_keep(connection: sa.Connection, item: Item) -> bytes | None:
    """What is kept of an item: of a grant never less than was granted before, whoever forgot it."""
    if item.kind != Kind.GRANT or item.value is None:
        return item.value
    here = run(connection, "SELECT value FROM items WHERE kind = ? AND key = ?", (item.kind, item.key))
    if not here:
        return item.value
    return encode_value(
        said_after(decode_value(Kind.GRANT, here[0][0]), decode_value(Kind.GRANT, item.value))
    )


_OFFICE_KEYS = (
    sa.select(catalogue.items.c.value)
    .where(catalogue.items.c.kind == OFFICE_KEY)
    .order_by(catalogue.items.c.revision)
)
_MOVE = (
    "INSERT INTO journal_cursors (journal_id, acked_seq) VALUES (?, ?)"
    " ON CONFLICT (journal_id) DO UPDATE SET acked_seq = excluded.acked_seq"
)
_OBJECT = "INSERT OR REPLACE INTO objections (journal_id, code, seq) VALUES (?, ?, ?)"
_CONTACT = (
    "INSERT OR REPLACE INTO contact (id, at_ms, acked_seq, journal_id, boot_id, monotonic_ms, rtt_ms)"
    " VALUES (1, ?, coalesce((SELECT acked_seq FROM journal_cursors WHERE journal_id = ?), 0), ?, ?, ?, ?)"
)
_COUNT = "UPDATE catalogue_cursor SET counter = max(counter, ?) + 1 WHERE id = 1 RETURNING counter"
_ADVANCE = (
    "UPDATE catalogue_cursor SET epoch = ?, block_lane = ?, main_lane = ?, photo_lane = ?, proof = ?,"
    " in_snapshot = ? WHERE id = 1"
)
_PUT = (
    "INSERT INTO items (kind, key, revision, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, value = excluded.value"
)
_PUT_NEWER = f"{_PUT} WHERE excluded.revision >= items.revision"
_DELETE = "DELETE FROM items WHERE kind = ? AND key = ?"
_GUESTS = "SELECT key, revision FROM items WHERE kind = 'guest'"
_FORGET_GUESTS = "DELETE FROM items WHERE kind = 'guest' AND (revision < ? OR revision > ?) RETURNING key"
_SEEN = "INSERT OR IGNORE INTO snapshot_seen (kind, key) VALUES (?, ?)"
_UNSEEN = (
    "NOT EXISTS (SELECT 1 FROM snapshot_seen AS seen WHERE seen.kind = items.kind AND seen.key = items.key)"
)
_REMOVE_UNSEEN = f"DELETE FROM items WHERE {_UNSEEN}"  # noqa: S608
_UNSEEN_HELD = f"SELECT kind, key, value FROM items WHERE kind IN ('grant', 'block') AND {_UNSEEN}"  # noqa: S608
