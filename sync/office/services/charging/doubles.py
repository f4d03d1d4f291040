"""Energy that a meter counted once, billed in two sessions: put up for a person, whichever journals say so.

Each session is judged by its own readings. That the next one begins where it ended is looked at here. It is
not suspended: a meter that was changed begins to count anew, often under the name of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding
from kiosk.ledger.sql import run
from sync.office.intake.batch import Batch

TWICE = "charging_billed_twice"
LOOK_BACK_MS = 400 * 24 * 3600 * 1000


def check(connection: sa.Connection, batch: Batch) -> Iterator[Finding]:
    return billed_twice(connection, batch.place)


def billed_twice(connection: sa.Connection, place: tuple[int, bytes, int, int]) -> Iterator[Finding]:
    """Sessions of these records whose readings another was billed by, each with the first of those."""
    for seq, resident_id, site, box, socket, order in run(connection, _TWICE, (*place, LOOK_BACK_MS)):
        where = figures(resident=resident_id, site=site, box=box, socket=socket)
        yield Finding(seq, TWICE, f"{where} {figures(other=order)}")


_TWICE = """
SELECT n.seq, n.resident_id, n.site, n.box, n.socket, min(o.order_id)
FROM charging_bills AS n JOIN charging_bills AS o ON o.region_id = n.region_id AND o.site = n.site
  AND o.box = n.box AND o.socket = n.socket AND o.register = n.register AND o.order_id <> n.order_id
WHERE n.region_id = ? AND n.journal_id = ? AND n.seq BETWEEN ? AND ? AND n.register <> '' AND n.energy_wh > 0
  AND o.energy_wh > 0 AND o.wall_ms > n.wall_ms - ? AND o.wall_ms <= n.wall_ms
  AND o.first_wh < n.last_wh AND o.last_wh > n.first_wh
GROUP BY n.seq, n.resident_id, n.site, n.box, n.socket ORDER BY n.seq
"""
