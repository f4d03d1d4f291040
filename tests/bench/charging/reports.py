"""How long reports of charging take over 31 days of 10,000 sessions, against a plain sum over the same rows.

On both databases. A thousand sockets of ten sites are used ten times a day; nothing is amiss, so that each
report looks through everything and finds nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from kiosk.catalogue.items import Kind
from kiosk.ledger.sql import Row, insert_rows, run
from kiosk.services.charging.items import CHARGING_SITE
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.console import formats
from sync.office.console.names import load_names
from sync.office.office import Office
from sync.office.services.charging.pages import REPORTS
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.tables import charging_bills, charging_starts
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing
from tests.bench.charging.intake import ENERGY_WH, FEES, HOUR_S, SOCKETS, TARIFF, site_of
from tests.bench.loopback import new_database
from tests.factories import site
from tests.postgresql import postgresql_in

DAYS, SITES, TIMES_A_DAY = 31, 10, 10
FIRST_DAY = date(2026, 10, 1)
REPORTED = "money", "hours", "orphans"
AGAIN = 3
JOURNAL = bytes(16)
_SUM = (
    "SELECT count(*), sum(energy_wh), sum(electricity_fen), sum(service_fen), sum(subsidy_fen)"
    " FROM charging_bills WHERE region_id = ?"
)


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, Any]:
    """Seconds, the median of three; and each against the sum."""
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        return {
            "load": os.getloadavg()[0],
            "sqlite": _reports(Path(name) / "sqlite", ""),
            "postgresql": _reports(Path(name) / "postgresql", new_database(server, "reports")),
        }


def _reports(folder: Path, database: str) -> dict[str, float]:
    office = Office(OfficeSettings(data=folder, database=database), offered(SERVICES))
    region_id = office.region_id
    for day in range(DAYS):
        starts, bills = zip(*_day(region_id, day), strict=True)
        with writing(office.engine) as connection:
            insert_rows(connection, charging_starts, starts)
            insert_rows(connection, charging_bills, bills)
    sites = [f"site{n}" for n in range(SITES)]
    with writing(office.engine) as connection:
        changes = [Change(Kind.SITE, name, site(name)) for name in sites]
        publish_all(connection, region_id, changes)
        publish_all(connection, region_id, [Change(CHARGING_SITE, name, site_of(name)) for name in sites])
    asked = AskedDays(FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1))
    with reading(office.engine) as connection:
        names = load_names(connection, region_id, "zh")
        took_s = {"sum": _median_s(lambda: run(connection, _SUM, (region_id,)))}
        for each in REPORTED:
            report = REPORTS[each]
            took_s[each] = _median_s(lambda report=report: report(connection, region_id, asked, names))
    office.close()
    ratios = {f"{name}_against_sum": took_s[name] / took_s["sum"] for name in REPORTED}
    return {f"{name}_s": s for name, s in took_s.items()} | ratios


def _day(region_id: int, day: int) -> Iterator[tuple[Row, Row]]:
    """How each session of a day began, and how it ended: two hours and a quarter after the one before it."""
    midnight_ms = formats.midnight_ms(FIRST_DAY + timedelta(days=day), "")
    for turn in range(TIMES_A_DAY):
        from_ms = midnight_ms + turn * 9 * HOUR_S * 250
        first_wh = (day * TIMES_A_DAY + turn) * ENERGY_WH
        for where in range(SITES * SOCKETS):
            at, socket = divmod(where, SOCKETS)
            seq = 2 * (((day * TIMES_A_DAY) + turn) * SITES * SOCKETS + where) + 1
            order, who, place = f"{seq:016x}", 1000 + where, (f"site{at}", "shed", socket + 1)
            register = (f"pzem-{socket}", 0)
            began_ms, ended_ms = from_ms + where * 500, from_ms + where * 500 + HOUR_S * 1000
            began = (region_id, JOURNAL, seq, began_ms, order, who, who, "card", *place)
            ended = (region_id, JOURNAL, seq + 1, ended_ms, order, who, *place, "full", TARIFF.id, 1)
            fees = (FEES.electricity_fen, FEES.service_fen, FEES.subsidy_fen)
            yield (
                (*began, TARIFF.id, 1, 300, *register, first_wh, b""),
                (*ended, *register, first_wh, first_wh + ENERGY_WH, ENERGY_WH, HOUR_S, 0, *fees, 0, began_ms),
            )


def _median_s(work: Callable[[], Any]) -> float:
    took_s = []
    for _ in range(AGAIN):
        began_s = time.perf_counter()
        work()
        took_s.append(time.perf_counter() - began_s)
    return median(took_s)


if __name__ == "__main__":
    main()
