"""A batch taken in: the one way in which a kiosk's facts become the office's.

Everything happens in one transaction that holds the journal's head. Where the batch overlaps what is there,
hashes are compared, never skipped: equal ones make a repeat, which gets the same answer as the first time,
and a differing one shows that the kiosk's history has forked. No record is refused for what it says.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import chain_hash, genesis_hash
from kiosk.ledger.sql import run
from kiosk.ledger.tables import postings, records
from sync import columns, compression
from sync.errors import Refused
from sync.messages import MAX_BATCH_RECORDS, Ack, Fork, Gap, Push, Sealed
from sync.office import heads, reviews, rights
from sync.office.devices import Device, seal_device
from sync.office.folding import fold

TakenIn = Ack | Gap | Fork | Sealed


def unpack_links(push: Push) -> list[Link]:
    """The batch as links of a chain. Raises `Garbled`, or `Refused` if its own hashes do not hold."""
    raws = columns.unpack(compression.decompress(push.records, push.dictionary))
    if len(raws) > MAX_BATCH_RECORDS:
        raise Refused("batch_too_large", f"{len(raws)} records; {MAX_BATCH_RECORDS} are allowed")
    links, last = [], push.previous_hash
    for seq, raw in enumerate(raws, start=push.first_seq):
        last = chain_hash(last, raw)
        links.append(Link(seq, raw, last))
    if last != push.head_hash:
        raise Refused("broken_chain", "the records do not lead from previous_hash to head_hash")
    return links


def take_in(
    connection: sa.Connection,
    device: Device,
    key: JournalKey,
    push: Push,
    links: Sequence[Link],
    at_ms: int,
) -> TakenIn:
    """Add to a journal what is new to the office. Raises `Refused` if the journal is another device's."""
    head = _lock_or_begin(connection, device, key)
    if push.first_seq > head.seq + 1:
        return Gap(head.seq + 1)
    forked_seq = _first_difference(connection, head, push, links)
    if forked_seq is not None:
        reviews.put_up(
            connection, key, [Finding(forked_seq, "forked", f"kiosk says it is at {push.claimed_seq}")]
        )
        return Fork(forked_seq)
    new = [link for link in links if link.seq > head.seq]
    if new and head.sealed:
        reviews.put_up(
            connection, key, [Finding(head.seq + 1, "after_seal", f"{len(new)} records not taken in")]
        )
        return Sealed(head.seq)
    last = new[-1] if new else Link(head.seq, b"", head.hash)
    if new:
        if head.seq == 0:  # the kiosk writes here now, and tells what came before it first
            seal_device(connection, key.region_id, device.id, but=key.journal_id)
            rights.refresh_site(connection, key.region_id, device.site)
        reviews.put_up(connection, key, fold(connection, key, new))
        run(connection, _BATCH, (key.region_id, key.journal_id, new[0].seq, last.seq, at_ms))
        rights.refresh(connection, key.region_id, _touched(connection, key, new))
    heads.advance(connection, key, last.seq, last.hash, push.claimed_seq)
    return Ack(last.seq, b"" if last.hash == push.head_hash else last.hash, at_ms)


def _lock_or_begin(connection: sa.Connection, device: Device, key: JournalKey) -> heads.JournalHead:
    """The journal's head. A journal that is not known yet is a new one of this device."""
    head = heads.lock_head(connection, key)
    if head is None:
        heads.begin_journal(connection, key, device.id, device.site)
        head = heads.lock_head(connection, key)
        assert head is not None
    if head.device_id != device.id:
        raise Refused("not_your_journal", key.journal_id.hex())
    return head


def _first_difference(
    connection: sa.Connection, head: heads.JournalHead, push: Push, links: Sequence[Link]
) -> int | None:
    """The first number under which the kiosk and the office hold different records."""
    said = {push.first_seq - 1: push.previous_hash, **{link.seq: link.hash for link in links}}
    known = {0: genesis_hash(head.key.journal_id), head.seq: head.hash, **_hashes(connection, head, push)}
    return next((seq for seq in sorted(said) if seq in known and known[seq] != said[seq]), None)


def _hashes(connection: sa.Connection, head: heads.JournalHead, push: Push) -> dict[int, bytes]:
    if push.first_seq == head.seq + 1:
        return {}  # the usual case: it joins on
    c = records.c
    query = sa.select(c.seq, c.hash).where(
        c.region_id == head.key.region_id,
        c.journal_id == head.key.journal_id,
        c.seq.between(push.first_seq - 1, push.first_seq + MAX_BATCH_RECORDS),
    )
    return {row.seq: row.hash for row in connection.execute(query)}


def _touched(connection: sa.Connection, key: JournalKey, new: Sequence[Link]) -> list[str]:
    """The accounts that these links moved, as booked."""
    c = postings.c
    query = sa.select(c.account).where(
        c.region_id == key.region_id,
        c.journal_id == key.journal_id,
        c.seq.between(new[0].seq, new[-1].seq),
    )
    return list(connection.execute(query.distinct()).scalars())


_BATCH = (
    "INSERT INTO batches (region_id, journal_id, first_seq, last_seq, received_at_ms) VALUES (?, ?, ?, ?, ?)"
)
