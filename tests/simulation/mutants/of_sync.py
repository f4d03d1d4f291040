"""Mistakes in what is durable, and in what travels between kiosk and office."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import msgspec
import sqlalchemy as sa

from kiosk.ledger.records import chain_hash
from kiosk.store import engine as store_engine
from sync.local import cursor as sync_cursor
from sync.local.cursor import Cursor
from sync.office.api import answering
from sync.office.books import heads
from sync.office.catalogue import publishing
from sync.office.intake import intake
from sync.office.office import Office
from sync.office.store import database
from sync.stages.push import PushStage
from sync.wire.messages import Ack
from tests.simulation.mutants.planting import mutant


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
    with patch("kiosk.journal.journal_file.open_journal", _relaxed(store_engine.open_journal)):
        yield


@mutant(within=8)
def office_without_fsync() -> Iterator[None]:
    """The office forgets what it has acknowledged."""
    with patch.object(database, "_sqlite", _relaxed(database._sqlite)):
        yield


@mutant(within=12, shown_by=8)
def acks_before_commit() -> Iterator[None]:
    """The office acknowledges a batch and commits it when the next request comes."""
    pending: list[ExitStack] = []
    begin, end = Office.__init__, Office.close

    @contextmanager
    def later(engine: sa.Engine) -> Iterator[sa.Connection]:
        stack = ExitStack()
        yield stack.enter_context(database.writing(engine))
        pending.append(stack)

    def settling(office: Office, *what: Any) -> None:
        begin(office, *what)
        connect = office.engine.connect

        def settled() -> sa.Connection:
            while pending:
                pending.pop().close()
            return connect()

        office.engine.connect = settled

    def dying(office: Office) -> None:
        while pending:
            pending.pop().__exit__(SystemExit, SystemExit(), None)  # rolled back, as a dead process's is
        end(office)

    with (
        patch.object(Office, "__init__", settling),
        patch.object(Office, "close", dying),
        patch.object(answering, "writing", later),
    ):
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


@mutant(within=3, shown_by=1)
def cursor_before_the_answer() -> Iterator[None]:
    """The sync process takes for delivered what it has sent."""
    take = PushStage._take

    def hasty(stage: PushStage, journal_id: bytes, acked_seq: int) -> Any:
        batch, last_seq = take(stage, journal_id, acked_seq)
        stage._cursor.move(journal_id, batch.claimed_seq)
        return batch, last_seq

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


@mutant(within=12, shown_by=2)
def overlaps_skipped_blindly() -> Iterator[None]:
    """The office takes records under numbers that it has for the ones it has."""
    take_in = intake.Intake.take_in

    def blind(
        self: Any, connection: sa.Connection, device: Any, key: Any, push: Any, raws: Any, at_ms: int
    ) -> Any:
        head = heads.lock_head(connection, key)
        if head is None or head.seq < push.first_seq - 1:
            return take_in(self, connection, device, key, push, raws, at_ms)
        new = raws[head.seq - push.first_seq + 1 :]
        last = head.hash
        for raw in new:
            last = chain_hash(last, raw)
        changed = {"first_seq": head.seq + 1, "previous_hash": head.hash[:8], "head_hash": last}
        answer = take_in(
            self, connection, device, key, msgspec.structs.replace(push, **changed), list(new), at_ms
        )
        return msgspec.structs.replace(answer, head_hash=b"") if isinstance(answer, Ack) else answer

    with patch.object(intake.Intake, "take_in", blind):
        yield


@mutant(within=12, shown_by=2)
def left_records_forgotten() -> Iterator[None]:
    """A new journal is begun, and what the office lacks of the old one is not entered anew."""
    with patch("kiosk.journal.renewal.recover_some", lambda *_args: 0):
        yield


@mutant(within=40, shown_by=31)
def restored_office_grants_at_once() -> Iterator[None]:
    """Books that were put back to a backup grant what they have forgotten to have granted."""
    with patch("sync.office.rights.granting.is_resting", lambda *_args: False):
        yield
