"""Who has which book, at whatever site."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.sql import run


def loans(connection: sa.Connection, region_id: int) -> list[tuple[int, str]]:
    """Residents and books, in order."""
    return [(int(resident_id), str(book)) for resident_id, book in run(connection, _LOANS, (region_id,))]


_LOANS = (
    "SELECT resident_id, book FROM book_moves WHERE region_id = ?"
    " GROUP BY resident_id, book HAVING sum(lent) > 0 ORDER BY resident_id, book"
)
