"""Proof of a journal from nothing but its file: chain, running figures, and every table that is derived.

Everything is recomputed from the records' bytes and compared with what the tables say. All is read in one
snapshot, so a kiosk may go on selling meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from kiosk.ledger.audit.folding import AFTER_ALL, BEFORE_ALL, Derived, Fold, Place, stray_requests
from kiosk.ledger.entries import imbalance
from kiosk.ledger.posting import Finding, JournalKey, Link, unbookable
from kiosk.ledger.records import Record, chain_hash, decode, genesis_hash, turnover_fen
from kiosk.ledger.sql import Row, run

RECORDS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wrong:
    """A derived table that is not what the records say, in the rows of `after` < seq <= `up_to`."""

    table: str
    after: int
    up_to: Place
    rows: int
    first_seq: int  # of these rows

    @property
    def finding(self) -> Finding:
        return Finding(self.first_seq, f"wrong_{self.table}", f"{self.rows} rows differ")


@dataclass(slots=True)
class Proof:
    """What was read, and what was found wrong: nothing, if the journal holds."""

    key: JournalKey
    records: int = 0
    head_seq: int = 0
    head_hash: bytes = b""
    turnover_fen: int = 0
    faults: list[Finding] = field(default_factory=list)  # of the records: what comes after proves nothing
    wrong: list[Wrong] = field(default_factory=list)  # of tables that can be made again
    stray_requests: list[bytes] = field(default_factory=list)  # which no record of this journal names

    @property
    def findings(self) -> list[Finding]:
        return [
            *self.faults,
            *(
                Finding(each.first_seq, f"wrong_{each.table}", f"{each.rows} rows differ")
                for each in self.wrong
            ),
            *(Finding(self.head_seq, "stray_request", repr(each)) for each in self.stray_requests),
        ]

    @property
    def mendable(self) -> str:
        """What is wrong that can be made again, for people."""
        rows = sum(each.rows for each in self.wrong) + len(self.stray_requests)
        tables = {each.table for each in self.wrong} | ({"requests"} if self.stray_requests else set())
        return f"{rows} rows of {', '.join(sorted(tables))}"

    @property
    def holds(self) -> bool:
        return not (self.faults or self.wrong or self.stray_requests)


def verify_journal(
    connection: sa.Connection,
    key: JournalKey,
    derived: Derived,
    *,
    last: int | None = None,
    progress: Callable[[int], None] = lambda seq: None,
) -> Proof:
    """Recompute one journal within a database transaction of the caller's.

    With `last`, only that many records at the end and what belongs to them, unless these are all.
    The chain is followed to its first bad record: what comes after a broken link proves nothing, and nothing
    is compared with it.
    """
    chain = _Chain(connection, key, last)
    proof = chain.proof
    after = proof.head_seq or BEFORE_ALL
    whole = not proof.head_seq
    with Fold(connection, derived) as fold:
        for links in chain.windows():
            fold.take(key, links)
            up_to: Place = AFTER_ALL if chain.at_end else proof.head_seq
            found = fold.wrong_in_window(key, after, up_to)
            proof.wrong += [Wrong(name, after, up_to, *rows) for name, rows in found.items()]
            fold.drop_window()
            after = proof.head_seq
            progress(after)
        if fold.repeats:
            proof.wrong.append(Wrong("requests", BEFORE_ALL, AFTER_ALL, fold.repeats, proof.head_seq))
        if whole and not proof.faults:
            if rows := fold.wrong_balances(key):
                proof.wrong.append(Wrong("balances", BEFORE_ALL, AFTER_ALL, rows, proof.head_seq))
            proof.stray_requests = stray_requests(connection, key)
    return proof


class _Chain:
    """Follows the links, checking each against the one before."""

    def __init__(self, connection: sa.Connection, key: JournalKey, last: int | None) -> None:
        self.proof = Proof(key, head_hash=genesis_hash(key.journal_id))
        self.at_end = False
        self._connection, self._place = connection, (key.region_id, key.journal_id)
        self._count = 0
        if last is not None:
            self._trust_all_but(last)

    def windows(self) -> Iterator[list[Link]]:
        """The records that hold, some at a time, and at least once; `at_end` tells of the last."""
        while not self.at_end:
            links: list[Link] = []
            rows = run(self._connection, _AFTER, (*self._place, self.proof.head_seq, RECORDS_AT_ONCE))
            for row in rows:
                fault = self._check(*row)
                if fault is not None:
                    self.proof.faults.append(fault)
                    if links:
                        yield links
                    return
                links.append(Link(*row))
            self.at_end = len(rows) < RECORDS_AT_ONCE
            yield links

    def _trust_all_but(self, last: int) -> None:
        """Begin after a stored record, trusting it, if it can be read."""
        head = run(self._connection, _HEAD, self._place)[0][0]
        before = head - last if isinstance(head, int) else 0
        rows = run(self._connection, _ONE, (*self._place, before)) if before > 0 else []
        try:
            trusted = decode(rows[0][0]) if rows and isinstance(rows[0][1], bytes) else None
        except msgspec.MsgspecError:
            return
        if trusted is not None:
            self.proof.head_seq, self.proof.head_hash = before, rows[0][1]
            self.proof.turnover_fen, self._count = trusted.turnover_fen, trusted.count

    def _check(self, seq: int, raw: bytes, stored_hash: bytes) -> Finding | None:
        proof = self.proof
        if seq != proof.head_seq + 1:
            return Finding(proof.head_seq + 1, "gap", f"the next record is {seq!r}")
        if not (isinstance(raw, bytes) and isinstance(stored_hash, bytes)):
            return Finding(seq, "wrong_type", "record or hash is not stored as bytes")
        computed = chain_hash(proof.head_hash, raw)
        if computed != stored_hash:
            return Finding(seq, "wrong_hash", f"{stored_hash.hex()} stored, {computed.hex()} computed")
        try:
            record = decode(raw)
        except msgspec.MsgspecError as error:
            return Finding(seq, "unreadable_record", str(error))
        return self._add(record, stored_hash)

    def _add(self, record: Record, stored_hash: bytes) -> Finding | None:
        """Count a record that can be read, if it is what a journal may say."""
        proof, seq = self.proof, self.proof.head_seq + 1
        if excess := imbalance(record.postings):
            return Finding(seq, "unbalanced", str(excess))
        if odd := unbookable(record.postings):
            return Finding(seq, "unbookable", str(odd))
        told = (record.seq, record.count, record.turnover_fen)
        fen = proof.turnover_fen + turnover_fen(record.postings)
        computed = (seq, self._count + bool(record.postings), fen)
        if told != computed:
            return Finding(seq, "wrong_totals", f"{told} written, {computed} computed")
        proof.records += 1
        proof.head_seq, proof.head_hash = seq, stored_hash
        _, self._count, proof.turnover_fen = computed
        return None


_MINE = "FROM main.records WHERE region_id = ? AND journal_id = ?"
_AFTER = f"SELECT seq, raw, hash {_MINE} AND seq > ? ORDER BY seq LIMIT ?"
_HEAD = f"SELECT max(seq) {_MINE}"
_ONE = f"SELECT raw, hash {_MINE} AND seq = ?"


def journals_in(connection: sa.Connection, *tables: sa.Table) -> list[Row]:
    """Region and journal of every row in any of the tables."""
    found: set[Row] = set()
    for table in tables:
        place: Row = (BEFORE_ALL, b"")
        after = f"SELECT region_id, journal_id FROM main.{table.name} WHERE (region_id, journal_id) > (?, ?)"  # noqa: S608
        while rows := run(connection, f"{after} ORDER BY region_id, journal_id LIMIT 1", place):
            place = rows[0]
            found.add(place)
    return sorted(found, key=repr)
