"""Proof of a journal from nothing but its file: chain, running figures, postings and balances.

Everything is recomputed from the records' bytes and compared with what the tables say. The rows are read
in one pass and in one snapshot, so a kiosk may go on selling meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.entries import imbalance
from kiosk.ledger.posting import Finding, JournalKey, unbookable
from kiosk.ledger.records import Record, chain_hash, decode, genesis_hash, turnover_fen

ROWS_AT_ONCE = 2000
Sums = dict[tuple[str, str], list[int]]  # (account, unit) -> [credits, debits]


@dataclass(slots=True)
class Proof:
    """What was read, and what was found wrong: nothing, if the journal holds."""

    records: int = 0
    head_seq: int = 0
    head_hash: bytes = b""
    turnover_fen: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings


def verify_journal(
    connection: sa.Connection,
    key: JournalKey,
    *,
    last: int | None = None,
    progress: Callable[[int], None] = lambda seq: None,
) -> Proof:
    """Recompute one journal. With `last`, only that many records at the end, and no balances.

    The chain is followed to its first bad record: what comes after a broken link proves nothing.
    """
    chain = _Chain(connection, key, last)
    proof = chain.proof
    sums: Sums = defaultdict(lambda: [0, 0])
    written = _Peekable(_posting_rows(connection, key, chain.first_seq))
    for record in chain.records():
        _compare_postings(record, written, proof)
        for each in record.postings:
            sums[each.account, each.unit][each.quantity < 0] += abs(each.quantity)
        if record.seq % ROWS_AT_ONCE == 0:
            progress(record.seq)
    if proof.holds and (left := written.rest()):
        proof.findings.append(Finding(left[0], "wrong_postings", f"{left} stored, of no record"))
    if last is None and proof.holds:
        _compare_balances(connection, key, sums, proof)
    return proof


class _Chain:
    """Follows the links, checking each against the one before."""

    def __init__(self, connection: sa.Connection, key: JournalKey, last: int | None) -> None:
        self.proof = Proof(head_hash=genesis_hash(key.journal_id))
        self._rows = tables.records
        self._connection = connection
        self._mine = (self._rows.c.region_id == key.region_id) & (self._rows.c.journal_id == key.journal_id)
        self._count = 0
        self.first_seq = self._start(last) if last is not None else 1

    def records(self) -> Iterator[Record]:
        query = (
            sa.select(self._rows.c.seq, self._rows.c.raw, self._rows.c.hash)
            .where(self._mine, self._rows.c.seq >= self.first_seq)
            .order_by(self._rows.c.seq)
            .execution_options(yield_per=ROWS_AT_ONCE)
        )
        for seq, raw, stored_hash in self._connection.execute(query):
            record, fault = self._check(seq, raw, stored_hash)
            if fault is not None or record is None:
                self.proof.findings.append(fault or Finding(seq, "unreadable_record", ""))
                return
            yield record

    def _start(self, last: int) -> int:
        """Begin after a stored record, trusting it."""
        head = self._connection.execute(sa.select(sa.func.max(self._rows.c.seq)).where(self._mine)).scalar()
        before = (head or 0) - last
        if before < 1:
            return 1
        row = self._connection.execute(
            sa.select(self._rows.c.raw, self._rows.c.hash).where(self._mine, self._rows.c.seq == before)
        ).one_or_none()
        if row is None:
            return 1
        trusted = decode(row.raw)
        self.proof.head_seq, self.proof.head_hash = before, row.hash
        self.proof.turnover_fen, self._count = trusted.turnover_fen, trusted.count
        return before + 1

    def _check(self, seq: int, raw: bytes, stored_hash: bytes) -> tuple[Record | None, Finding | None]:
        proof = self.proof
        if seq != proof.head_seq + 1:
            return None, Finding(proof.head_seq + 1, "gap", f"the next record is {seq}")
        if not (isinstance(raw, bytes) and isinstance(stored_hash, bytes)):
            return None, Finding(seq, "wrong_type", "record or hash is not stored as bytes")
        computed = chain_hash(proof.head_hash, raw)
        if computed != stored_hash:
            return None, Finding(seq, "wrong_hash", f"{stored_hash.hex()} stored, {computed.hex()} computed")
        try:
            record = decode(raw)
        except msgspec.MsgspecError as error:
            return None, Finding(seq, "unreadable_record", str(error))
        proof.records += 1
        proof.head_seq, proof.head_hash = seq, stored_hash
        proof.turnover_fen += turnover_fen(record.postings)
        self._count += bool(record.postings)
        return record, self._wrong_figures(record)

    def _wrong_figures(self, record: Record) -> Finding | None:
        excess = imbalance(record.postings)
        if excess:
            return Finding(record.seq, "unbalanced", str(excess))
        if odd := unbookable(record.postings):
            return Finding(record.seq, "unbookable", str(odd))
        told = (record.seq, record.count, record.turnover_fen)
        computed = (self.proof.head_seq, self._count, self.proof.turnover_fen)
        if told != computed:
            return Finding(record.seq, "wrong_totals", f"{told} written, {computed} computed")
        return None


PostingRow = tuple[int, int, str, str, int]


class _Peekable:
    """Posting rows, handed out record by record."""

    def __init__(self, rows: Iterable[PostingRow]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def rest(self) -> PostingRow | None:
        """The first row that nobody took."""
        return self._next

    def up_to(self, seq: int) -> list[PostingRow]:
        taken = []
        while self._next is not None and self._next[0] <= seq:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken


def _posting_rows(connection: sa.Connection, key: JournalKey, first_seq: int) -> Iterator[PostingRow]:
    p = tables.postings.c
    query = (
        sa.select(p.seq, p.n, p.account, p.unit, p.quantity)
        .where(p.region_id == key.region_id, p.journal_id == key.journal_id, p.seq >= first_seq)
        .order_by(p.seq, p.n)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    yield from connection.execute(query)


def _compare_postings(record: Record, written: _Peekable, proof: Proof) -> None:
    computed = [
        (record.seq, n, each.account, each.unit.value, each.quantity)
        for n, each in enumerate(record.postings)
    ]
    stored = written.up_to(record.seq)
    if stored != computed:
        proof.findings.append(Finding(record.seq, "wrong_postings", f"{stored} stored, {computed} computed"))


def _compare_balances(connection: sa.Connection, key: JournalKey, sums: Sums, proof: Proof) -> None:
    b = tables.balances.c
    query = sa.select(b.account, b.unit, b.credits, b.debits).where(
        b.region_id == key.region_id, b.journal_id == key.journal_id
    )
    stored = {(account, unit): [plus, minus] for account, unit, plus, minus in connection.execute(query)}
    computed = dict(sums)
    for name in sorted(stored.keys() | computed.keys()):
        if stored.get(name) != computed.get(name):
            detail = f"{name}: {stored.get(name)} stored, {computed.get(name)} computed"
            proof.findings.append(Finding(proof.head_seq, "wrong_balance", detail))
