"""The office's own journal: opening balances, top-ups over its counter, corrections.

The same chain and the same postings as at a kiosk, so that the books are one fold of journals and nothing
else. The office asks nobody before it books, but it does not take money that a kiosk may be spending at this
very moment, unless a clerk says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.accounts import Account, is_own_money
from kiosk.ledger.amount import RIGHT_TO, Amount, Unit
from kiosk.ledger.entries import Posting, balanced
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import (
    Chained,
    ClockQuality,
    Record,
    chain_hash,
    decode,
    encode,
    encode_body,
    turnover_fen,
)
from kiosk.ledger.sql import run_many
from kiosk.ledger.tables import records
from kiosk.plain.refusals import Refusal
from sync.office.books import heads
from sync.office.books.folding import OWN, fold
from sync.office.books.office_entry import OFFICE_ENTRY, OfficeEntry
from sync.office.catalogue.publishing import lock_revision
from sync.office.rights import rights
from sync.office.rights.resting import is_resting
from sync.office.store.tables import entry_requests, journals


class HeldByKiosks(Refusal):
    """The account has the money, but kiosks may spend it without asking."""

    code = "held_by_kiosks"
    account: Account
    missing: Amount


class KiosksUnheard(Refusal):
    """The office was restored from a backup: kiosks may hold rights to this money that it has forgotten."""

    code = "kiosks_unheard"
    account: Account


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to book. `request_id` is made before anybody is asked: the same one books once."""

    request_id: str
    reason: str
    postings: Sequence[Posting]
    note: str = ""


def begin(connection: sa.Connection, region_id: int) -> None:
    """Begin the office's journal unless it has one."""
    if _find(connection, region_id) is None:
        heads.begin_journal(connection, JournalKey(region_id, secrets.token_bytes(16)), None, "")


def begin_anew(connection: sa.Connection, region_id: int) -> JournalKey:
    """End the office's journal and begin another, so that no number is given to a second entry.

    Returns the key of the one that ended.
    """
    lock_revision(connection, region_id)
    before = _find(connection, region_id)
    assert before is not None, "`begin` was called when the database was made"
    heads.seal(connection, before)
    begin(connection, region_id)
    return before


def enter(
    connection: sa.Connection,
    region_id: int,
    entries: Iterable[Entry],
    *,
    operator: str,
    at_ms: int,
    accept_exposure: bool = False,
) -> list[Chained]:
    """Book entries in order, and grant what they make available; returns each one's record, old or new.

    `at_ms` is Unix time. Raises `Unbalanced`, and unless `accept_exposure` `HeldByKiosks` or
    `KiosksUnheard`: then nothing at all is to be kept, and the caller's transaction rolls back.
    """
    lock_revision(connection, region_id)  # before the journal, as everybody does who needs both
    key = _find(connection, region_id)
    assert key is not None, "`begin` was called when the database was made"
    chain = _Chain(connection, key, operator, at_ms)
    booked = [chain.add(entry) for entry in entries]
    chain.write()
    touched = {each.account for chained in booked for each in chained.record.postings}
    if not accept_exposure:
        _refuse_exposure(connection, region_id, chain.taken_from)
    rights.refresh(connection, region_id, touched)
    return booked


def booked(connection: sa.Connection, region_id: int, request_id: str) -> Sequence[Posting]:
    """What the entry that was asked for under this id moved; nothing if there is none."""
    found = _asked(connection, region_id, request_id)
    return found.record.postings if found is not None else ()


def _refuse_exposure(
    connection: sa.Connection, region_id: int, taken_from: Iterable[tuple[Account, Unit]]
) -> None:
    for account, unit in sorted(taken_from):
        if not is_own_money(account) or unit not in RIGHT_TO:
            continue
        if is_resting(connection, region_id):
            raise KiosksUnheard(account=account)
        missing = -rights.available(connection, region_id, account, unit)
        if missing > 0:
            raise HeldByKiosks(account=account, missing=Amount(missing, unit))


def _find(connection: sa.Connection, region_id: int) -> JournalKey | None:
    query = sa.select(journals.c.journal_id).where(
        journals.c.region_id == region_id, journals.c.device_id.is_(None), ~journals.c.sealed
    )
    journal_id = connection.execute(query).scalar()
    return JournalKey(region_id, journal_id) if journal_id is not None else None


class _Chain:
    """Links for the office's journal, made one after the other and written together."""

    def __init__(self, connection: sa.Connection, key: JournalKey, operator: str, at_ms: int) -> None:
        head = heads.lock_head(connection, key)
        assert head is not None
        self._connection, self._key, self._operator, self._at_ms = connection, key, operator, at_ms
        self._links: list[Link] = []
        self._made: dict[str, Chained] = {}
        self._seq, self._hash = head.seq, head.hash
        last = _record(connection, key, head.seq)
        self._count, self._turnover_fen = (last.record.count, last.record.turnover_fen) if last else (0, 0)
        self.taken_from: set[tuple[Account, Unit]] = set()

    def add(self, entry: Entry) -> Chained:
        first = self._made.get(entry.request_id) or _asked(
            self._connection, self._key.region_id, entry.request_id
        )
        if first is not None:
            return first
        moved = balanced(*entry.postings)
        self._seq += 1
        self._count += bool(moved)
        self._turnover_fen += turnover_fen(moved)
        record = Record(
            seq=self._seq,
            kind=OFFICE_ENTRY[0],
            version=OFFICE_ENTRY[1],
            boot=0,
            monotonic_ms=0,
            boot_wall_ms=self._at_ms,
            quality=int(ClockQuality.SYNCED),
            operator=self._operator,
            tariff_revision=0,
            postings=moved,
            body=encode_body(OfficeEntry(entry.reason, entry.note)),
            count=self._count,
            turnover_fen=self._turnover_fen,
        )
        raw = encode(record)
        self._hash = chain_hash(self._hash, raw)
        self._links.append(Link(self._seq, raw, self._hash))
        self.taken_from |= {(each.account, each.unit) for each in moved if each.quantity < 0}
        self._made[entry.request_id] = Chained(record, self._hash)
        return self._made[entry.request_id]

    def write(self) -> None:
        if not self._links:
            return
        key = (self._key.region_id, self._key.journal_id)
        findings = fold(self._connection, self._key, self._links, OWN)
        assert not findings, findings
        requests = [(*key, asked, chained.record.seq) for asked, chained in self._made.items()]
        run_many(self._connection, _REMEMBER, requests)
        heads.advance(self._connection, self._key, self._seq, self._hash, self._seq)


def _asked(connection: sa.Connection, region_id: int, request_id: str) -> Chained | None:
    """The record of an entry that was asked for before."""
    query = sa.select(entry_requests.c.journal_id, entry_requests.c.seq).where(
        entry_requests.c.region_id == region_id, entry_requests.c.request_id == request_id
    )
    first = connection.execute(query).one_or_none()
    if first is None:
        return None
    return _record(connection, JournalKey(region_id, first.journal_id), first.seq)


_REMEMBER = "INSERT INTO entry_requests (region_id, journal_id, request_id, seq) VALUES (?, ?, ?, ?)"


def _record(connection: sa.Connection, key: JournalKey, seq: int) -> Chained | None:
    c = records.c
    query = sa.select(c.raw, c.hash).where(
        c.region_id == key.region_id, c.journal_id == key.journal_id, c.seq == seq
    )
    row = connection.execute(query).one_or_none()
    return Chained(decode(row.raw), row.hash) if row is not None else None
