"""Close-outs: what was expected in each cash box, what was counted, and who counted it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, request

from kiosk.catalogue.items import Kind
from kiosk.services.till.tables import shift_ends
from sync.office.catalogue.published import current_values
from sync.office.console import exports, formats
from sync.office.console.languages import current
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.store.database import reading
from sync.office.store.tables import devices, journals


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


@dataclass(frozen=True, slots=True)
class Asked:
    """Which close-outs: of all sites or one, from one day to another."""

    site: str
    first_day: date
    last_day: date


def add_pages(console: Blueprint, office: Office) -> None:
    """Put `/cash` and its file on the blueprint."""

    def found(query: Query) -> tuple[Asked, Names, Mapping[str, str], Sequence[CloseOut]]:
        asked = _asked(query)
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            staff = {each.id: each.name for each in current_values(connection, office.region_id, Kind.STAFF)}
            zone = names.time_zones.get(asked.site, "")
            return asked, names, staff, close_outs(connection, office.region_id, asked, zone)

    @console.get("/cash")
    def cash() -> tuple[str, int]:
        query = Query(request.args)
        asked, names, staff, listed = found(query)
        return query.answer(
            "console/cash.html", asked=asked, names=names, staff=staff, listed=listed, total=total_of(listed)
        )

    @console.get("/cash.csv")
    def cash_file() -> Response:
        query = Query(request.args)
        asked, names, staff, listed = found(query)
        query.insist()
        name = f"cash-{asked.first_day}-{asked.last_day}.csv"
        return Response(
            as_csv(listed, names, staff),
            content_type=exports.MEDIA_TYPES["csv"],
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )


def _asked(query: Query) -> Asked:
    """Seven days unless it is said otherwise."""
    today = formats.today()
    return Asked(query.text("site"), *query.days(today - timedelta(days=6), today))


def close_outs(connection: sa.Connection, region_id: int, asked: Asked, zone_name: str) -> list[CloseOut]:
    """The latest first."""
    s, j, d = shift_ends.c, journals.c, devices.c
    query = (
        sa.select(shift_ends, d.name)
        .join(journals, (j.region_id == s.region_id) & (j.journal_id == s.journal_id))
        .outerjoin(devices, (d.region_id == j.region_id) & (d.device_id == j.device_id))
        .where(
            s.region_id == region_id,
            s.closed == 1,
            s.wall_ms >= _midnight_ms(asked.first_day, zone_name),
            s.wall_ms < _midnight_ms(asked.last_day + timedelta(days=1), zone_name),
        )
        .order_by(s.wall_ms.desc(), s.journal_id, s.seq)
    )
    if asked.site:
        query = query.where(s.site == asked.site)
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
        )
        for row in connection.execute(query)
    ]


def _midnight_ms(day: date, zone_name: str) -> int:
    return int(datetime.combine(day, time(), formats.zone(zone_name)).astimezone(UTC).timestamp() * 1000)


def total_of(listed: Sequence[CloseOut]) -> Counted:
    return Counted(sum(each.expected_fen for each in listed), sum(each.counted_fen for each in listed))


def as_csv(listed: Iterable[CloseOut], names: Names, staff: Mapping[str, str]) -> bytes:
    """One row for each close-out; the mark in front is for Excel."""
    plain: Callable[[str], str] = exports.unformulated
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            *("closed_at", "site", "kiosk", "shift", "operator"),
            *("expected_yuan", "counted_yuan", "difference_yuan", "reason"),
        ]
    )
    for each in listed:
        at = formats.local(each.wall_ms, names.time_zones.get(each.site, "")).isoformat(timespec="seconds")
        place = [
            plain(each.site),
            plain(each.kiosk),
            each.number,
            plain(staff.get(each.operator, each.operator)),
        ]
        amounts = (each.expected_fen, each.counted_fen, each.difference_fen)
        writer.writerow([at, *place, *(exports.yuan(fen) for fen in amounts), plain(each.reason)])
    return text.getvalue().encode("utf-8-sig")
