"""Known ways to get it wrong, each planted into the production code: the oracle must catch every one.

`within` is how many seeds, from 0 on, it may take. A mutant that outlives them says that the simulator, not
the program, is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import msgspec
import sqlalchemy as sa

from kiosk.ledger.journal import Writing
from kiosk.people.identify import Identifier
from kiosk.services.canteen.actions import Canteen
from kiosk.store import engine as store_engine
from sync import cursor as sync_cursor
from sync.cursor import Cursor
from sync.office import answering, database, own_journal, publishing
from sync.office.office import Office
from sync.push import PushStage


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault of ours, what it does to lunch, and the seeds within which it must show."""

    name: str
    plant: Callable[[], AbstractContextManager[Any]]
    within: int


MUTANTS: list[Mutant] = []


def mutant(within: int) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    def register(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        MUTANTS.append(Mutant(plant.__name__, contextmanager(plant), within))
        return plant

    return register


def _relaxed(connect: Callable[..., Any]) -> Callable[..., Any]:
    """An engine whose commits are not synced any more."""

    def opened(*args: Any, **options: Any) -> sa.Engine:
        engine = connect(*args, **options)

        @sa.event.listens_for(engine, "connect")
        def relax(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")

        return engine

    return opened


@mutant(within=3)
def counter_without_fsync() -> Iterator[None]:
    """The last sales before a power cut are gone."""
    with patch("kiosk.counter.open_journal", _relaxed(store_engine.open_journal)):
        yield


@mutant(within=8)
def office_without_fsync() -> Iterator[None]:
    """The office forgets what it has acknowledged."""
    with patch.object(database, "_sqlite", _relaxed(database._sqlite)):
        yield


@mutant(within=8)
def acks_before_commit() -> Iterator[None]:
    """The office acknowledges a batch and commits it when the next request comes."""
    pending: list[ExitStack] = []
    begin = Office.__init__

    @contextmanager
    def later(engine: sa.Engine) -> Iterator[sa.Connection]:
        stack = ExitStack()
        yield stack.enter_context(database.writing(engine))
        pending.append(stack)

    def settling(office: Office, settings: Any) -> None:
        begin(office, settings)
        connect = office.engine.connect

        def settled() -> sa.Connection:
            while pending:
                pending.pop().close()
            return connect()

        office.engine.connect = settled

    with patch.object(Office, "__init__", settling), patch.object(answering, "writing", later):
        yield


@mutant(within=3)
def grants_as_deltas() -> Iterator[None]:
    """A kiosk adds what it hears instead of taking it as the sum."""
    apply = Cursor.apply

    def adding(cursor: Cursor, page: Any, items: Any, *rest: Any) -> None:
        with cursor._engine.begin() as connection:
            rows = connection.execute(sa.text("SELECT key, value FROM items WHERE kind = 'grant'")).all()
        before = {key: msgspec.msgpack.decode(value)["granted"] for key, value in rows}
        changed = []
        for item in items:
            if item.kind == "grant" and item.value is not None:
                grant = msgspec.msgpack.decode(item.value)
                grant["granted"] += before.get(item.key, 0)
                item = msgspec.structs.replace(item, value=msgspec.msgpack.encode(grant))
            changed.append(item)
        apply(cursor, page, changed, *rest)

    with patch.object(Cursor, "apply", adding):
        yield


@mutant(within=3)
def cursor_from_a_plain_sequence() -> Iterator[None]:
    """A catalogue revision that becomes visible after its successor is never read."""
    write, held_back = publishing.run_many, []

    def late(connection: sa.Connection, statement: str, rows: list[Any]) -> None:
        if statement is not publishing._UPSERT:
            write(connection, statement, rows)
            return
        due, held_back[:] = held_back[:], rows[-1:] if rows[-1][4] % 3 == 0 else []
        write(connection, statement, [*due, *(rows[:-1] if held_back else rows)])

    with patch.object(publishing, "run_many", late):
        yield


@mutant(within=3)
def requests_forgotten() -> Iterator[None]:
    """A repeated request is a new one."""
    with (
        patch.object(Writing, "first_answer", lambda _writing, _request: None),
        patch("kiosk.ledger.journal.requests", None),
        patch("kiosk.ledger.journal.insert_rows", _unless_none),
    ):
        yield


def _unless_none(connection: sa.Connection, table: sa.Table | None, rows: Any) -> None:
    from kiosk.ledger.sql import insert_rows

    if table is not None:
        insert_rows(connection, table, rows)


@mutant(within=3)
def office_requests_forgotten() -> Iterator[None]:
    """A double click at the office books twice."""
    with (
        patch.object(own_journal._Chain, "_first_answer", lambda _chain, _request: None),
        patch.object(own_journal, "_REMEMBER", own_journal._REMEMBER.replace("INSERT", "INSERT OR REPLACE")),
    ):
        yield


@mutant(within=3)
def portions_forgotten() -> Iterator[None]:
    """The counter does not look whether somebody has eaten."""
    with patch.object(Canteen, "_portions", lambda *_args: []):
        yield


@mutant(within=6)
def blocks_not_read() -> Iterator[None]:
    """A lost card goes on eating."""
    usable = Identifier._usable_card

    def blind(identifier: Identifier, token: str, day: Any) -> Any:
        with patch.object(identifier._directory, "block", lambda _token: None):
            return usable(identifier, token, day)

    with patch.object(Identifier, "_usable_card", blind):
        yield


@mutant(within=3)
def cursor_before_the_answer() -> Iterator[None]:
    """The sync process takes for delivered what it has sent."""
    take = PushStage._take

    def hasty(stage: PushStage, journal_id: bytes, acked_seq: int) -> Any:
        batch = take(stage, journal_id, acked_seq)
        stage._cursor.move(journal_id, batch.claimed_seq)
        return batch

    with patch.object(PushStage, "_take", hasty):
        yield


@mutant(within=3)
def snapshot_keeps_the_gone() -> Iterator[None]:
    """Items that no longer exist stay in a kiosk's catalogue."""
    with patch.object(sync_cursor, "_write_items", _without_deleting(sync_cursor._write_items)):
        yield


def _without_deleting(write: Callable[..., None]) -> Callable[..., None]:
    def kept(connection: sa.Connection, items: Any, in_snapshot: bool) -> None:
        write(connection, [item for item in items if item.value is not None], in_snapshot)

    return kept
