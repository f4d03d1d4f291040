"""A batch taken in: the one way in which a kiosk's facts become the office's.

Everything happens in one transaction that holds the journal's head. Where the batch overlaps what is there,
hashes are compared, never skipped: equal ones make a repeat, which gets the same answer as the first time,
and a differing one shows that the kiosk's history has forked. No record is refused for what it says, nor for
coming late: a sealed journal spends nothing any more, but what it had sold is booked.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import chain_hash, genesis_hash
from kiosk.ledger.sql import run
from kiosk.ledger.tables import records
from sync.errors import Refused
from sync.office.books import heads, recoveries, reviews, writeoff
from sync.office.books.folding import fold
from sync.office.intake import follow_up_checks, succession
from sync.office.keys.devices import Device
from sync.office.rights import rights
from sync.office.services.canteen import clock_checks, duplicates
from sync.office.services.cards import checks, events
from sync.office.services.orders import orders
from sync.office.store.database import alone
from sync.wire import columns, compression
from sync.wire.messages import MAX_BATCH_RECORDS, Ack, Fork, Gap, Push

TakenIn = Ack | Gap | Fork


def unpack(push: Push) -> list[bytes]:
    """The records' bytes. Raises `Garbled` or `Refused`."""
    raws = columns.unpack(compression.decompress(push.records, push.dictionary))
    if len(raws) > MAX_BATCH_RECORDS:
        raise Refused("batch_too_large", f"{len(raws)} records; {MAX_BATCH_RECORDS} are allowed")
    return raws


def take_in(
    connection: sa.Connection, device: Device, key: JournalKey, push: Push, raws: Sequence[bytes], at_ms: int
) -> TakenIn:
    """Add to a journal what is new to the office.

    Raises `Refused` if the journal is another device's, or the batch's own hashes do not hold.
    """
    head = lock_or_begin(connection, device, key)
    if push.first_seq > head.seq + 1:
        return Gap(head.seq + 1)
    known = _known_hashes(connection, head, push.first_seq)
    previous_hash = known[push.first_seq - 1]
    if not previous_hash.startswith(push.previous_hash):
        return _forked(connection, head, push, push.first_seq - 1)
    links = _chain(previous_hash, push, raws)
    forked_seq = next((link.seq for link in links if known.get(link.seq, link.hash) != link.hash), None)
    if forked_seq is not None:
        return _forked(connection, head, push, forked_seq)
    new = [link for link in links if link.seq > head.seq]
    last = new[-1] if new else Link(head.seq, b"", head.hash)
    heads.advance(connection, key, last.seq, last.hash, push.claimed_seq)
    if new:
        _book(connection, device, head, new, at_ms)
    told_hash = b"" if last.hash == push.head_hash else last.hash
    return Ack(last.seq, told_hash, at_ms, sealed=head.sealed)


def _book(
    connection: sa.Connection, device: Device, head: heads.JournalHead, new: Sequence[Link], at_ms: int
) -> None:
    key, first_seq, last_seq = head.key, new[0].seq, new[-1].seq
    findings: list[Finding] = []
    if head.sealed:
        findings.append(Finding(first_seq, "after_seal", figures(records=len(new))))
    elif head.seq == 0:
        alone(connection, key.region_id)  # for what follows locks the region
        findings += succession.begin(connection, device, key, new[0].raw)
    findings += fold(connection, key, new)
    findings += follow_up_checks.check(connection, key, first_seq, last_seq)
    findings += clock_checks.check(connection, key, device.site, new, at_ms)
    reviews.put_up(connection, key, findings)
    run(connection, _BATCH, (key.region_id, key.journal_id, first_seq, last_seq, at_ms))
    alone(connection, key.region_id)
    recoveries.settle(connection, key, first_seq, last_seq, at_ms)
    duplicates.settle(connection, key, first_seq, last_seq, at_ms)
    checks.settle(connection, key, first_seq, last_seq)
    events.settle(connection, key, first_seq, last_seq)
    orders.settle(connection, key, device.site, first_seq, last_seq)
    if head.sealed:
        writeoff.expect(connection, key, first_seq, last_seq, at_ms)
    moved = rights.refresh_after(connection, key, first_seq, last_seq)
    writeoff.make_good(connection, key, last_seq, moved, at_ms)


def _chain(previous_hash: bytes, push: Push, raws: Sequence[bytes]) -> list[Link]:
    links, last = [], previous_hash
    for seq, raw in enumerate(raws, start=push.first_seq):
        last = chain_hash(last, raw)
        links.append(Link(seq, raw, last))
    if last != push.head_hash:
        raise Refused("broken_chain", "the records do not lead to head_hash")
    return links


def _forked(connection: sa.Connection, head: heads.JournalHead, push: Push, seq: int) -> Fork:
    """The kiosk looks for the place itself if the batch does not overlap it, and comes back with it."""
    if seq >= push.first_seq:
        detail = figures(kiosk_at=push.claimed_seq)
        reviews.put_up(connection, head.key, [Finding(seq, "forked", detail)])
    return Fork(seq)


def lock_or_begin(connection: sa.Connection, device: Device, key: JournalKey) -> heads.JournalHead:
    """The journal's head. A journal that is not known yet is a new one of this device."""
    head = heads.lock_head(connection, key)
    if head is None:
        if device.revoked:
            raise Refused("revoked", "late records of a journal that is known are accepted, no new journal")
        heads.begin_journal(connection, key, device.id, device.site)
        head = heads.lock_head(connection, key)
        assert head is not None
    if head.device_id != device.id:
        raise Refused("not_your_journal", key.journal_id.hex())
    return head


def _known_hashes(connection: sa.Connection, head: heads.JournalHead, first_seq: int) -> dict[int, bytes]:
    """The hashes here from just before a batch's first record to where it may end."""
    if first_seq == head.seq + 1:
        return {head.seq: head.hash}  # the usual case: it joins on
    c = records.c
    query = sa.select(c.seq, c.hash).where(
        c.region_id == head.key.region_id,
        c.journal_id == head.key.journal_id,
        c.seq.between(first_seq - 1, first_seq + MAX_BATCH_RECORDS),
    )
    return {0: genesis_hash(head.key.journal_id), **{row.seq: row.hash for row in connection.execute(query)}}


_BATCH = (
    "INSERT INTO batches (region_id, journal_id, first_seq, last_seq, received_at_ms) VALUES (?, ?, ?, ?, ?)"
)
