"""Sessions as the journal has them: how each began, which holds are open, what was settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from drivers.outlets.contracts import SocketId
from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.follow_ups import original
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment, Record
from kiosk.ledger.sql import run
from kiosk.services.charging.machine.session import Session, begin
from kiosk.services.charging.records import (
    CHARGING_BEGUN,
    CHARGING_ENDED,
    ChargingBegun,
    ChargingEnded,
    decode_begun,
    decode_ended,
)


@dataclass(frozen=True, slots=True)
class Begun:
    """How a session began, and where that stands. `record` has its time."""

    body: ChargingBegun
    journal_id: bytes
    seq: int
    record: Record

    @property
    def at(self) -> Moment:
        """When it began."""
        written = self.record
        quality = ClockQuality(written.quality)
        return Moment(written.boot, written.monotonic_ms, written.boot_wall_ms, quality)

    @property
    def order(self) -> str:
        return self.body.order


def begun(connection: sa.Connection, region_id: int, order: str) -> Begun | None:
    """In whichever journal of this file it was written, or recovered to."""
    for journal_id, seq, record in _written(connection, _BEGUN, region_id, order):
        if (record.kind, record.version) == CHARGING_BEGUN:
            return Begun(decode_begun(record.body), journal_id, seq, record)
    return None


def ended(connection: sa.Connection, region_id: int, order: str) -> ChargingEnded | None:
    """What a session came to, if it is in the journal."""
    for _, _, record in _written(connection, _ENDED, region_id, order):
        if (record.kind, record.version) == CHARGING_ENDED:
            return decode_ended(record.body)
    return None


def _written(
    connection: sa.Connection, query: str, region_id: int, order: str
) -> Iterator[tuple[bytes, int, Record]]:
    """Records as they were first written, and where they or what was recovered of them stand."""
    for journal_id, seq in run(connection, query, (region_id, order)):
        found = original(connection, JournalKey(region_id, bytes(journal_id)), seq)
        if found is not None:
            yield bytes(journal_id), seq, as_first_written(found.record)


def is_used(connection: sa.Connection, region_id: int, nonce: bytes) -> bool:
    """Whether a code has started its session already."""
    return bool(run(connection, _NONCE, (region_id, nonce)))


def is_ended(connection: sa.Connection, region_id: int, order: str) -> bool:
    """Whether a session is in the journal with all that it came to."""
    return bool(run(connection, _ENDED, (region_id, order)))


def is_late_noted(connection: sa.Connection, region_id: int, order: str) -> bool:
    """Whether what its box said after that is in the journal, too."""
    return bool(run(connection, _LATE, (region_id, order)))


def passed_s(connection: sa.Connection, region_id: int, resident_id: int, since_ms: int) -> int:
    """How long a monthly pass has covered sessions of somebody that ended here since then."""
    return int(run(connection, _PASSED, (region_id, resident_id, since_ms))[0][0])


def passed_beside_s(connection: sa.Connection, region_id: int, found: Begun) -> int:
    """The same of the payer's sessions that ended here while this one was under way."""
    where = (found.journal_id, found.seq, found.journal_id, found.record.wall_ms)
    return int(run(connection, _PASSED_BESIDE, (region_id, found.body.resident_id, *where))[0][0])


_BEGUN = "SELECT journal_id, seq FROM charging_begun WHERE region_id = ? AND order_id = ?"
_NONCE = "SELECT 1 FROM charging_begun WHERE region_id = ? AND nonce = ? LIMIT 1"
_ENDED = "SELECT journal_id, seq FROM charging_ended WHERE region_id = ? AND order_id = ? LIMIT 1"
_LATE = "SELECT 1 FROM charging_late WHERE region_id = ? AND order_id = ? LIMIT 1"
_PASSED = (
    "SELECT coalesce(sum(pass_s), 0) FROM charging_ended"
    " WHERE region_id = ? AND resident_id = ? AND at_ms >= ?"
)
_PASSED_BESIDE = (  # by place where one journal has both: a clock may have been put right meanwhile
    "SELECT coalesce(sum(pass_s), 0) FROM charging_ended WHERE region_id = ? AND resident_id = ?"
    " AND ((journal_id = ? AND seq > ?) OR (journal_id <> ? AND at_ms >= ?))"
)


def anew(found: Begun, now_ms: int) -> Session | None:
    """A session as it begins, or of which no more is known: its progress was lost."""
    body = found.body
    if body.tariff is None:
        return None
    socket = SocketId(body.box, body.socket)
    return begin(body.order, socket, body.tariff, body.cap_fen, body.register, now_ms, body.pass_s)
