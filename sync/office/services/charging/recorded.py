"""What kiosks recorded of charging, as rows to look up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey, Project, Projections
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import Row, insert_rows, run
from kiosk.services.charging import records as words
from kiosk.services.charging.records import (
    ChargingAlarm,
    ChargingBegun,
    ChargingCleared,
    ChargingEnded,
    ChargingFlowing,
    ChargingLate,
    ChargingRefused,
    Reading,
)
from sync.office.services.charging import tables
from sync.office.store.lately import records_since

DOUBTFUL, LATE = "charging_doubtful", "charging_late"
MS_PER_S = 1000
_NOTHING_TO_READ = Reading("", 0)

_begun = msgspec.msgpack.Decoder(ChargingBegun)
_flowing = msgspec.msgpack.Decoder(ChargingFlowing)
_refused = msgspec.msgpack.Decoder(ChargingRefused)
_ended = msgspec.msgpack.Decoder(ChargingEnded)
_late = msgspec.msgpack.Decoder(ChargingLate)
_alarm = msgspec.msgpack.Decoder(ChargingAlarm)
_cleared = msgspec.msgpack.Decoder(ChargingCleared)


def _rows(
    table: sa.Table, row: Callable[[Record], Row], find: Callable[[Record], Iterable[Finding]]
) -> Project:
    """One row for each record, after where it stands and when it was."""

    def project(
        connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
    ) -> Iterable[Finding]:
        key = (journal.region_id, journal.journal_id)
        rows = [(*key, each.seq, each.wall_ms, *row(each)) for each in records]
        if rows:
            insert_rows(connection, table, rows)
        return [finding for each in records for finding in find(each)]

    return project


def _nothing(_record: Record) -> Iterator[Finding]:
    return iter(())


def _start(record: Record) -> Row:
    begun = _begun.decode(record.body)
    return (
        *(begun.order, begun.resident_id, begun.started_by, begun.means, begun.site, begun.box, begun.socket),
        *(begun.tariff_id, begun.tariff_revision, begun.cap_fen),
        *_read(begun.register),
        begun.nonce,
    )


def _read(reading: Reading | None) -> Row:
    """Its name, whether it counts one order, and what it says."""
    reading = reading or _NOTHING_TO_READ
    return reading.name, int(reading.is_of_order), reading.wh


def _bill(record: Record) -> Row:
    ended = _ended.decode(record.body)
    last = ended.last or ended.first
    return (
        *(ended.order, ended.resident_id, ended.site, ended.box, ended.socket, ended.reason),
        *(ended.tariff_id, ended.tariff_revision),
        *_read(last)[:2],
        (ended.first or _NOTHING_TO_READ).wh,
        (last or _NOTHING_TO_READ).wh,
        *(ended.energy_wh, ended.charged_s, ended.dead_s),
        *(ended.electricity_fen, ended.service_fen, ended.subsidy_fen),
        int(ended.is_doubtful),
        record.wall_ms - (ended.charged_s + ended.dead_s) * MS_PER_S,
    )


def _doubtful(record: Record) -> Iterator[Finding]:
    ended = _ended.decode(record.body)
    if ended.is_doubtful:
        socket = figures(site=ended.site, box=ended.box, socket=ended.socket)
        read = figures(
            first_wh=(ended.first or _NOTHING_TO_READ).wh, last_wh=(ended.last or _NOTHING_TO_READ).wh
        )
        detail = f"{figures(resident=ended.resident_id)} {socket} {read}"
        yield Finding(record.seq, DOUBTFUL, detail)


def _flows(record: Record) -> Row:
    flowing = _flowing.decode(record.body)
    return flowing.order, flowing.site, "", flowing.power_dw


def _refusal(record: Record) -> Row:
    refused = _refused.decode(record.body)
    return refused.order, refused.site, refused.reason, 0


def _late_row(record: Record) -> Row:
    late = _late.decode(record.body)
    place = (late.order, late.site, late.box, late.socket)
    return (*place, late.reason, late.energy_wh, late.charged_s)


def _lately(record: Record) -> Iterator[Finding]:
    late = _late.decode(record.body)
    figures_ = {"energy_wh": late.energy_wh or 0, "charged_s": late.charged_s or 0}
    detail = figures(site=late.site, box=late.box, socket=late.socket, **figures_)
    yield Finding(record.seq, LATE, detail)


def alarm_row(record: Record) -> Row:
    alarm = _alarm.decode(record.body)
    what = "on" if alarm.is_on else "off"
    return alarm.site, alarm.box, alarm.socket, alarm.alarm, what, record.operator, ""


def cleared_row(record: Record) -> Row:
    cleared = _cleared.decode(record.body)
    place = (cleared.site, cleared.box, cleared.socket)
    return (*place, cleared.alarm, "cleared", record.operator, cleared.note)


PROJECTIONS: Projections = {
    words.CHARGING_BEGUN: _rows(tables.charging_starts, _start, _nothing),
    words.CHARGING_FLOWING: _rows(tables.charging_answers, _flows, _nothing),
    words.CHARGING_REFUSED: _rows(tables.charging_answers, _refusal, _nothing),
    words.CHARGING_ENDED: _rows(tables.charging_bills, _bill, _doubtful),
    words.CHARGING_LATE: _rows(tables.charging_lates, _late_row, _lately),
    words.CHARGING_ALARM: _rows(tables.charging_alarms, alarm_row, _nothing),
    words.CHARGING_CLEARED: _rows(tables.charging_alarms, cleared_row, _nothing),
}


def ends_of(
    connection: sa.Connection, region_id: int, order: str
) -> tuple[ChargingBegun | None, ChargingEnded | None]:
    """How a session began and ended, with all that its records say; None: not as far as is known."""
    began, ended = (_first(connection, query, (region_id, order)) for query in (_BEGAN, _ENDED))
    return (
        _begun.decode(began.body) if began is not None else None,
        _ended.decode(ended.body) if ended is not None else None,
    )


def ended_since(
    connection: sa.Connection, region_id: int, since_ms: int, most: int
) -> list[tuple[int, ChargingEnded]]:
    """Sessions that ended, and when, the latest first."""
    found = records_since(connection, tables.charging_bills, region_id, since_ms, most)
    return [(each.wall_ms, _ended.decode(each.body)) for each in found]


def _first(connection: sa.Connection, query: str, values: Row) -> Record | None:
    rows = run(connection, query, values)
    return as_first_written(decode(rows[0][0])) if rows else None


_RAW = (
    "SELECT r.raw FROM {table} AS t JOIN records AS r ON r.region_id = t.region_id"
    " AND r.journal_id = t.journal_id AND r.seq = t.seq WHERE t.region_id = ? AND t.order_id = ?"
    " ORDER BY t.wall_ms LIMIT 1"
)
_BEGAN, _ENDED = _RAW.format(table="charging_starts"), _RAW.format(table="charging_bills")
