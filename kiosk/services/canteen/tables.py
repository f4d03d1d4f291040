"""Servings, to be looked up: at the counter whether this person has eaten, at the office for its reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.reader import Catalogue
from kiosk.ledger.accounts import courtesy, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REFUND, REVERSAL, decode_given_back
from kiosk.ledger.posting import Finding, JournalKey, Projections, nothing_to_find
from kiosk.ledger.records import Record, decode, turnover_fen
from kiosk.ledger.sql import Row, insert_rows, run
from kiosk.ledger.tables import journal_table
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL, decode_fed
from kiosk.services.canteen.records import (
    GUEST_MEAL,
    MEAL_SERVED,
    NOBODY,
    SALE,
    MealServed,
    decode_meal,
    decode_sold,
)

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
    sa.Column("own_fen", sa.BigInteger, nullable=False),  # the resident's part, from money or as courtesy
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    # 1 for a portion handed out, -1 for one that was undone, 0 for money given back; their sums are net.
    sa.Column("served", sa.SmallInteger, nullable=False, server_default="1"),
    sa.Index("servings_by_resident", "region_id", "resident_id", "day", "meal"),
    key=("seq",),
)


def project_meals(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row per portion. The postings are the truth; this only finds them again."""
    rows = [
        _row(journal, record, _decoders[record.kind](record.body), turnover_fen(record.postings), 1)
        for record in records
    ]
    insert_rows(connection, servings, rows)
    return ()


def _volunteers_meal(body: msgspec.Raw) -> MealServed:
    """As a portion of nobody's: it is counted, and belongs to no account."""
    fed = decode_fed(body)
    return MealServed(NOBODY, 0, fed.site, fed.day, fed.meal, fed.band, fed.rule_id, portion=1, level=0)


_decoders = {MEAL_SERVED[0]: decode_meal, VOLUNTEER_MEAL[0]: _volunteers_meal}


def project_given_back(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row beside that of the portion, with what was given back below zero. Other kinds have none."""
    rows = []
    for record in records:
        given = decode_given_back(record.body)
        if (given.kind, given.version) in (MEAL_SERVED, VOLUNTEER_MEAL):
            served = -1 if record.kind == REVERSAL[0] else 0
            meal = _decoders[given.kind](given.body)
            rows.append(_row(journal, record, meal, -given.quantity, served))
    if rows:
        insert_rows(connection, servings, rows)
    return ()


def _row(journal: JournalKey, record: Record, meal: MealServed, full_fen: int, served: int) -> Row:
    return (
        journal.region_id,
        journal.journal_id,
        record.seq,
        meal.resident_id,
        meal.site,
        meal.day.isoformat(),
        meal.meal,
        meal.band,
        meal.portion,
        full_fen,
        _own_fen(meal.resident_id, record.postings),
        record.wall_ms,
        served,
    )


def _own_fen(resident_id: int, postings: Iterable[Posting]) -> int:
    payers = own_money(resident_id), courtesy(resident_id)
    return -sum([each.quantity for each in postings if each.account in payers and each.unit is Unit.FEN])


# For the counter's SQLite, which without the hint guesses that a region has ten rows and reads them all.
_PORTIONS = (
    "SELECT portion, max(CASE WHEN served = 1 THEN wall_ms END) FROM servings"
    " INDEXED BY servings_by_resident WHERE region_id = ? AND resident_id = ? AND day = ? AND meal = ?"
    " GROUP BY portion HAVING sum(served) > 0 ORDER BY portion"
)


def portions_of(
    connection: sa.Connection, region_id: int, resident_id: int, day: str, meal: str
) -> Sequence[Row]:
    """The portions a resident has had here in one meal period, as (`portion`, `wall_ms`). On SQLite only.

    One that was undone was not had.
    """
    return run(connection, _PORTIONS, (region_id, resident_id, day, meal))


_SERVINGS = (
    "SELECT journal_id, seq, portion, served, wall_ms FROM servings INDEXED BY servings_by_resident"
    " WHERE region_id = ? AND resident_id = ? AND day = ? AND meal = ?"
)


def earlier_servings(
    catalogue: Catalogue, region_id: int, resident_id: int, day: str, meal: str
) -> Sequence[Row]:
    """Servings of the journals before this one: `journal_id`, `seq`, `portion`, `served`, `wall_ms`."""
    return catalogue.earlier(servings.name, _SERVINGS, (region_id, resident_id, day, meal))


def portions_with(
    earlier: Iterable[Row],
    connection: sa.Connection,
    region_id: int,
    resident_id: int,
    day: str,
    meal: str,
) -> Sequence[Row]:
    """The same with servings of earlier journals; those that are here too count once."""
    here = run(connection, _SERVINGS, (region_id, resident_id, day, meal))
    served: dict[int, int] = defaultdict(int)
    at_ms: dict[int, int] = defaultdict(int)
    for portion, change, wall_ms in {row[:2]: row[2:] for row in (*earlier, *here)}.values():
        served[portion] += change
        if change == 1:
            at_ms[portion] = max(at_ms[portion], wall_ms)
    return [(portion, at_ms[portion]) for portion in sorted(served) if served[portion] > 0]


_HAD_IN_DAY = (
    "SELECT coalesce(sum(full_fen), 0) FROM servings INDEXED BY servings_by_resident"
    " WHERE region_id = ? AND resident_id = ? AND day = ?"
)


def had_in_day_fen(connection: sa.Connection, region_id: int, resident_id: int, day: str) -> int:
    """What a resident had here on one day, at full prices, less what was given back; fen. On SQLite only."""
    return int(run(connection, _HAD_IN_DAY, (region_id, resident_id, day))[0][0])


_LAST_MEALS = (
    "SELECT day, meal, sum(own_fen), sum(served) FROM servings INDEXED BY servings_by_resident"
    " WHERE region_id = ? AND resident_id = ? GROUP BY day, meal HAVING sum(served) > 0"
    " ORDER BY day DESC, max(wall_ms) DESC LIMIT ?"
)


def last_meals(connection: sa.Connection, region_id: int, resident_id: int, limit: int) -> Sequence[Row]:
    """What a resident had here last, the latest first, as (`day`, `meal`, `own_fen`, `portions`)."""
    return run(connection, _LAST_MEALS, (region_id, resident_id, limit))


def earlier_meals(catalogue: Catalogue, region_id: int, resident_id: int, limit: int) -> Sequence[Row]:
    """The same of the journals before this one."""
    return catalogue.earlier(servings.name, _LAST_MEALS, (region_id, resident_id, limit))


_COUNT = (
    "SELECT coalesce(sum(served), 0) FROM servings WHERE region_id = ? AND journal_id = ?"
    " AND seq > ? AND seq <= ? AND day = ? AND meal = ?"
)


def count_portions(
    connection: sa.Connection, journal: JournalKey, after_seq: int, to_seq: int, day: str, meal: str
) -> int:
    """Portions of one meal among the records after one and up to another."""
    wanted = (journal.region_id, journal.journal_id, after_seq, to_seq, day, meal)
    return int(run(connection, _COUNT, wanted)[0][0])


_RAW = "SELECT raw FROM records WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ?"


def count_guests(
    connection: sa.Connection, journal: JournalKey, after_seq: int, to_seq: int, day: str, meal: str
) -> int:
    """Guests' meals of one meal among the same records; one that was undone was not had."""
    rows = run(connection, _RAW, (journal.region_id, journal.journal_id, after_seq, to_seq))
    return sum(_guests(raw, day, meal) for (raw,) in rows)


def _guests(raw: bytes, day: str, meal: str) -> int:
    try:
        record = decode(raw)
    except msgspec.MsgspecError:
        return 0  # whoever proves the journal says so
    kind, body, sign = (record.kind, record.version), record.body, 1
    if kind == REVERSAL:
        given = decode_given_back(body)
        kind, body, sign = (given.kind, given.version), given.body, -1
    if kind != SALE:
        return 0
    sold = decode_sold(body)
    if (sold.day.isoformat(), sold.meal) != (day, meal):
        return 0
    return sign * sum(line.quantity for line in sold.lines if line.product == GUEST_MEAL)


def handed_out(
    connection: sa.Connection, journal: JournalKey, after_seq: int, to_seq: int, day: str, meal: str
) -> int:
    """The same to residents, volunteers and guests."""
    among = (connection, journal, after_seq, to_seq, day, meal)
    return count_portions(*among) + count_guests(*among)


PROJECTIONS: Projections = {
    MEAL_SERVED: project_meals,
    VOLUNTEER_MEAL: project_meals,
    SALE: nothing_to_find,
    REFUND: project_given_back,
    REVERSAL: project_given_back,
}
