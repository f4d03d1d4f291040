"""What is looked up of charging's records: sessions as they began and ended, alarms and who cleared them."""

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
from kiosk.services.charging.judging import JUDGES
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
)

T = TypeVar("T")

# `order_id` is the session's order, which SQL has another use for.
charging_begun = journal_table(
    "charging_begun",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("box", sa.Text, nullable=False),
    sa.Column("socket", sa.Integer, nullable=False),
    sa.Column("nonce", sa.LargeBinary, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("pass_s", sa.Integer, nullable=False),
    sa.Index("charging_begun_by_order", "region_id", "order_id"),
    sa.Index("charging_begun_by_nonce", "region_id", "nonce"),
    key=("seq",),
)

charging_ended = journal_table(
    "charging_ended",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("box", sa.Text, nullable=False),
    sa.Column("socket", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("energy_wh", sa.BigInteger, nullable=False),
    sa.Column("charged_s", sa.BigInteger, nullable=False),
    sa.Column("dead_s", sa.BigInteger, nullable=False),
    sa.Column("electricity_fen", sa.BigInteger, nullable=False),
    sa.Column("service_fen", sa.BigInteger, nullable=False),
    sa.Column("subsidy_fen", sa.BigInteger, nullable=False),
    sa.Column("pass_s", sa.BigInteger, nullable=False),
    sa.Column("is_doubtful", sa.Boolean, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Index("charging_ended_by_order", "region_id", "order_id"),
    sa.Index("charging_ended_by_payer", "region_id", "resident_id", "at_ms"),
    key=("seq",),
)

charging_late = journal_table(
    "charging_late",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("box", sa.Text, nullable=False),
    sa.Column("socket", sa.Integer, nullable=False),
    sa.Column("energy_wh", sa.BigInteger),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Index("charging_late_by_order", "region_id", "order_id"),
    key=("seq",),
)

charging_alarms = journal_table(
    "charging_alarms",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("box", sa.Text, nullable=False),
    sa.Column("socket", sa.Integer, nullable=False),
    sa.Column("alarm", sa.Text, nullable=False),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    key=("seq",),
)

charging_cleared = journal_table(
    "charging_cleared",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("alarm_journal_id", sa.LargeBinary, nullable=False),
    sa.Column("alarm_seq", sa.BigInteger, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
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


def _begun(body: ChargingBegun, record: Record) -> Row:
    whose = (body.order, body.resident_id, body.site, body.box, body.socket)
    return (*whose, body.nonce, record.wall_ms, body.pass_s)


def _ended(body: ChargingEnded, record: Record) -> Row:
    whose = (body.order, body.resident_id, body.site, body.box, body.socket, body.reason)
    used = (body.energy_wh, body.charged_s, body.dead_s)
    paid = (body.electricity_fen, body.service_fen, body.subsidy_fen)
    return (*whose, *used, *paid, body.pass_s, body.is_doubtful, record.wall_ms)


def _late(body: ChargingLate, record: Record) -> Row:
    return (body.order, body.site, body.box, body.socket, body.energy_wh, record.wall_ms)


def _alarm(body: ChargingAlarm, record: Record) -> Row:
    return (body.site, body.box, body.socket, body.alarm, body.is_on, record.wall_ms)


def _cleared(body: ChargingCleared, record: Record) -> Row:
    return (body.site, body.alarm_journal_id, body.alarm_seq, record.operator, record.wall_ms)


KINDS = Kinds(
    projections={
        CHARGING_BEGUN: _rows(charging_begun, ChargingBegun, _begun),
        CHARGING_FLOWING: nothing_to_find,
        CHARGING_REFUSED: nothing_to_find,
        CHARGING_REPORTED: nothing_to_find,
        CHARGING_ENDED: _rows(charging_ended, ChargingEnded, _ended),
        CHARGING_LATE: _rows(charging_late, ChargingLate, _late),
        CHARGING_ALARM: _rows(charging_alarms, ChargingAlarm, _alarm),
        CHARGING_CLEARED: _rows(charging_cleared, ChargingCleared, _cleared),
    },
    tables=(charging_begun, charging_ended, charging_late, charging_alarms, charging_cleared),
    judges=JUDGES,
    settles={CHARGING_ENDED: PURPOSE},
)
