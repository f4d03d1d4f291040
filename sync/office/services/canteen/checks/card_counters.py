"""Two chips with one number: a chip's read counter that goes back from one meal to the next.

An NTAG21x counts how often it was read, and cannot be made to count down. So two sales by one card tell of
two chips when the later one counted less, or when two journals hold the same count. Which of two sales was
later is certain within a journal; between journals only where both kiosks had heard the office since they
were switched on, and the sales are further apart than their clocks may differ. Findings only: no money moves,
and they are the same in whatever order journals come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import ClockQuality, Record
from kiosk.ledger.sql import Row, insert_rows, run
from kiosk.services.canteen.records import MEAL_SERVED, decode_meal
from sync.office.books import reviews
from sync.office.intake.batch import Batch
from sync.office.services.canteen.tables import card_counters

COUNTER_BACK = "card_counter_back"
APART_MS = 60_000  # many times what two clocks that were set by the office may differ
MOST_COUNTED = 0xFFFFFF  # there the counter stands still


class _Pair(NamedTuple):
    """A sale that counted too little for its time, and the one that shows it."""

    journal_id: bytes
    seq: int
    card_number: int
    counter: int
    other_counter: int
    other_journal_id: bytes
    other_seq: int


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """Compare these records' counters with all others of the same cards."""
    key, place = batch.key, batch.place[:2]
    elsewhere = (key.region_id, key.region_id, APART_MS)
    suspects = run(connection, _SUSPECTS, (*batch.place, *elsewhere))
    found = [pair for (seq,) in suspects for pair in _pairs_of(connection, (*place, seq))]
    # Of several that show it, the one that counted most.
    pairs = {pair[:2]: pair for pair in sorted(found)}
    for pair in pairs.values():
        other = f"{pair.other_journal_id.hex()} {pair.other_seq}"
        counted = figures(card=pair.card_number, counted=pair.counter, there=pair.other_counter)
        journal = JournalKey(key.region_id, pair.journal_id)
        reviews.put_up(connection, journal, [Finding(pair.seq, COUNTER_BACK, f"{other} {counted}")])
    return ()


# Where there may be a pair. Asked of each sale by itself, as in `duplicates`. The order, and `+ 0`, which no
# index can serve, lead to the index that knows at once, instead of through the card's whole past.
_SUSPECTS = """
SELECT new.seq FROM card_counters AS new
WHERE new.region_id = ? AND new.journal_id = ? AND new.seq BETWEEN ? AND ? AND 1 = COALESCE(
  (SELECT 1 FROM card_counters AS other WHERE other.region_id = ? AND other.card_number = new.card_number
    AND other.counter >= new.counter AND (other.journal_id <> new.journal_id OR other.seq < new.seq)
    ORDER BY other.counter DESC LIMIT 1),
  (SELECT 1 FROM card_counters AS other WHERE other.region_id = ? AND other.card_number = new.card_number
    AND other.sure_ms > new.sure_ms + ? AND other.counter + 0 < new.counter
    AND other.journal_id <> new.journal_id ORDER BY other.sure_ms DESC LIMIT 1))
"""


def _pairs_of(connection: sa.Connection, sale: Row) -> Iterator[_Pair]:
    for query, figure in (
        (_SOLD_BEFORE, ()),
        (_EARLIER_ELSEWHERE, (APART_MS,)),
        (_LATER_ELSEWHERE, (APART_MS,)),
        (_NEW_AS_ANOTHER, (MOST_COUNTED,)),
        (_ANOTHER_AS_NEW, (MOST_COUNTED,)),
    ):
        yield from (_Pair(*row) for row in run(connection, query, (*sale, *figure)))


def _pairs(later: str, earlier: str, which: str) -> str:
    """A query for pairs of which `new` was just taken in; it ends in parameters of its own."""
    return (
        f"SELECT {later}.journal_id, {later}.seq, new.card_number, {later}.counter,"  # noqa: S608
        f" {earlier}.counter, {earlier}.journal_id, {earlier}.seq"
        " FROM card_counters AS new JOIN card_counters AS other"
        " ON other.region_id = new.region_id AND other.card_number = new.card_number"
        " WHERE new.region_id = ? AND new.journal_id = ? AND new.seq = ?"
        f" AND {which}"
    )


_SOLD_BEFORE = _pairs(
    "new",
    "other",
    "other.counter > new.counter AND other.journal_id = new.journal_id AND other.seq < new.seq",
)
_EARLIER_ELSEWHERE = _pairs(
    "new",
    "other",
    "other.counter > new.counter AND other.journal_id <> new.journal_id AND other.sure_ms < new.sure_ms - ?",
)
_LATER_ELSEWHERE = _pairs(
    "other",
    "new",
    "other.counter < new.counter AND other.journal_id <> new.journal_id AND other.sure_ms > new.sure_ms + ?",
)
_EQUAL = "other.counter = new.counter AND other.journal_id <> new.journal_id AND new.counter < ?"
_NEW_AS_ANOTHER, _ANOTHER_AS_NEW = _pairs("new", "other", _EQUAL), _pairs("other", "new", _EQUAL)


def _project_counters(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row per sale whose chip said how often it had been read."""
    meals = ((record, decode_meal(record.body)) for record in records)
    rows = [
        (
            journal.region_id,
            journal.journal_id,
            record.seq,
            meal.card_number,
            meal.counter,
            record.wall_ms if record.quality >= ClockQuality.SYNCED else None,
        )
        for record, meal in meals
        if meal.counter and meal.card_number
    ]
    if rows:
        insert_rows(connection, card_counters, rows)
    return ()


COUNTERS: Projections = {MEAL_SERVED: _project_counters}
