"""Sessions one by one: whose, where, how long, what flowed and what it cost."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Column, Shape, Sheet
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.tables import charging_bills, charging_starts
from sync.office.services.charging.words import MEANS, REASONS

PER_PAGE = 200

COLUMNS = (
    Column("ended_ms", _("Ended at"), Shape.TIME),
    Column("site", _("Site"), Shape.SITE),
    Column("socket", _("Socket"), Shape.TEXT),
    Column("resident_id", _("Resident"), Shape.RESIDENT),
    Column("means", _("Started by"), Shape.WORD),
    Column("helper_id", _("Started for them by"), Shape.RESIDENT),
    Column("reason", _("Why it ended"), Shape.WORD),
    Column("minutes", _("Minutes"), Shape.MINUTES),
    Column("dead_minutes", _("Without power"), Shape.MINUTES),
    Column("energy_wh", _("Energy, kWh"), Shape.WH),
    Column("electricity_fen", _("Electricity fee"), Shape.FEN),
    Column("service_fen", _("Service fee"), Shape.FEN),
    Column("subsidy_fen", _("Subsidy"), Shape.FEN),
    Column("paid_fen", _("Paid by residents"), Shape.FEN),
    Column("order_id", _("Order"), Shape.TEXT),
)


def sessions(
    connection: sa.Connection, region_id: int, asked: AskedDays, names: Names, page: int | None = None
) -> Sheet:
    """Those that ended on the days asked for, the latest first; a page of them, or all."""
    places = Places.read(connection, region_id)
    wanted = that_ended(region_id, asked, names.time_zones, places)
    b, s = charging_bills.c, charging_starts.c
    query = (
        sa.select(charging_bills, s.means, _helper().label("helper_id"))
        .outerjoin(charging_starts, (s.region_id == b.region_id) & (s.order_id == b.order_id))
        .where(*wanted)
        .order_by(b.wall_ms.desc(), b.journal_id, b.seq)
    )
    if page is not None:
        query = query.limit(PER_PAGE).offset(PER_PAGE * page)
    rows = [
        (
            *(row.wall_ms, row.site, places.label(row.site, row.box, row.socket), row.resident_id),
            *(
                row.means or "",
                row.helper_id,
                row.reason,
                row.charged_s // 60,
                row.dead_s // 60,
                row.energy_wh,
            ),
            *(row.electricity_fen, row.service_fen, row.subsidy_fen),
            *(row.electricity_fen + row.service_fen - row.subsidy_fen, row.order_id),
        )
        for row in connection.execute(query)
    ]
    return Sheet(
        "charging_sessions",
        _("Charging sessions"),
        _("No session ended in these days."),
        COLUMNS,
        rows,
        _total(connection, wanted),
        {**MEANS, **REASONS},
    )


def _helper() -> sa.Case[int | None]:
    """Who started it for whoever pays, such as family or a volunteer; None: nobody else."""
    s = charging_starts.c
    return sa.case((s.started_by != s.resident_id, s.started_by))


def count(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> int:
    """How many there are on all pages."""
    wanted = that_ended(region_id, asked, names.time_zones, Places.read(connection, region_id))
    query = sa.select(sa.func.count()).select_from(charging_bills).where(*wanted)
    return int(connection.execute(query).scalar_one())


def _total(connection: sa.Connection, wanted: list[sa.ColumnElement[bool]]) -> tuple[str | int | None, ...]:
    b = charging_bills.c
    summed = (b.charged_s, b.dead_s, b.energy_wh, b.electricity_fen, b.service_fen, b.subsidy_fen)
    sums = [sa.cast(sa.func.coalesce(sa.func.sum(each), 0), sa.BigInteger) for each in summed]
    charged_s, dead_s, *rest = map(int, connection.execute(sa.select(*sums).where(*wanted)).one())
    _energy, electricity_fen, service_fen, subsidy_fen = rest
    paid_fen = electricity_fen + service_fen - subsidy_fen
    return (None, "", "", None, "", None, "", charged_s // 60, dead_s // 60, *rest, paid_fen, "")


def that_ended(
    region_id: int, asked: AskedDays, zones: Mapping[str, str], places: Places
) -> list[sa.ColumnElement[bool]]:
    """Conditions on `charging_bills`."""
    b = charging_bills.c
    since_ms, until_ms = asked.span_ms(zones)
    wanted = [b.region_id == region_id, b.wall_ms >= since_ms, b.wall_ms < until_ms]
    if asked.site:
        wanted.append(b.site == asked.site)
    if asked.who.isdecimal():
        wanted.append(b.resident_id == min(int(asked.who), 2**63 - 1))
    elif asked.who:
        sockets = places.called(asked.who)
        at = [(b.site == site) & (b.box == box) & (b.socket == number) for site, box, number in sockets]
        wanted.append(sa.or_(sa.false(), *at))
    return wanted
