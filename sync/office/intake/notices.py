"""What kiosks told before its turn: heard at the door of the intake, and dropped when its record comes.

A notice is a record's own bytes with the number under which it will come. It is signed like the batch beside
it, moves nothing and is in no book: services show it, marked as such, and nothing else follows from it. Where
another record comes under its number, a person is told. Where its journal was left before the record came,
the one that recovers it in the next journal is what was told: all names are of where it was first written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.common.books import IsUrgent
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.audit.recovery import RECOVERED, first_written
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import run
from sync.errors import Garbled
from sync.office.intake.batch import Batch
from sync.office.keys.devices import Device
from sync.wire import messages
from sync.wire.messages import MOST_AHEAD, Notice, Push

DIFFERS = "notice_differs"


class Ahead(NamedTuple):
    """A record that was told and has not come yet, as and where it was first written."""

    journal_id: bytes
    record: Record


def told(push: Push, is_urgent: IsUrgent) -> list[Notice]:
    """What comes with a push, as far as it can be read and is urgent."""
    try:
        said = messages.decode_notices(push.notices) if push.notices else []
    except Garbled:
        return []
    return [each for each in said if (read := _read(each)) is not None and is_urgent(read)]


def hear(
    connection: sa.Connection, device: Device, key: JournalKey, said: Iterable[Notice], at_ms: int
) -> None:
    """Keep what has not come yet, unless the journal is another kiosk's. Once more is nothing new."""
    heads = run(connection, _HEAD, (key.region_id, key.journal_id))
    head_seq, owner = heads[0] if heads else (0, device.id)
    if owner != device.id:
        return
    room = max(MOST_AHEAD - run(connection, _KEPT, (key.region_id, device.id))[0][0], 0)
    to_come = [each for each in said if each.seq > head_seq]
    for each in to_come[max(len(to_come) - room, 0) :]:  # the newest
        run(connection, _HEAR, (key.region_id, key.journal_id, each.seq, device.id, each.raw, at_ms))


def check(connection: sa.Connection, batch: Batch) -> Iterator[Finding]:
    """What was told of these records, told once: it goes, and a person hears where it was something else."""
    said = {link.seq: link.raw for link in batch.links}
    for device_id, seq, raw in run(connection, _COME, batch.place):
        if bytes(raw) != said[seq] and bytes(device_id) == batch.device.id:
            kind = decode(bytes(raw)).kind
            yield Finding(seq, DIFFERS, figures(kind=kind))
    if RECOVERED in batch.kinds:
        run(connection, _RECOVERED, (batch.device.id, *batch.place))


def ahead(connection: sa.Connection, region_id: int, kinds: Iterable[tuple[str, int]]) -> list[Ahead]:
    """What of these kinds was told and has not come yet."""
    rows = run(connection, _AHEAD, (region_id,))
    told = [Ahead(*first_written(bytes(row[0]), decode(bytes(row[1])))) for row in rows]
    found = {(each.journal_id, each.record.seq): each for each in reversed(told)}  # the first that was told
    wanted = frozenset(kinds)
    return [each for each in reversed(found.values()) if (each.record.kind, each.record.version) in wanted]


def _read(notice: Notice) -> Record | None:
    try:
        record = decode(notice.raw)
    except FAULTS:
        return None
    return record if record.seq == notice.seq else None


_HEAD = "SELECT head_seq, device_id FROM journals WHERE region_id = ? AND journal_id = ?"
_KEPT = "SELECT count(*) FROM notices WHERE region_id = ? AND device_id = ?"
_HEAR = (
    "INSERT INTO notices (region_id, journal_id, seq, device_id, raw, heard_at_ms) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, seq, device_id) DO NOTHING"
)
_COME = (
    "DELETE FROM notices WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ?"
    " RETURNING device_id, seq, raw"
)
_RECOVERED = (
    "DELETE FROM notices AS n WHERE n.device_id = ? AND EXISTS (SELECT 1 FROM recovered_records AS x"
    " WHERE x.region_id = ? AND x.journal_id = ? AND x.seq BETWEEN ? AND ? AND x.region_id = n.region_id"
    " AND x.origin_journal_id = n.journal_id AND x.origin_seq = n.seq)"
)
_AHEAD = (  # one that was heard while its batch was taken in has come all the same
    "SELECT n.journal_id, n.raw FROM notices AS n LEFT JOIN journals AS j"
    " ON j.region_id = n.region_id AND j.journal_id = n.journal_id"
    " WHERE n.region_id = ? AND n.seq > coalesce(j.head_seq, 0) ORDER BY n.heard_at_ms, n.seq"
)
