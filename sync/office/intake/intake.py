"""A batch taken in: the one way in which a kiosk's facts become the office's.

Everything happens in one transaction that holds the journal's head. Where the batch overlaps what is there,
hashes are compared, never skipped: equal ones make a repeat, which gets the same answer as the first time,
and a differing one shows that the kiosk's history has forked. No record is refused for what it says, nor for
coming late: a sealed journal spends nothing any more, but what it had sold is booked. What is not believed is
kept like all else, and booked to suspense.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import chain_hash, genesis_hash
from kiosk.ledger.sql import run
from kiosk.ledger.tables import records
from sync.errors import Refused
from sync.office.books import heads, reviews, writeoff
from sync.office.books.folding import Derived, fold
from sync.office.intake import follow_up_checks, left_holds, notices, recoveries, restoring, succession
from sync.office.intake.batch import Batch, Check, only_of
from sync.office.intake.judging import judge
from sync.office.keys.devices import Device
from sync.office.keys.issuer import Issuer
from sync.office.rights import cash, rights
from sync.office.store.turns import alone
from sync.wire import columns, compression
from sync.wire.messages import MAX_BATCH_RECORDS, Ack, Fork, Gap, Push

TakenIn = Ack | Gap | Fork


def unpack(push: Push) -> list[bytes]:
    """The records' bytes. Raises `Garbled` or `Refused`."""
    raws = columns.unpack(compression.decompress(push.records, push.dictionary))
    if len(raws) > MAX_BATCH_RECORDS:
        raise Refused("batch_too_large", f"{len(raws)} records; {MAX_BATCH_RECORDS} are allowed")
    return raws


class Intake:
    """What is done with batches, made once for an office: the services' checks have their place in it."""

    def __init__(
        self, derived: Derived, checks: Sequence[Check], checks_alone: Sequence[Check], issuer: Issuer
    ) -> None:
        """`checks` need nothing of other journals; `checks_alone` see all that others booked."""
        self._derived, self._issuer = derived, issuer
        self._looks: Sequence[Check] = (only_of(derived.following, follow_up_checks.check), *checks)
        self.checks: Sequence[Check] = (  # in this order
            _look_whether_late,
            _begin,
            self._book,
            *self._looks,
            notices.check,
            _note,
            _wait_for_others,  # from here on, the intakes of a region come one at a time
            recoveries.check,
            left_holds.check,
            *checks_alone,
            _expect,
            _weigh_cash,
            _settle_rights,
        )

    def take_in(
        self,
        connection: sa.Connection,
        device: Device,
        key: JournalKey,
        push: Push,
        raws: Sequence[bytes],
        at_ms: int,
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
        if head.unsure_to_seq == restoring.UNSURE:
            restoring.sure_from(connection, key, push.claimed_seq)
        new = [link for link in links if link.seq > head.seq]
        last = new[-1] if new else Link(head.seq, b"", head.hash)
        heads.advance(connection, key, last.seq, last.hash, push.claimed_seq)
        if new:
            batch = Batch(device, head, new, at_ms, self._issuer)
            for check in self.checks:
                reviews.put_up(connection, key, check(connection, batch))
        told_hash = b"" if last.hash == push.head_hash else last.hash
        return Ack(last.seq, told_hash, at_ms, sealed=head.sealed)

    def settle_again(self, connection: sa.Connection, batch: Batch) -> None:
        """Whatever follows from a record that is believed after all, booked long after its batch was."""
        folded = fold(connection, batch.key, batch.links, self._derived.projections)
        reviews.put_up(connection, batch.key, folded)
        for check in self.checks[self.checks.index(_wait_for_others) :]:
            reviews.put_up(connection, batch.key, check(connection, batch))

    def book_anew(self, connection: sa.Connection, batch: Batch) -> None:
        """The same of a record whose kind nobody knew when its batch was booked."""
        self.settle_again(connection, batch)
        for check in self._looks:
            reviews.put_up(connection, batch.key, check(connection, batch))

    def _book(self, connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
        not_believed = judge.suspend(connection, batch, self._derived)
        folded = fold(connection, batch.key, batch.links, self._derived.projections, not_believed.seqs)
        return [*not_believed.findings, *folded]


def _look_whether_late(_connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    if batch.head.sealed:
        yield Finding(batch.first_seq, "after_seal", figures(records=len(batch.links)))


def _begin(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    if batch.head.sealed or batch.head.seq:
        return ()
    alone(connection, batch.key.region_id)  # for what follows locks the region
    return succession.begin(connection, batch.device, batch.key, batch.links[0].raw)


def _note(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    run(connection, _BATCH, (*batch.place, batch.at_ms))
    return ()


def _wait_for_others(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    alone(connection, batch.key.region_id)
    return ()


def _expect(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    if batch.head.sealed:
        writeoff.expect(connection, batch.key, batch.device.id, *batch.place[2:], batch.at_ms)
    return ()


def _weigh_cash(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    undone_fen = cash.undone(batch.records)
    return cash.weigh(connection, batch.key, batch.device.id, *batch.place[2:], undone_fen)


def _settle_rights(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    moved = rights.refresh_after(connection, batch.key, batch.first_seq, batch.last_seq)
    where = f"{batch.key.journal_id.hex()} {batch.last_seq}"
    writeoff.make_good(connection, batch.key.region_id, where, moved, batch.at_ms)
    return ()


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
