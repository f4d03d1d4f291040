"""What is looked up of charging's records: whether a session began and ended, which alarms nobody cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.posting import Finding, JournalKey, Project, nothing_to_find
from kiosk.ledger.records import Record
from kiosk.ledger.sql import Row, insert_rows
from kiosk.ledger.tables import journal_table
from kiosk.services.charging.machine.judging import JUDGES
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_BEGUN,
    CHARGING_CLEARED,
    CHARGING_ENDED,
    CHARGING_FLOWING,
    CHARGING_LATE,
    CHARGING_REFUSED,
    CHARGING_REPORTED,
    PURPOSE,
    ChargingAlarm,
    ChargingBegun,
    ChargingCleared,
    ChargingEnded,
    ChargingLate,
    clears,
    is_grave,
)

T = TypeVar("T")

# `order_id` is the session's order, which SQL has another use for.
charging_begun = journal_table(
    "charging_begun",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Index("charging_begun_by_order", "region_id", "order_id"),
    sa.Index("charging_begun_by_nonce", "region_id", "nonce"),
    key=("seq",),
)

charging_ended = journal_table(
    "charging_ended",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("pass_s", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Index("charging_ended_by_order", "region_id", "order_id"),
    sa.Index("charging_ended_by_payer", "region_id", "resident_id", "at_ms"),
    key=("seq",),
)

charging_late = journal_table(
    "charging_late",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Index("charging_late_by_order", "region_id", "order_id"),
    key=("seq",),
)

charging_warned = journal_table(
    "charging_warned",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("box", sa.Text, nullable=False),
    sa.Column("socket", sa.Integer, nullable=False),
    sa.Column("alarm", sa.Text, nullable=False),
    sa.Column("is_on", sa.Boolean, nullable=False),
    key=("seq",),
)

charging_cleared = journal_table(
    "charging_cleared",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("alarm_journal_id", sa.LargeBinary, nullable=False),
    sa.Column("alarm_seq", sa.BigInteger, nullable=False),
    sa.Index("charging_cleared_by_alarm", "region_id", "alarm_journal_id", "alarm_seq"),
    key=("seq",),
)


def _rows(table: sa.Table, body: type[T], row: Callable[[T, Record], Row]) -> Project:
    """One row for each record, after the key of its journal and its seq."""
    decode: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(body)

    def project(
        connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
    ) -> Iterable[Finding]:
        place: tuple[Any, ...] = (journal.region_id, journal.journal_id)
        rows = [(*place, each.seq, *row(decode.decode(each.body), each)) for each in records]
        insert_rows(connection, table, rows)
        return ()

    return project


def _begun(body: ChargingBegun, _record: Record) -> Row:
    return body.order, body.nonce


def _ended(body: ChargingEnded, record: Record) -> Row:
    return body.order, body.resident_id, body.pass_s, record.wall_ms


def _late(body: ChargingLate, _record: Record) -> Row:
    return (body.order,)


def _warned(body: ChargingAlarm, _record: Record) -> Row:
    return body.site, body.box, body.socket, body.alarm, body.is_on


def _cleared(body: ChargingCleared, _record: Record) -> Row:
    return body.alarm_journal_id, body.alarm_seq


KINDS = Kinds(
    projections={
        CHARGING_BEGUN: _rows(charging_begun, ChargingBegun, _begun),
        CHARGING_FLOWING: nothing_to_find,
        CHARGING_REFUSED: nothing_to_find,
        CHARGING_REPORTED: nothing_to_find,
        CHARGING_ENDED: _rows(charging_ended, ChargingEnded, _ended),
        CHARGING_LATE: _rows(charging_late, ChargingLate, _late),
        CHARGING_ALARM: _rows(charging_warned, ChargingAlarm, _warned),
        CHARGING_CLEARED: _rows(charging_cleared, ChargingCleared, _cleared),
    },
    tables=(charging_begun, charging_ended, charging_late, charging_warned, charging_cleared),
    judges=JUDGES,
    settles={CHARGING_ENDED: PURPOSE},
    urgent={CHARGING_ALARM: is_grave, CHARGING_CLEARED: clears},
)
