"""A day's pages read that day's portions, not those of all years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kiosk.services.canteen.tables import servings
from sync.office.services.canteen import sales
from sync.office.services.canteen.sales import SalesFilter
from sync.office.store.database import reading, writing
from tests.office.books import HERE, Books

FIRST, DAYS, A_DAY = date(2026, 1, 1), 150, 200
LAST = FIRST + timedelta(days=DAYS - 1)


def fill(books: Books) -> None:
    rows = [
        {
            "region_id": books.office.region_id,
            "journal_id": bytes(16),
            "seq": n,
            "resident_id": n % 300,
            "site": HERE,
            "day": (FIRST + timedelta(days=n // A_DAY)).isoformat(),
            "meal": "lunch",
            "band": "60+",
            "portion": 1,
            "full_fen": 1500,
            "own_fen": 1000,
            "wall_ms": n,
            "served": 1,
        }
        for n in range(DAYS * A_DAY)
    ]
    with writing(books.office.engine) as connection:
        connection.execute(servings.insert(), rows)
    with books.office.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def test_a_day_is_read_from_an_index(on_both: Books) -> None:
    fill(on_both)
    asked: list[str] = []
    region_id = on_both.office.region_id
    with reading(on_both.office.engine) as connection:

        def hear(
            _connection: sa.Connection, _cursor: object, statement: str, values: object, *_: object
        ) -> None:
            if "FROM servings" in statement and not statement.startswith("EXPLAIN"):
                asked.append((statement, values))  # type: ignore[arg-type]

        sa.event.listen(connection, "before_cursor_execute", hear)
        assert sales.last_day(connection, region_id, "", LAST) == LAST
        assert sales.last_day(connection, region_id, HERE, LAST + timedelta(days=3)) == LAST
        day = SalesFilter(site=HERE, day=LAST)
        assert sales.site_days(connection, region_id, {HERE: LAST})[0].portions == A_DAY
        assert sales.sales_total(connection, region_id, day).portions == A_DAY
        sales.sales(connection, region_id, day)
        sa.event.remove(connection, "before_cursor_execute", hear)
        assert len(asked) == 5
        for statement, values in asked:
            plan = explain(connection, statement, values)
            assert "servings_by_day" in plan, f"{statement}\n{plan}"
        one = "SELECT * FROM servings WHERE region_id = 1 AND resident_id = 7 AND day = '2026-05-01'"
        assert "servings_by_resident" in explain(connection, one, ()), "the way to one resident is another"


def explain(connection: sa.Connection, statement: str, values: object) -> str:
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{how} {statement}", values)  # type: ignore[arg-type]
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("long_ago", [timedelta(days=1), timedelta(days=400)])
def test_the_last_day_is_found_however_long_ago(books: Books, long_ago: timedelta) -> None:
    books.sell(day=LAST)
    with reading(books.office.engine) as connection:
        assert sales.last_day(connection, books.office.region_id, HERE, LAST + long_ago) == LAST
        assert sales.last_day(connection, books.office.region_id, "elsewhere", FIRST) == FIRST, "none at all"
