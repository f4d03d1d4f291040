"""What a batch costs the office depends on what it brings, not on what is there already.

PostgreSQL has counted no row of a young table, and takes it for a small one: whatever it may join in its own
order it then reads from end to end, for each row of the batch. Once it has counted, it may choose otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from sync.office.store.bulk import OneTripCursor
from sync.office.store.database import reading, writing
from sync.wire.messages import MAX_BATCH_RECORDS
from tests.sync.world import Kiosk, OfficeWorld, meal_postings, moment

RESIDENTS, DAYS = range(1, 51), 60
MOST_FOR_EACH = 25  # rows looked at for each record brought, by any one question
MOST_GROWTH = 1.5  # of what it looks at, from the second batch on


def _eat(kiosk: Kiosk) -> None:
    """Everybody eats every day, by a card whose chip counts how often it was read."""
    with kiosk.journal.writing() as writing:
        for day in range(DAYS):
            served = (kiosk.site, date(2026, 3, 2) + timedelta(days=day), "lunch", "60+", "lunch-60+", 1, 2)
            for who in RESIDENTS:
                meal = MealServed(who, who, *served, counter=day + 1)
                at = moment(writing.head.seq + 1)
                writing.append(*MEAL_SERVED, meal, *meal_postings(who, kiosk.site), at=at)


@contextmanager
def _overheard(patch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """The questions put to the database meanwhile, with their values."""
    asked: list[tuple[str, Any]] = []
    execute = OneTripCursor.execute

    def listening(cursor: OneTripCursor, query: Any, params: Any = None, **options: Any) -> Any:
        if isinstance(query, str) and query.lstrip().startswith("SELECT") and " FOR UPDATE" not in query:
            asked.append((query, params))
        return execute(cursor, query, params, **options)

    with patch.context() as inside:
        inside.setattr(OneTripCursor, "execute", listening)
        yield asked


def _rows_looked_at(plan: dict[str, Any]) -> float:
    counts = [name for name in plan if name == "Actual Rows" or name.startswith("Rows Removed")]
    return sum(plan[name] for name in counts) * plan["Actual Loops"] + sum(
        _rows_looked_at(each) for each in plan.get("Plans", ())
    )


def _looked_at(office: OfficeWorld, asked: list[tuple[str, Any]]) -> dict[str, float]:
    """By question, the rows that answering it looks at."""
    with reading(office.office.engine) as connection:
        cursor = connection.connection.cursor()
        plans = {
            query: cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values).fetchone()
            for query, values in asked
        }
    return {query: _rows_looked_at(explained[0][0]["Plan"]) for query, explained in plans.items()}


def _assert_few_looked_at(counted: dict[str, float]) -> None:
    for query, rows in counted.items():
        assert rows <= MOST_FOR_EACH * MAX_BATCH_RECORDS, query


def _assert_not_grown(counted: dict[str, float], before: dict[str, float]) -> None:
    for query, rows in counted.items():
        assert rows <= MOST_GROWTH * max(before[query], MAX_BATCH_RECORDS), query


def _leave_uncounted(office: OfficeWorld) -> None:
    """Keep PostgreSQL from counting rows by itself, which it does once a minute."""
    with writing(office.office.engine) as connection:
        for table in office.tables():
            connection.exec_driver_sql(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_batch_is_not_compared_with_all_there_is(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _leave_uncounted(office)
    for each in RESIDENTS:
        office.resident(each, opening_fen=100_000)
    _eat(kiosk)
    counted: list[dict[str, float]] = []
    for batch in range(1, len(RESIDENTS) * DAYS // MAX_BATCH_RECORDS + 1):
        with _overheard(monkeypatch) as asked:
            kiosk.push()
        assert kiosk.acked_seq() == batch * MAX_BATCH_RECORDS
        counted.append(_looked_at(office, asked))
        _assert_few_looked_at(counted[-1])
    _assert_not_grown(counted[-1], counted[1])
    with writing(office.office.engine) as connection:
        connection.exec_driver_sql("ANALYZE")
    _assert_few_looked_at(_looked_at(office, asked))
