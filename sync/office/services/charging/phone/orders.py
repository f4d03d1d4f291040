"""What kiosks were told to start or stop goes from the catalogue once it was answered, or is too old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from kiosk.catalogue.items import decode_value
from kiosk.ledger.posting import Finding
from kiosk.ledger.sql import run
from kiosk.services.charging.items import REMOTE_ORDER
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import withdraw
from sync.office.intake.batch import Batch

KEPT = timedelta(days=92)  # so long somebody may ask what became of what they asked for by phone


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """A start is answered by how it began or why not, a stop by the end of its session or why not."""
    region_id = batch.key.region_id
    for answers_stop, order, value in run(connection, _ANSWERED, (*batch.place * 3, str(REMOTE_ORDER))):
        if answers_stop or not decode_value(REMOTE_ORDER, value).is_stop:
            withdraw(connection, region_id, REMOTE_ORDER, order)
    return ()


def forget(connection: sa.Connection, region_id: int, today: date) -> None:
    """What no kiosk answered in time, and what nobody asks about any more."""
    today_ms = int(datetime.combine(today, time(), UTC).timestamp() * 1000)
    for each in list(current_values(connection, region_id, REMOTE_ORDER)):
        if each.until_ms < today_ms:
            withdraw(connection, region_id, REMOTE_ORDER, each.order)
    old_ms = today_ms - int(KEPT.total_seconds() * 1000)
    run(connection, "DELETE FROM charging_asked WHERE region_id = ? AND until_ms < ?", (region_id, old_ms))
    run(connection, "DELETE FROM charging_joined WHERE region_id = ? AND joined_ms < ?", (region_id, old_ms))


_OF = "WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ?"
_ANSWERED = (
    f"SELECT a.answers_stop, i.key, i.value FROM (SELECT region_id, order_id, 0 AS answers_stop"  # noqa: S608
    f" FROM charging_starts {_OF} UNION ALL SELECT region_id, order_id, 1 FROM charging_bills {_OF}"
    f" UNION ALL SELECT region_id, order_id, 1 FROM charging_answers {_OF} AND reason <> '') AS a"
    " JOIN catalogue_items AS i ON i.region_id = a.region_id AND i.kind = ? AND i.key = a.order_id"
    " WHERE i.value IS NOT NULL"
)
