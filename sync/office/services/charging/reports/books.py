"""What sessions came to, held against what the books moved on the two accounts that charging earns.

For each day and site: what the sessions say, what of it stands in suspense until a clerk decides, and what
was booked with them. Then, for each site, all that these accounts have ever moved: with sessions, by the
office itself (billed by a clerk, taken back), and by whatever else, which is nobody's to move and is named
record by record. `difference` is 0 unless something is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.accounts import revenue, suspense
from kiosk.ledger.sql import Row, run
from kiosk.services.charging.machine.judging import ELECTRICITY, SERVICE
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports.asked import QUARTER_MS, AskedDays, moment_of

EVER, RECORD = "ever", "record"
COLUMNS = (
    Column("day", _("Day"), Shape.WORD),
    Column("site", _("Site"), Shape.SITE),
    Column("record", _("Record"), Shape.TEXT),
    Column("said_fen", _("Sessions came to"), Shape.FEN),
    Column("suspended_fen", _("Not believed yet"), Shape.FEN),
    Column("office_fen", _("By the office"), Shape.FEN),
    Column("booked_fen", _("Booked"), Shape.FEN),
    Column("difference_fen", _("Difference"), Shape.FEN),
)


def books(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> Sheet:
    """Both fees together. What a clerk did with what was not believed is in what was booked."""
    sites = [each for each in Places.read(connection, region_id).sites if asked.site in ("", each)]
    rows: list[tuple[Cell, ...]] = []
    for site in sites:
        zone = names.time_zones.get(site, "")
        by_day: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
        span = asked.span_ms(names.time_zones)
        for quarter, *sums in _of_sessions(connection, region_id, site, span):
            day = moment_of(quarter, zone).date()
            if asked.has(day):
                by_day[day] = [one + int(other) for one, other in zip(by_day[day], sums, strict=True)]
        for day, (said, suspended, booked) in sorted(by_day.items()):
            rows.append((day.isoformat(), site, "", said, suspended, 0, booked, booked + suspended - said))
        rows += _ever(connection, region_id, site)
    words = {EVER: _("Since the beginning"), RECORD: _("No session")}
    return Sheet(
        "charging_books",
        _("Sessions and the books"),
        _("No charging point is set up."),
        COLUMNS,
        rows,
        words=words,
    )


def _ever(connection: sa.Connection, region_id: int, site: str) -> Iterator[tuple[Cell, ...]]:
    """All that the accounts of a site have moved; then what no session and no clerk did."""
    accounts = _accounts(site)
    said = suspended = with_sessions = 0
    for _quarter, *sums in _of_sessions(connection, region_id, site, (0, _FOR_EVER_MS)):
        said, suspended, with_sessions = (
            one + int(other) for one, other in zip((said, suspended, with_sessions), sums, strict=True)
        )
    ((booked, by_office),) = run(connection, _MOVED, (region_id, *accounts))
    difference = int(booked) - int(by_office) - (said - suspended)
    yield (EVER, site, "", said, suspended, int(by_office), int(booked), difference)
    if int(booked) - int(by_office) != with_sessions:
        for journal, seq, fen in run(connection, _NO_SESSION, (region_id, *accounts)):
            yield (RECORD, site, f"{bytes(journal).hex()} {seq}", 0, 0, 0, int(fen), int(fen))


def _of_sessions(connection: sa.Connection, region_id: int, site: str, span_ms: tuple[int, int]) -> list[Row]:
    """By quarter of an hour: what sessions say, what was booked to suspense, and to their accounts."""
    electricity, service = _accounts(site)
    values = (suspense(electricity), suspense(service), electricity, service, region_id, site, *span_ms)
    return run(connection, _SESSIONS, values)


def _accounts(site: str) -> tuple[str, str]:
    return revenue(ELECTRICITY, site), revenue(SERVICE, site)


_FOR_EVER_MS = 2**53
_SESSIONS = f"""
SELECT quarter, CAST(sum(said) AS BIGINT), CAST(sum(suspended) AS BIGINT), CAST(sum(booked) AS BIGINT) FROM (
  SELECT b.wall_ms / {QUARTER_MS} AS quarter, b.electricity_fen + b.service_fen AS said,
    coalesce(sum(CASE WHEN p.account IN (?, ?) THEN p.quantity ELSE 0 END), 0) AS suspended,
    coalesce(sum(CASE WHEN p.account IN (?, ?) THEN p.quantity ELSE 0 END), 0) AS booked
  FROM charging_bills AS b LEFT JOIN postings AS p ON p.region_id = b.region_id
    AND p.journal_id = b.journal_id AND p.seq = b.seq AND p.unit = 'FEN'
  WHERE b.region_id = ? AND b.site = ? AND b.wall_ms >= ? AND b.wall_ms < ?
  GROUP BY b.journal_id, b.seq, b.wall_ms, b.electricity_fen, b.service_fen
) AS bills GROUP BY quarter
"""  # noqa: S608
_MOVED = """
SELECT coalesce(CAST(sum(m.credits - m.debits) AS BIGINT), 0),
  coalesce(CAST(sum(CASE WHEN j.device_id IS NULL THEN m.credits - m.debits ELSE 0 END) AS BIGINT), 0)
FROM balances AS m JOIN journals AS j ON j.region_id = m.region_id AND j.journal_id = m.journal_id
WHERE m.region_id = ? AND m.account IN (?, ?) AND m.unit = 'FEN'
"""
_NO_SESSION = """
SELECT p.journal_id, p.seq, CAST(sum(p.quantity) AS BIGINT) FROM postings AS p
JOIN journals AS j ON j.region_id = p.region_id AND j.journal_id = p.journal_id AND j.device_id IS NOT NULL
WHERE p.region_id = ? AND p.account IN (?, ?) AND p.unit = 'FEN' AND NOT EXISTS (
  SELECT 1 FROM charging_bills AS b
  WHERE b.region_id = p.region_id AND b.journal_id = p.journal_id AND b.seq = p.seq)
GROUP BY p.journal_id, p.seq ORDER BY p.journal_id, p.seq
"""
