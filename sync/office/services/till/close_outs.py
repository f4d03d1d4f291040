"""Close-outs: what was expected in each cash box, what was counted, and who counted it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding
from kiosk.ledger.sql import run
from kiosk.services.till.tables import cash_moves, shift_ends
from sync.office.api.openapi import Download
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.reporting.sheets import Column, Shape, Sheet, SheetFile
from sync.office.intake.batch import Batch
from sync.office.services.till.reasons import REASONS
from sync.office.store.tables import bankings, devices, journals


@dataclass(frozen=True, slots=True)
class Counted:
    """Cash, as it should be and as it was counted: of one shift, or of a whole list."""

    expected_fen: int
    counted_fen: int

    @property
    def difference_fen(self) -> int:
        """Below zero: missing."""
        return self.counted_fen - self.expected_fen


@dataclass(frozen=True, slots=True)
class CloseOut(Counted):
    """The end of one shift, as its kiosk recorded it."""

    site: str
    kiosk: str
    number: int
    wall_ms: int
    operator: str
    reason: str
    journal: str  # in hexadecimal
    seq: int
    device: str  # in hexadecimal
    float_fen: int  # came out of the safe when the shift began
    slip: str  # of the bank; empty: not paid in yet

    @property
    def taken_fen(self) -> int:
        """What the shift added to the safe: for the bank."""
        return self.counted_fen - self.float_fen

    @property
    def key(self) -> str:
        """As a form names it."""
        return f"{self.journal}-{self.seq}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which close-outs: of all sites or one, from one day to another."""

    site: str
    first_day: date
    last_day: date


def close_outs(connection: sa.Connection, region_id: int, asked: Asked, zone_name: str) -> list[CloseOut]:
    """The latest first."""
    s = shift_ends.c
    begins_ms = formats.midnight_ms(asked.first_day, zone_name)
    ends_ms = formats.midnight_ms(asked.last_day + timedelta(days=1), zone_name)
    return _found(connection, region_id, asked.site, s.wall_ms >= begins_ms, s.wall_ms < ends_ms)


def not_banked(connection: sa.Connection, region_id: int, site: str) -> list[CloseOut]:
    """Of one site, the latest first: whose cash nobody said to be in the bank."""
    return _found(connection, region_id, site, bankings.c.slip.is_(None))


def _found(
    connection: sa.Connection, region_id: int, site: str, *which: sa.ColumnElement[bool]
) -> list[CloseOut]:
    s, j, d, b = shift_ends.c, journals.c, devices.c, bankings.c
    undoing = bankings.alias()
    u = undoing.c
    undone = sa.exists().where(u.region_id == region_id, u.of_journal_id == b.journal_id, u.of_seq == b.seq)
    of_it = (b.region_id == region_id) & (b.of_journal_id == s.journal_id) & (b.of_seq == s.seq)
    float_fen = _float_fen(region_id).label("float_fen")
    query = (
        sa.select(shift_ends, d.name, d.device_id, b.slip, float_fen)
        .join(journals, (j.region_id == region_id) & (j.journal_id == s.journal_id))
        .outerjoin(devices, (d.region_id == region_id) & (d.device_id == j.device_id))
        .outerjoin(bankings, of_it & ~undone)
        .where(s.region_id == region_id, s.closed == 1, *which)
        .order_by(s.wall_ms.desc(), s.journal_id, s.seq)
    )
    if site:
        query = query.where(s.site == site)
    return [
        CloseOut(
            site=row.site,
            kiosk=row.name or "",
            number=row.number,
            wall_ms=row.wall_ms,
            operator=row.operator,
            expected_fen=row.expected_fen,
            counted_fen=row.counted_fen,
            reason=row.reason,
            journal=row.journal_id.hex(),
            seq=row.seq,
            device=(row.device_id or b"").hex(),
            float_fen=row.float_fen,
            slip=row.slip or "",
        )
        for row in connection.execute(query)
    ]


def _float_fen(region_id: int) -> sa.ScalarSelect[int]:
    """A shift may have been opened in an earlier journal of its kiosk."""
    opened, of_kiosk, m = shift_ends.alias(), journals.alias(), cash_moves.c
    o, k = opened.c, of_kiosk.c
    return (
        sa.select(sa.func.coalesce(sa.cast(sa.func.sum(m.fen), sa.BigInteger), 0))
        .select_from(of_kiosk)
        .join(opened, (o.region_id == region_id) & (o.journal_id == k.journal_id))
        .join(cash_moves, (m.region_id == region_id) & (m.journal_id == o.journal_id) & (m.seq == o.seq))
        .where(
            k.region_id == region_id,
            k.device_id == journals.c.device_id,
            o.closed == 0,
            o.site == shift_ends.c.site,
            o.number == shift_ends.c.number,
        )
        .correlate(shift_ends, journals)
        .scalar_subquery()
    )


def total_of(listed: Sequence[CloseOut]) -> Counted:
    return Counted(sum(each.expected_fen for each in listed), sum(each.counted_fen for each in listed))


DOWNLOADS = [
    Download(
        "/cash.json",
        "What was expected and counted in each cash box at the end of a shift: fen",
        SheetFile,
        {"from": date, "to": date, "site": str},
    )
]
COLUMNS = (
    Column("closed_at", _("Closed at"), Shape.TIME),
    Column("site", _("Site"), Shape.SITE),
    Column("kiosk", _("Kiosk"), Shape.TEXT),
    Column("shift", _("Shift"), Shape.COUNT),
    Column("operator", _("Who"), Shape.TEXT),
    Column("expected_fen", _("Expected"), Shape.FEN),
    Column("counted_fen", _("Counted"), Shape.FEN),
    Column("difference_fen", _("Difference"), Shape.FEN),
    Column("reason", _("Reason"), Shape.WORD),
    Column("float_fen", _("Float"), Shape.FEN),
    Column("for_the_bank_fen", _("For the bank"), Shape.FEN),
    Column("slip", _("Slip"), Shape.TEXT),
)


def as_sheet(listed: Sequence[CloseOut], staff: Mapping[str, str]) -> Sheet:
    """A row for each, with staff by name."""
    total = total_of(listed)
    sums = (total.expected_fen, total.counted_fen, total.difference_fen)
    banked = (sum(each.float_fen for each in listed), sum(each.taken_fen for each in listed))
    return Sheet(
        code="close_outs",
        title=_("Close-outs and cash"),
        none=_("No shift was closed in these days."),
        columns=COLUMNS,
        rows=[_row(each, staff) for each in listed],
        total=(None, "", "", None, "", *sums, "", *banked, ""),
        words=REASONS,
    )


def _row(each: CloseOut, staff: Mapping[str, str]) -> tuple[str | int, ...]:
    place = (each.wall_ms, each.site, each.kiosk, each.number, staff.get(each.operator, each.operator))
    amounts = (each.expected_fen, each.counted_fen, each.difference_fen)
    return (*place, *amounts, each.reason, each.float_fen, each.taken_fen, each.slip)


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """Close-outs that expected something else than the kiosk's own records put into the box.

    A close-out empties it. Not asked of a kiosk with an earlier journal, whose records may lie in both.
    """
    closed = run(connection, _CLOSED, batch.place)
    mine = (batch.key.region_id, batch.device.id)
    if not closed or run(connection, _EARLIER, (*mine, *mine, batch.key.journal_id)):
        return
    for seq, site, number, expected_fen in closed:
        left_fen = int(run(connection, _LEFT, (*batch.place[:2], site, seq))[0][0])
        if left_fen:
            detail = figures(shift=number, expected_fen=expected_fen, recorded_fen=expected_fen + left_fen)
            yield Finding(seq, "close_out_otherwise", detail)


_CLOSED = (
    "SELECT seq, site, number, expected_fen FROM shift_ends"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? AND closed = 1 ORDER BY seq"
)
_EARLIER = (
    "SELECT 1 FROM devices WHERE region_id = ? AND device_id = ? AND replaces IS NOT NULL UNION ALL"
    " SELECT 1 FROM journals WHERE region_id = ? AND device_id = ? AND journal_id <> ?"
)
_LEFT = (
    "SELECT coalesce(CAST(sum(fen) AS BIGINT), 0) FROM cash_moves"
    " WHERE region_id = ? AND journal_id = ? AND site = ? AND seq <= ?"
)
