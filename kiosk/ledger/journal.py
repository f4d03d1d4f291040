"""The kiosk's journal: append-only, hash-chained, durable before anybody is told.

One process writes it, through one `Journal`, one writing at a time. The head is kept in memory so that an
append reads nothing; whenever a write fails, the head is read again from the file, which is the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.entries import Posting, balanced
from kiosk.ledger.errors import JournalDamaged, JournalUnwritable
from kiosk.ledger.posting import InsertRows, JournalKey, Link, Projections, append, insert_rows
from kiosk.ledger.records import (
    Moment,
    Record,
    chain_hash,
    decode,
    encode,
    encode_body,
    genesis_hash,
    turnover_fen,
)

kiosk_metadata = sa.MetaData()  # what the counter has beside the tables it shares with the office

requests = sa.Table(
    "requests",
    kiosk_metadata,
    sa.Column("request_id", sa.Text, primary_key=True),
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
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
        insert: InsertRows,
    ) -> None:
        self.connection = connection
        self.head = head
        self._key = key
        self._projections = projections
        self._insert = insert

    def append(
        self,
        kind: str,
        version: int,
        body: msgspec.Struct,
        *postings: Posting,
        at: Moment,
        operator: str = "",
        tariff_revision: int = 0,
        request_id: str | None = None,
    ) -> Link:
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
            operator=operator,
            tariff_revision=tariff_revision,
            postings=moved,
            body=encode_body(body),
            count=self.head.count + bool(moved),
            turnover_fen=self.head.turnover_fen + turnover_fen(moved),
        )
        raw = encode(record)
        link = Link(record.seq, raw, chain_hash(self.head.hash, raw))
        append(self.connection, self._key, [link], self._projections, self._insert)
        if request_id is not None:
            row = {"request_id": request_id, "journal_id": self._key.journal_id, "seq": link.seq}
            self.connection.execute(requests.insert(), row)
        self.head = Head(record.seq, link.hash, record.count, record.turnover_fen)
        return link

    def first_answer(self, request_id: str) -> Record | None:
        """The record that this request made when it was first asked."""
        found = self.connection.execute(
            sa.select(tables.records.c.raw)
            .join(
                requests,
                (requests.c.journal_id == tables.records.c.journal_id)
                & (requests.c.seq == tables.records.c.seq),
            )
            .where(requests.c.request_id == request_id)
        ).scalar()
        return decode(found) if found is not None else None


class Journal:
    """The one writer of a kiosk's journal."""

    def __init__(
        self,
        engine: sa.Engine,
        key: JournalKey,
        projections: Projections,
        insert: InsertRows = insert_rows,
    ) -> None:
        self.key = key
        self.engine = engine
        self._projections = projections
        self._insert = insert
        self._lock = threading.Lock()
        self._connection = engine.connect()
        self._head = self._read_head()

    @property
    def head(self) -> Head:
        return self._head

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction, committed and durable at the end of the block, or as if it had never begun.

        Raises `JournalUnwritable` if the disk does not take it.
        """
        with self._lock:
            try:
                with self._connection.begin():
                    writing = Writing(self._connection, self.key, self._head, self._projections, self._insert)
                    yield writing
                self._head = writing.head
            except sa.exc.OperationalError as error:
                self._connection.invalidate()
                self._connection.close()
                self._connection = self.engine.connect()
                self._head = self._read_head()
                raise JournalUnwritable(reason=str(error.orig)) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _read_head(self) -> Head:
        with self._connection.begin():
            row = self._connection.execute(
                sa.select(tables.records.c.raw, tables.records.c.hash)
                .where(
                    tables.records.c.region_id == self.key.region_id,
                    tables.records.c.journal_id == self.key.journal_id,
                )
                .order_by(tables.records.c.seq.desc())
                .limit(1)
            ).one_or_none()
        if row is None:
            return Head(0, genesis_hash(self.key.journal_id), 0, 0)
        try:
            record = decode(row.raw)
        except msgspec.MsgspecError as error:
            raise JournalDamaged(reason=f"the last record cannot be read: {error}") from error
        return Head(record.seq, row.hash, record.count, record.turnover_fen)
