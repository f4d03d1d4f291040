"""The kiosk's journal: append-only, hash-chained, durable before anybody is told.

One process writes it, through one `Journal`, one writing at a time. The head is kept in memory so that an
append reads nothing; whenever a write fails, the head is read again from the file, which is the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.audit.faults import UNREADABLE, fault_of, file_of
from kiosk.ledger.entries import Posting, balanced
from kiosk.ledger.errors import JournalClosed, JournalDamaged, JournalUnwritable
from kiosk.ledger.posting import JournalKey, Link, Projections, append
from kiosk.ledger.records import (
    Chained,
    Moment,
    Record,
    chain_hash,
    decode,
    encode,
    encode_body,
    genesis_hash,
    turnover_fen,
)
from kiosk.ledger.sql import insert_rows, run
from kiosk.plain.refusals import Refusal

kiosk_metadata = sa.MetaData()  # what the counter has beside the tables it shares with the office

requests = sa.Table(
    "requests",
    kiosk_metadata,
    sa.Column("request_id", sa.Text, primary_key=True),
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

_FIRST_ANSWER = (
    "SELECT records.raw, records.hash FROM requests JOIN records"
    " ON region_id = ? AND records.journal_id = requests.journal_id AND records.seq = requests.seq"
    " WHERE request_id = ?"
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stands: the last record's place and hash, and the running figures it carries."""

    seq: int
    hash: bytes
    count: int
    turnover_fen: int


class Writing:
    """One database transaction on the journal: look, decide, append. Made by `Journal.writing`."""

    def __init__(
        self,
        connection: sa.Connection,
        key: JournalKey,
        head: Head,
        projections: Projections,
        operator: Callable[[], str],
    ) -> None:
        self.connection = connection
        self.head = self._began_at = head
        self.key = key
        self._projections = projections
        self._operator = operator

    def append(
        self,
        kind: str,
        version: int,
        body: msgspec.Struct,
        *postings: Posting,
        at: Moment,
        tariff_revision: int = 0,
        request_id: str | None = None,
    ) -> Chained:
        """Chain one record; raises `Unbalanced` before anything is written."""
        moved = balanced(*postings)
        record = Record(
            seq=self.head.seq + 1,
            kind=kind,
            version=version,
            boot=at.boot,
            monotonic_ms=at.monotonic_ms,
            boot_wall_ms=at.boot_wall_ms,
            quality=int(at.quality),
            operator=self._operator(),
            tariff_revision=tariff_revision,
            postings=moved,
            body=encode_body(body),
            count=self.head.count + bool(moved),
            turnover_fen=self.head.turnover_fen + turnover_fen(moved),
            request_id=request_id or "",
        )
        raw = encode(record)
        link = Link(record.seq, raw, chain_hash(self.head.hash, raw))
        append(self.connection, self.key, [link], self._projections, insert_rows)
        if request_id is not None:
            insert_rows(self.connection, requests, [(request_id, self.key.journal_id, link.seq)])
        self.head = Head(record.seq, link.hash, record.count, record.turnover_fen)
        return Chained(record, link.hash)

    def last_record(self) -> Record | None:
        last = _last(self.connection, self.key)
        return last.record if last else None

    def once(self, request_id: str, write: Callable[[], Chained]) -> Chained:
        """The record that this request made when it was first asked, or the one that `write` makes now."""
        first = self.first_answer(request_id)
        if first is not None:
            return first
        made = write()
        assert made.record.request_id == request_id, "or it would be made anew when it is asked again"
        return made

    def is_new(self, chained: Chained) -> bool:
        """Whether a record is of this transaction, and no first answer."""
        return chained.record.seq > self._began_at.seq

    def first_answer(self, request_id: str) -> Chained | None:
        """The record that this request made when it was first asked.

        For whoever asks others between looking and writing; all else goes by `once`.
        """
        found = run(self.connection, _FIRST_ANSWER, (self.key.region_id, request_id))
        return Chained(decode(found[0][0]), found[0][1]) if found else None


class Journal:
    """The one writer of a kiosk's journal."""

    def __init__(
        self,
        engine: sa.Engine,
        key: JournalKey,
        projections: Projections,
        on_commit: Callable[[JournalKey, Head], None] = lambda key, head: None,
        operator: Callable[[], str] = lambda: "",
    ) -> None:
        self.key = key
        self._operator = operator
        self.engine = engine
        self._on_commit = on_commit
        self._projections = projections
        self._lock = threading.Lock()
        self._doubtful = False
        self._closed = False
        self.broken = False  # the database said that the file is none
        self.doubted = False  # something went wrong that nothing here explains: look whether all is in order
        with engine.connect() as connection, connection.begin():
            self._head = _read_head(connection, key)
        self._connection = engine.connect()

    @property
    def head(self) -> Head:
        return self._head

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction, committed and durable at the end of the block, or as if it had never begun.

        Raises `JournalUnwritable` if the disk does not take it, `JournalDamaged` if the file is none, and
        `JournalClosed` once another journal is written.
        """
        with self._lock:
            if self._closed:
                raise JournalClosed
            try:
                with self._connection.begin():
                    if self._doubtful:
                        self._head = _read_head(self._connection, self.key)
                        self._doubtful = False
                    writing = Writing(
                        self._connection, self.key, self._head, self._projections, self._operator
                    )
                    yield writing
                if writing.head is not self._head:
                    self._on_commit(self.key, writing.head)
                self._head = writing.head
            except Refusal as refusal:
                self.broken |= isinstance(refusal, JournalDamaged)
                raise
            except sa.exc.IntegrityError:
                self.doubted = True
                raise  # a second writer, a wrong row, or a defect of ours: never the disk
            except UNREADABLE as error:
                fault = self._fault_of(error)
                if isinstance(fault, JournalUnwritable):
                    self._doubt()
                raise fault from error
            except Exception:
                self.doubted = True
                raise

    @contextmanager
    def looking(self, reader: sa.Engine) -> Iterator[sa.Connection]:
        """One transaction of the file's reader, which keeps no sale waiting. Raises like `writing` where the
        file cannot be read.
        """
        try:
            with reader.connect() as connection, connection.begin():
                yield connection
        except UNREADABLE as error:
            raise self._fault_of(error) from error

    def _fault_of(
        self, error: sa.exc.DatabaseError | UnicodeDecodeError
    ) -> JournalDamaged | JournalUnwritable:
        fault = fault_of(error, file_of(self.engine))
        self.broken |= isinstance(fault, JournalDamaged)
        return fault

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._connection.close()

    def _doubt(self) -> None:
        """Only the file can tell whether a failed commit reached it: ask it before the next writing.

        The connection is kept while it can be asked. It knows what a failed sync left in the log and writes
        over it; a new connection would take that for committed, and the system would not write it again, so
        that later sales would stand on what a power cut takes away.
        """
        if self._doubtful or self._connection.in_transaction():
            self._reconnect()
        self._doubtful = True

    def _reconnect(self) -> None:
        self._connection.invalidate()
        self._connection.close()
        self._connection = self.engine.connect()


def request_of(raw: bytes) -> str:
    """The id that a record was asked for with; empty if it had none, or cannot be read."""
    try:
        return decode(raw).request_id
    except msgspec.MsgspecError:
        return ""


def heads_in(connection: sa.Connection, region_id: int) -> list[tuple[bytes, Head]]:
    """All journals in the file and where they stand, in the order in which they were written last."""
    found: list[tuple[tuple[int, int], bytes, Head]] = []
    for journal_id in _journals_in(connection, region_id):
        seq, raw, last_hash = run(connection, _LAST_OF, (region_id, journal_id))[0]
        try:
            last = decode(raw)
            written, figures = (last.boot, last.monotonic_ms), (last.count, last.turnover_fen)
        except msgspec.MsgspecError:
            written, figures = (0, 0), (0, 0)
        found.append((written, journal_id, Head(seq, as_hash(last_hash), *figures)))
    return [(journal_id, head) for _, journal_id, head in sorted(found, key=lambda each: each[0])]


def _journals_in(connection: sa.Connection, region_id: int) -> Iterator[bytes]:
    """Their ids in order; what is no id is passed over."""
    journal_id = b""
    while rows := run(connection, _NEXT_JOURNAL, (region_id, journal_id)):
        if isinstance(rows[0][0], bytes) and rows[0][0] <= journal_id:
            raise JournalDamaged(reason="the journals are not in their order")
        journal_id = rows[0][0]
        if isinstance(journal_id, bytes):
            yield journal_id


def hash_at(connection: sa.Connection, key: JournalKey, seq: int) -> bytes | None:
    """The hash after a record; None if the file has no such record."""
    if seq == 0:
        return genesis_hash(key.journal_id)
    rows = run(connection, _HASH_AT, (key.region_id, key.journal_id, seq))
    return as_hash(rows[0][0]) if rows else None


def as_hash(stored: object) -> bytes:
    """A stored hash; nothing's hash if what is stored there is none."""
    return stored if isinstance(stored, bytes) else b""


_HASH_AT = "SELECT hash FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"
_NEXT_JOURNAL = (
    "SELECT journal_id FROM records WHERE region_id = ? AND journal_id > ? ORDER BY journal_id LIMIT 1"
)
_LAST_OF = (
    "SELECT CAST(seq AS INTEGER), raw, hash FROM records WHERE region_id = ? AND journal_id = ?"
    " ORDER BY seq DESC LIMIT 1"
)


def _read_head(connection: sa.Connection, key: JournalKey) -> Head:
    last = _last(connection, key)
    if last is None:
        return Head(0, genesis_hash(key.journal_id), 0, 0)
    return Head(last.record.seq, last.hash, last.record.count, last.record.turnover_fen)


_LAST = "SELECT raw, hash FROM records WHERE region_id = ? AND journal_id = ? ORDER BY seq DESC LIMIT 1"


def _last(connection: sa.Connection, key: JournalKey) -> Chained | None:
    found = run(connection, _LAST, (key.region_id, key.journal_id))
    if not found:
        return None
    try:
        return Chained(decode(found[0][0]), found[0][1])
    except msgspec.MsgspecError as error:
        raise JournalDamaged(reason=f"the last record cannot be read: {error}") from error
