"""Holds of journals that were left, published to the journal that goes on, which takes them over.

Only the office knows which of them were settled, whatever became of the kiosk's file. Where nobody goes on,
for the kiosk is lost, a person says that nothing more will turn up, and what was held is its owner's again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, hold_key
from kiosk.ledger.accounts import held, own_money
from kiosk.ledger.audit.places import Place
from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import TAKEN_OVER, Held, decode_held, is_settled
from kiosk.ledger.holds.left import LeftHold
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import decode
from kiosk.ledger.sql import run
from sync.office.books import heads, own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, journal_scope, lock_revision, publish_all, withdraw
from sync.office.intake.batch import Batch
from sync.office.keys import devices

REASON = "hold_given_back"


class _Open(NamedTuple):
    """A hold of a journal that ended. `hash` is its record's."""

    journal_id: bytes
    seq: int
    hash: bytes
    held: Held


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """Once a batch is booked: tell whoever goes on what is open, and take back what is not any more."""
    region_id = batch.key.region_id
    settled = run(connection, _TAKEN_OVER, batch.place) if TAKEN_OVER in batch.kinds else []
    settled += run(connection, _SETTLED_LATE, batch.place) if batch.head.sealed else []
    for journal_id, seq in settled:
        withdraw(connection, region_id, Kind.HOLD, hold_key(bytes(journal_id), seq))
    if batch.head.seq == 0 or batch.head.sealed:
        tell(connection, region_id, batch.device.id)
    return ()


def tell(connection: sa.Connection, region_id: int, device_id: bytes) -> None:
    """Name what is open to whoever goes on from this device's journals that ended; nobody, if none does."""
    device_id = _last_of_line(connection, region_id, device_id)
    going_on = heads.open_journals(connection, region_id, device_id)
    if not going_on:
        return
    to = min(going_on, key=lambda each: each.journal_id)  # of two copies of a kiosk only one is told
    wrote = devices.lineage(connection, region_id, device_id)
    publish_all(
        connection,
        region_id,
        [
            Change(
                Kind.HOLD,
                hold_key(each.journal_id, each.seq),
                _told(to, each),
                journal_scope(to.journal_id),
            )
            for each in _open_holds(connection, region_id, wrote)
        ],
    )


def _told(to: JournalKey, each: _Open) -> LeftHold:
    return LeftHold(
        journal_id=to.journal_id,
        left_journal_id=each.journal_id,
        seq=each.seq,
        hash=each.hash,
        resident_id=each.held.resident_id,
        quantity=each.held.quantity,
        purpose=each.held.purpose,
        unit=each.held.unit,
    )


def _last_of_line(connection: sa.Connection, region_id: int, device_id: bytes) -> bytes:
    """The device that took this one's place, the one that took that one's, and so on to the last."""
    line = [device_id]
    while True:
        found = run(connection, _TOOK_PLACE_OF, (region_id, line[-1]))
        if not found or bytes(found[0][0]) in line:
            return line[-1]
        line.append(bytes(found[0][0]))


def give_back(connection: sa.Connection, region_id: int, *, operator: str, at_ms: int) -> None:
    """Nothing more will turn up: what kiosks held that are gone, and that nobody took the place of."""
    lock_revision(connection, region_id)
    for (found,) in run(connection, _WITH_HOLDS, (region_id,)):
        device_id = bytes(found)
        if heads.open_journals(connection, region_id, _last_of_line(connection, region_id, device_id)):
            continue
        entries = [_back(each) for each in _open_holds(connection, region_id, [device_id])]
        own_journal.enter(connection, region_id, entries, operator=operator, at_ms=at_ms)


def given_back(connection: sa.Connection, region_id: int, place: Place) -> bool:
    """Whether the office gave back a hold itself."""
    return bool(run(connection, _GIVEN_BACK, (region_id, _request_id(*place))))


def _back(each: _Open) -> Entry:
    whose, unit, quantity = each.held.resident_id, each.held.unit, each.held.quantity
    postings = Posting(held(whose), -quantity, unit), Posting(own_money(whose), quantity, unit)
    return Entry(_request_id(each.journal_id, each.seq), REASON, postings, each.held.purpose)


def _request_id(journal_id: bytes, seq: int) -> str:
    return f"{REASON} {journal_id.hex()} {seq}"


def _open_holds(connection: sa.Connection, region_id: int, wrote: Iterable[bytes]) -> Iterator[_Open]:
    """Of the journals of these devices that have ended; each hold once, wherever it stands."""
    for device_id in wrote:
        for journal_id, seq, raw, hash_ in run(connection, _OF_ENDED, (region_id, device_id)):
            place = bytes(journal_id), seq
            body = decode_held(as_first_written(decode(raw)).body)
            key = JournalKey(region_id, place[0])
            if not is_settled(connection, key, seq, body.unit) and not given_back(
                connection, region_id, place
            ):
                yield _Open(*place, bytes(hash_), body)


# Most are settled where they were made; `is_settled` knows the other ways.
_OF_ENDED = (
    "SELECT h.journal_id, h.seq, r.raw, r.hash FROM holds AS h"
    " JOIN journals AS j ON j.region_id = h.region_id AND j.journal_id = h.journal_id"
    " JOIN records AS r ON r.region_id = h.region_id AND r.journal_id = h.journal_id AND r.seq = h.seq"
    " WHERE j.region_id = ? AND j.device_id = ? AND j.sealed"
    " AND NOT EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.region_id = h.region_id"
    " AND f.journal_id = h.journal_id AND f.original_seq = h.seq)"
    " AND NOT EXISTS (SELECT 1 FROM holds AS t WHERE t.region_id = h.region_id"
    " AND t.source_journal_id = h.journal_id AND t.source_seq = h.seq)"
    " ORDER BY h.journal_id, h.seq"
)
_TAKEN_OVER = (
    "SELECT source_journal_id, source_seq FROM holds WHERE region_id = ? AND journal_id = ?"
    " AND seq BETWEEN ? AND ? AND source_seq IS NOT NULL"
)
_SETTLED_LATE = (
    "SELECT journal_id, original_seq FROM follow_ups WHERE region_id = ? AND journal_id = ?"
    " AND seq BETWEEN ? AND ?"
)
_TOOK_PLACE_OF = "SELECT device_id FROM devices WHERE region_id = ? AND replaces = ?"
_WITH_HOLDS = (
    "SELECT DISTINCT j.device_id FROM holds AS h JOIN journals AS j ON j.region_id = h.region_id"
    " AND j.journal_id = h.journal_id WHERE h.region_id = ? AND j.sealed AND j.device_id IS NOT NULL"
)
_GIVEN_BACK = "SELECT 1 FROM entry_requests WHERE region_id = ? AND request_id = ?"
