"""What canteens sold beside residents' meals, guests' meals among it, to be listed and added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import revenue
from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.follow_ups import REFUND, REVERSAL, decode_given_back
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import Row, insert_rows, run
from kiosk.services.canteen.records import GUEST_MEAL, SALE, Sold, decode_sold
from sync.office.services.canteen.tables import extra_sales


def _project_sold(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row for each sale."""
    sold = [(record, decode_sold(record.body)) for record in records]
    _insert(connection, [_row(journal, record, each, _fen(each), _guests(each)) for record, each in sold])
    return ()


def _project_given_back(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row beside that of the sale, with what was given back below zero. Other kinds have none."""
    given = [(record, decode_given_back(record.body)) for record in records]
    rows = []
    for record, each in given:
        if (each.kind, each.version) == SALE:
            sold = decode_sold(each.body)
            guests = -_guests(sold) if record.kind == REVERSAL[0] else 0
            rows.append(_row(journal, record, sold, -each.quantity, guests))
    _insert(connection, rows)
    return ()


def _insert(connection: sa.Connection, rows: Sequence[Row]) -> None:
    if rows:
        insert_rows(connection, extra_sales, rows)


def _row(journal: JournalKey, record: Record, sold: Sold, fen: int, guests: int) -> Row:
    place = (journal.region_id, journal.journal_id, record.seq)
    return (*place, sold.resident_id, sold.site, sold.day.isoformat(), sold.meal, guests, fen, record.wall_ms)


def _fen(sold: Sold) -> int:
    return sum(line.fen for line in sold.lines)


def _guests(sold: Sold) -> int:
    return sum(line.quantity for line in sold.lines if line.product == GUEST_MEAL)


PROJECTIONS: Projections = {
    SALE: _project_sold,
    REFUND: _project_given_back,
    REVERSAL: _project_given_back,
}

_BEFORE = (
    "SELECT DISTINCT p.region_id, p.journal_id, r.seq, r.raw FROM postings p"
    " JOIN records r ON r.region_id = p.region_id AND r.journal_id = p.journal_id AND r.seq = p.seq"
    " WHERE p.account LIKE ?"
)


def fill(connection: sa.Connection) -> None:
    """Once, for records that were taken in before there was this table."""
    found: dict[tuple[JournalKey, tuple[str, int]], list[Record]] = defaultdict(list)
    for region_id, journal_id, _seq, raw in run(connection, _BEFORE, (revenue("extras", "%"),)):
        record = _as_recovered(decode(bytes(raw)))
        found[JournalKey(region_id, bytes(journal_id)), (record.kind, record.version)].append(record)
    for (journal, kind), records in found.items():
        if kind in PROJECTIONS:
            PROJECTIONS[kind](connection, journal, records)


def _as_recovered(record: Record) -> Record:
    """What a record from a damaged journal was, in its new place; any other as it is."""
    return msgspec.structs.replace(as_first_written(record), seq=record.seq)
