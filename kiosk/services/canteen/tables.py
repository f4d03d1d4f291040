"""Servings, to be looked up: at the counter whether this person has eaten, at the office for its reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.accounts import own_money
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record, turnover_fen
from kiosk.ledger.tables import journal_table
from kiosk.services.canteen.records import MEAL_SERVED, MealServed, decode_meal

servings = journal_table(
    "servings",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False),  # ISO date
    sa.Column("meal", sa.Text, nullable=False),
    sa.Column("band", sa.Text, nullable=False),
    sa.Column("portion", sa.SmallInteger, nullable=False),
    sa.Column("full_fen", sa.BigInteger, nullable=False),
    sa.Column("own_fen", sa.BigInteger, nullable=False),
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    sa.Index("servings_by_resident", "region_id", "resident_id", "day", "meal"),
    key=("seq",),
)

_INSERT = sa.insert(servings)


def project_meals(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row per portion. The postings are the truth; this only finds them again."""
    connection.execute(_INSERT, [_row(journal, record, decode_meal(record.body)) for record in records])
    return ()


def _row(journal: JournalKey, record: Record, meal: MealServed) -> dict[str, object]:
    mine = own_money(meal.resident_id)
    return {
        "region_id": journal.region_id,
        "journal_id": journal.journal_id,
        "seq": record.seq,
        "resident_id": meal.resident_id,
        "site": meal.site,
        "day": meal.day.isoformat(),
        "meal": meal.meal,
        "band": meal.band,
        "portion": meal.portion,
        "full_fen": turnover_fen(record.postings),
        "own_fen": -sum(each.quantity for each in record.postings if each.account == mine),
        "wall_ms": record.wall_ms,
    }


PROJECTIONS: Projections = {MEAL_SERVED: project_meals}
