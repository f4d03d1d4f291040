"""The counter's file as a whole: opened only if it is what it should be, and written anew from its records.

What SQLite itself cannot tell is told by two numbers in the file's header: `application_id` is a check sum of
the schema's text, and `user_version` the revision once more. A page that went wrong in either is damage, and
no other program's file.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from kiosk.common.clock import local_time, unix_ms
from kiosk.ledger.audit.faults import UNREADABLE, fault_of
from kiosk.ledger.audit.folding import ROWS_AT_ONCE, Derived, Fold, note_requests
from kiosk.ledger.audit.keeping import keep
from kiosk.ledger.errors import JournalDamaged, JournalUnwritable
from kiosk.ledger.journal import heads_in, kiosk_metadata
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import chain_hash, genesis_hash
from kiosk.ledger.sql import insert_rows, run
from kiosk.store.engine import disposing, open_journal, open_scratch, preparing, reading
from kiosk.store.files import holds_something, sync_file, sync_folder
from kiosk.store.schema import REVISION, UnknownSchema, migrate

log = structlog.get_logger()

JOURNAL_FILE = "journal.db"
REWRITTEN_FILE = "journal.db.rewritten"  # whole and durable: it takes the place of the other
PARTIAL_FILE = "journal.db.part"
DAMAGED_FOLDER = "damaged"
SUFFIXES = ("-wal", "-shm", "")  # the file itself last: as long as it is there, so are its changes
SMALL_BYTES = 4 * 1024 * 1024  # so much is looked through before the first sale, in a tenth of a second
MOST_A_DAY = 6  # then the memory is failing, and copies of the file would fill it

Progress = Callable[[int], None]

# The tables that the file keeps in step with its records, by the services that were listed last.
listed_tables = sa.Table(
    "listed_tables", kiosk_metadata, sa.Column("name", sa.Text, primary_key=True), sqlite_with_rowid=False
)


def open_sound(folder: Path, books: Derived) -> sa.Engine:
    """An engine on the counter's file, with this version's schema and a table for everything in the books.

    Raises `UnknownSchema`, `JournalUnwritable`, or `JournalDamaged` where the file is not as it was written.
    """
    finish_rewriting(folder, local_time(unix_ms(), "UTC"))
    path = folder / JOURNAL_FILE
    with preparing(open_journal(path)) as engine:
        try:
            _refuse_blank(engine, path)
            older = _migrate(engine)
            with engine.connect() as connection:
                _check_stamp(connection, older)
                _keep_tables(connection, books)
                if path.stat().st_size < SMALL_BYTES:
                    check_pages(connection)
        except UNREADABLE as error:
            raise fault_of(error, path) from error
    return engine


def check_pages(connection: sa.Connection) -> None:
    """Raises `JournalDamaged` if pages or indexes of the file are not as SQLite wrote them."""
    with connection.begin():
        found = str(run(connection, "PRAGMA main.integrity_check(1)", ())[0][0])
    if found != "ok":
        raise JournalDamaged(reason=found)


def check_tables(connection: sa.Connection, between: Callable[[], None]) -> None:
    """The same of each table by itself, for a file that is large. Raises `JournalDamaged`."""
    with connection.begin():
        tables = run(connection, "SELECT name FROM main.sqlite_schema WHERE type = 'table'", ())
    for (name,) in tables:
        between()
        with connection.begin():
            found = str(run(connection, f"PRAGMA main.integrity_check({name})", ())[0][0])
        if found != "ok":
            raise JournalDamaged(reason=found)


def put_aside(folder: Path, at: datetime) -> Path:
    """Keep the file where nobody writes it; returns where. Raises `JournalUnwritable`."""
    aside = folder / DAMAGED_FOLDER / at.strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    try:
        aside.mkdir(parents=True, exist_ok=True)
        for suffix in SUFFIXES:
            path = folder / (JOURNAL_FILE + suffix)
            if path.exists():
                shutil.move(path, aside / path.name)
        sync_folder(aside)
        sync_folder(folder)
    except OSError as error:
        raise JournalUnwritable(reason=str(error)) from error
    log.error("journal_put_aside", folder=str(aside))
    return aside


def too_often(folder: Path, at: datetime) -> bool:
    """Whether files were put aside again and again within a day."""
    names = [each.name[:10] for each in folder.glob(f"{DAMAGED_FOLDER}/*")]
    return names.count(at.strftime("%Y-%m-%d")) >= MOST_A_DAY


def rewrite(
    folder: Path, key: JournalKey, books: Derived, at: datetime, progress: Progress = lambda seq: None
) -> bool:
    """Write the file anew from its records, and keep the old one; False if these do not hold.

    They hold if every page of them is in order and the journal `key` is one chain. Raises `JournalUnwritable`
    or `JournalDamaged`; the file is as it was then.
    """
    partial = folder / PARTIAL_FILE
    partial.unlink(missing_ok=True)
    try:
        with reading(folder / JOURNAL_FILE) as old, disposing(open_scratch(partial)) as made:
            holds = _copy_records(old, made, key, books, progress)
    except UNREADABLE as error:
        if isinstance(fault := fault_of(error, partial), JournalUnwritable):
            raise fault from error
        holds = False
    except JournalDamaged:
        holds = False
    if holds:
        sync_file(partial)
        partial.replace(folder / REWRITTEN_FILE)
        sync_folder(folder)
        finish_rewriting(folder, at)
    partial.unlink(missing_ok=True)
    return holds


def finish_rewriting(folder: Path, at: datetime) -> None:
    """Put a file that was written anew in its place, also after a power cut in the midst of that."""
    rewritten = folder / REWRITTEN_FILE
    if not rewritten.exists():
        return
    put_aside(folder, at)
    rewritten.replace(folder / JOURNAL_FILE)
    sync_folder(folder)
    log.warning("journal_rewritten")


def _copy_records(
    old: sa.Connection, made: sa.Engine, key: JournalKey, books: Derived, progress: Progress
) -> bool:
    migrate(made)
    with made.connect() as new:
        _keep_tables(new, books)
        if run(old, "PRAGMA main.integrity_check(records)", ()) != [("ok",)]:
            return False
        (regions,) = run(old, "SELECT min(region_id), max(region_id) FROM records", ())
        if regions not in ((None, None), (key.region_id, key.region_id)):
            return False
        for journal_id, _ in heads_in(old, key.region_id):
            each = JournalKey(key.region_id, journal_id)
            if not _copy_journal(old, new, each, books, progress) and each == key:
                return False
        with new.begin():
            _copy_requests(old, new, key.region_id)
        with new.begin():
            _stamp(new)
    return True


def _copy_journal(
    old: sa.Connection, new: sa.Connection, key: JournalKey, books: Derived, progress: Progress
) -> bool:
    """Every record with what follows from it; False if they are not one chain."""
    seq, last, holds = 0, genesis_hash(key.journal_id), True
    for links in _links(old, key):
        for link in links:
            last = chain_hash(last, link.raw) if isinstance(link.raw, bytes) else b""
            holds &= (link.seq, link.hash) == (seq + 1, last)
            seq = link.seq
        with new.begin():
            keep(new, key, links, books.projections, insert_rows)
            note_requests(new, key, links)
        progress(len(links))
    return holds


def _copy_requests(old: sa.Connection, new: sa.Connection, region_id: int) -> None:
    """Those whose records do not name them, as far as they can still be read."""
    try:
        rows = run(old, "SELECT request_id, journal_id, seq FROM requests", ())
    except UNREADABLE as error:
        log.error("requests_unreadable", reason=str(error))
        return
    for row in rows:
        run(new, _TAKE_REQUEST, (*row, region_id, *row[1:]))


_TAKE_REQUEST = (
    "INSERT INTO requests (request_id, journal_id, seq) SELECT ?, ?, ?"
    " WHERE EXISTS (SELECT 1 FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?)"
    " ON CONFLICT DO NOTHING"
)
_AFTER = """SELECT seq, raw, hash FROM main.records WHERE region_id = ? AND journal_id = ? AND seq > ?
    ORDER BY seq LIMIT ?"""


def _refuse_blank(engine: sa.Engine, path: Path) -> None:
    """Pages, and no table that says what is on them: the first page was lost."""
    with engine.connect() as connection, connection.begin():
        (tables,), (pages,) = (
            run(connection, "SELECT count(*) FROM sqlite_schema", ())[0],
            run(connection, "PRAGMA main.page_count", ())[0],
        )
    if not tables and pages > 1 and holds_something(path):
        raise JournalDamaged(reason="the file has pages and no tables")


def _migrate(engine: sa.Engine) -> bool:
    """Whether an older version wrote the file."""
    try:
        return migrate(engine) != REVISION
    except UnknownSchema as refusal:
        with engine.connect() as connection, connection.begin():
            version = run(connection, "PRAGMA main.user_version", ())[0][0]
        if refusal.found != f"{version:04}":
            raise JournalDamaged(reason=f"revision {refusal.found!r}, version {version}") from None
        raise


def _check_stamp(connection: sa.Connection, older: bool) -> None:
    with connection.begin():
        stamped = run(connection, "PRAGMA main.application_id", ())[0][0]
        if older or not stamped:
            _stamp(connection)
        elif stamped != _sum_of_schema(connection):
            raise JournalDamaged(reason="the schema is not as it was written")


def _keep_tables(connection: sa.Connection, books: Derived) -> None:
    """Those of services that are listed anew are filled with what records of before say.

    What is kept already is changed by a migration alone. A service that is taken off the list leaves its
    tables as they are, to be filled anew when it comes back.
    """
    with connection.begin():
        there = {name for (name,) in run(connection, "SELECT name FROM main.sqlite_schema", ())}
        kept = {name for (name,) in run(connection, "SELECT name FROM listed_tables", ())}
        wanted = {each.name: each for each in books.all}
        for name in kept - wanted.keys():
            run(connection, "DELETE FROM listed_tables WHERE name = ?", (name,))
        missing = [each for each in books.all if each.name not in there]
        for table in missing:
            table.create(connection)
        _fill(connection, books, [each for each in books.by_seq if each.name not in kept])
        for name in wanted.keys() - kept:
            run(connection, "INSERT INTO listed_tables (name) VALUES (?)", (name,))
        if missing:
            _stamp(connection)


def _fill(connection: sa.Connection, books: Derived, new: Collection[sa.Table]) -> None:
    """From all records that the file has, whatever journal they are of."""
    for table in new:
        run(connection, f"DELETE FROM {table.name}", ())  # noqa: S608
    journals = run(connection, "SELECT DISTINCT region_id, journal_id FROM records", ()) if new else []
    for key in (JournalKey(*each) for each in journals):
        with Fold(connection, books) as fold:
            for links in _links(connection, key):
                fold.take(key, links)
                fold.fill(new)
                fold.drop_window()


def _links(connection: sa.Connection, key: JournalKey) -> Iterator[list[Link]]:
    seq = 0
    while rows := run(connection, _AFTER, (key.region_id, key.journal_id, seq, ROWS_AT_ONCE)):
        yield [Link(*row) for row in rows]
        seq = rows[-1][0]


def _stamp(connection: sa.Connection) -> None:
    run(connection, f"PRAGMA main.application_id = {_sum_of_schema(connection)}", ())
    run(connection, f"PRAGMA main.user_version = {int(REVISION)}", ())


def _sum_of_schema(connection: sa.Connection) -> int:
    rows = run(connection, "SELECT type, name, sql FROM main.sqlite_schema ORDER BY type, name", ())
    return zlib.crc32(repr(rows).encode()) & 0x7FFFFFFF or 1
