"""The push stage: what the office has not acknowledged, oldest first, one batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kiosk.clock import TimeSource, machine_time
from kiosk.incarnation import SEALED
from kiosk.ledger.records import genesis_hash
from kiosk.ledger.sql import run
from kiosk.store.engine import open_readonly
from sync import columns, compression, signing
from sync.cursor import Cursor
from sync.enrolment import Enrolment
from sync.errors import Garbled, HistoryForked, HistoryLost
from sync.hearing import hear
from sync.messages import (
    HASH_PREFIX_BYTES,
    MAX_BATCH_RECORDS,
    Ack,
    Answer,
    Fork,
    Gap,
    Push,
    fitting,
)
from sync.signing import PublicKeys, SigningKey
from sync.transport import Transport

FILE = "journal.db"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One batch's outcome: records the office has now, records it still lacks, and when to come again."""

    records: int
    left: int
    delay_ms: int


class PushStage:
    """Reads `journal.db` and sends. A repeat after a lost answer is the same bytes again."""

    def __init__(
        self,
        folder: Path,
        enrolment: Enrolment,
        key: SigningKey,
        cursor: Cursor,
        source: TimeSource | None = None,
    ) -> None:
        self._file = folder / FILE
        self._engine = open_readonly(self._file)
        self._region_id, self._current = enrolment.region_id, enrolment.journal
        self._key, self._cursor = key, cursor
        self._source = source or machine_time()
        self._ahead = ThreadPoolExecutor(1, "next-batch")
        self._ready: tuple[bytes, int, Future[tuple[Push, int]]] | None = None

    def close(self) -> None:
        self._ahead.shutdown()
        self._engine.dispose()

    def run(self, transport: Transport, pinned: PublicKeys) -> list[Pushed]:
        """Push one batch of each journal that has something new; nothing pushed means nothing is left.

        A journal that the office holds something against does not keep back the others: its error is
        raised when they have had their turn.
        """
        pushed, errors = [], []
        for journal_id in self.journals():
            acked_seq = self._cursor.acked_seq(journal_id)
            if self._head_seq(journal_id) == acked_seq:
                continue
            try:
                with self._noting(journal_id, acked_seq):
                    pushed.append(self._push(transport, pinned, journal_id, acked_seq))
            except (HistoryForked, HistoryLost) as error:
                errors.append(error)
        if errors and not pushed:
            raise errors[0]
        return pushed

    def unsent(self, journal_id: bytes) -> Iterator[tuple[int, Push]]:
        """All that the office is not known to have, in batches, each with its last record.

        Raises `HistoryLost` once that is noted.
        """
        last_seq = self._cursor.acked_seq(journal_id)
        with self._noting(journal_id, last_seq):
            while self._head_seq(journal_id) != last_seq:
                batch, last_seq = self._batch(journal_id, last_seq)
                yield last_seq, batch

    def settle_late(self, journal_id: bytes, batch: Push, answer: Answer) -> None:
        """An answer that took its time: what has been overtaken since moves nothing.

        Raises `HistoryForked` or `HistoryLost` once that is noted.
        """
        acked_seq = self._cursor.acked_seq(journal_id)
        match answer:
            case Ack(head_seq=head_seq) if head_seq <= acked_seq:
                return
            case Gap() if batch.first_seq != acked_seq + 1:
                return
            case Ack(head_hash=head_hash):  # of a batch that may no longer be what the journal says
                answer = msgspec.structs.replace(answer, head_hash=head_hash or batch.head_hash)
        with self._noting(journal_id, acked_seq):
            self._settle(journal_id, acked_seq, batch, answer, asked_ms=None)

    @contextmanager
    def _noting(self, journal_id: bytes, acked_seq: int) -> Iterator[None]:
        """Note what the office holds against a journal before it is raised."""
        try:
            yield
        except (HistoryForked, HistoryLost) as error:
            self._cursor.move(journal_id, acked_seq, error.code)
            raise

    def greet(self, transport: Transport, pinned: PublicKeys) -> None:
        """Ask the office how far it has what it acknowledged; a restored one has less, and gets it again."""
        for journal_id in self.journals():
            acked_seq = self._cursor.acked_seq(journal_id)
            if not acked_seq:
                continue
            try:
                greeting = self._greeting(journal_id, acked_seq, self._hash(journal_id, acked_seq))
                self._send(transport, pinned, journal_id, acked_seq, greeting)
            except (HistoryForked, HistoryLost):
                pass  # `run` meets it too, and notes it

    def _greeting(self, journal_id: bytes, acked_seq: int, acked_hash: bytes) -> Push:
        return Push(
            first_seq=acked_seq + 1,
            previous_hash=acked_hash[:HASH_PREFIX_BYTES],
            head_hash=acked_hash,
            claimed_seq=self._head_seq(journal_id),
            dictionary=compression.NONE,
            records=compression.compress(columns.pack([])),
        )

    def _push(self, transport: Transport, pinned: PublicKeys, journal_id: bytes, acked_seq: int) -> Pushed:
        return self._send(transport, pinned, journal_id, acked_seq, self._take(journal_id, acked_seq))

    def _send(
        self, transport: Transport, pinned: PublicKeys, journal_id: bytes, acked_seq: int, batch: Push
    ) -> Pushed:
        path = f"/v1/journals/{journal_id.hex()}"
        asked_ms = self._source.monotonic_ms()
        answer = transport.ask(path, signing.push_context(journal_id), batch, self._key, pinned)
        return self._settle(journal_id, acked_seq, batch, answer, asked_ms)

    def _take(self, journal_id: bytes, acked_seq: int) -> Push:
        """The next batch; while the office works on it, the one after it is made ready."""
        made_ready, self._ready = self._ready, None
        if made_ready is not None and made_ready[:2] == (journal_id, acked_seq):
            batch, last_seq = made_ready[2].result()
        else:
            batch, last_seq = self._batch(journal_id, acked_seq)
        if last_seq < batch.claimed_seq:
            self._ready = (journal_id, last_seq, self._ahead.submit(self._batch, journal_id, last_seq))
        return batch

    def _settle(
        self, journal_id: bytes, acked_seq: int, batch: Push, answer: Answer, asked_ms: int | None
    ) -> Pushed:
        """Move the cursor as the answer says, or say why it cannot be."""
        match answer:
            case Ack(head_seq=head_seq, head_hash=head_hash):
                if head_hash and head_hash != self._hash(journal_id, head_seq):
                    raise HistoryForked(f"at record {head_seq}")
                heard = None
                if journal_id == self._current and asked_ms is not None:
                    heard = hear(self._source, asked_ms, answer.office_ms)
                self._cursor.acknowledge(journal_id, head_seq, heard)
                if answer.sealed:
                    self._cursor.move(journal_id, head_seq, SEALED)
                return Pushed(head_seq - acked_seq, batch.claimed_seq - head_seq, answer.delay_ms)
            case Gap(expected_seq=expected_seq) if expected_seq <= acked_seq:
                self._cursor.move(journal_id, expected_seq - 1)
                return Pushed(0, batch.claimed_seq - expected_seq + 1, 0)
            case Fork(seq=seq):
                raise HistoryForked(f"at record {seq}")
        raise Garbled(f"{type(answer).__name__} is no answer to this push")

    def _batch(self, journal_id: bytes, acked_seq: int) -> tuple[Push, int]:
        """What comes after a record, as much as fits; and the last record in it."""
        rows = self._query(_AFTER, journal_id, acked_seq, MAX_BATCH_RECORDS)
        taken = rows[: fitting([len(row[0]) for row in rows])]
        batch = Push(
            first_seq=acked_seq + 1,
            previous_hash=self._hash(journal_id, acked_seq)[:HASH_PREFIX_BYTES],
            head_hash=taken[-1][1],
            claimed_seq=self._head_seq(journal_id),
            dictionary=compression.SALES,
            records=compression.compress(columns.pack([row[0] for row in taken]), compression.SALES),
        )
        return batch, acked_seq + len(taken)

    def _hash(self, journal_id: bytes, seq: int) -> bytes:
        if seq == 0:
            return genesis_hash(journal_id)
        rows = self._query(_HASH, journal_id, seq)
        if not rows:
            raise HistoryLost(f"the office has record {seq}, this kiosk has not")
        return bytes(rows[0][0])

    def _head_seq(self, journal_id: bytes) -> int:
        return int(self._query(_HEAD, journal_id)[0][0] or 0)

    def journals(self) -> list[bytes]:
        """Journals in the file, the current one last: what came before it must be told before it."""
        if not self._file.exists():
            return []
        found: list[bytes] = []
        while rows := self._query(_NEXT_JOURNAL, found[-1] if found else b""):
            found.append(rows[0][0])
        return sorted(found, key=lambda journal_id: journal_id == self._current)

    def _query(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        with self._engine.connect() as connection, connection.begin():
            return run(connection, statement, (self._region_id, *values))


_MINE = "FROM records WHERE region_id = ? AND journal_id"
_AFTER = f"SELECT raw, hash {_MINE} = ? AND seq > ? ORDER BY seq LIMIT ?"
_HASH = f"SELECT hash {_MINE} = ? AND seq = ?"
_HEAD = f"SELECT max(seq) {_MINE} = ?"
_NEXT_JOURNAL = f"SELECT journal_id {_MINE} > ? ORDER BY journal_id LIMIT 1"
