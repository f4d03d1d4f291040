"""A kiosk that was not believed three times: it sells on with what it holds, and is granted nothing more.

Somebody may have its key. A clerk who has found out what happened lifts it.
"""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import run
from sync.office.books import reviews
from sync.office.rights import rights
from sync.office.store.tables import devices
from sync.office.store.turns import alone

FINDINGS = 3
QUARANTINED = "quarantined"


def accuse(
    connection: sa.Connection, key: JournalKey, device_id: bytes, seq: int, times: int, at_ms: int
) -> None:
    """Count what a kiosk said that is not believed; `seq` is the last such record."""
    if not times:
        return
    place = (key.region_id, device_id)
    run(connection, _COUNT, (times, *place))
    if run(connection, _SHUT, (at_ms, *place, FINDINGS)):
        detail = figures(findings=FINDINGS)
        reviews.put_up(connection, key, [Finding(seq, QUARANTINED, detail)])


def lift(connection: sa.Connection, region_id: int, device_id: bytes) -> None:
    """A clerk has looked: the kiosk is granted again, and counted anew."""
    alone(connection, region_id)
    run(connection, _LIFT, (region_id, device_id))
    mine = (devices.c.region_id == region_id) & (devices.c.device_id == device_id)
    site = connection.execute(sa.select(devices.c.site).where(mine)).scalar_one()
    rights.refresh_site(connection, region_id, site)


_COUNT = "UPDATE devices SET findings = findings + ? WHERE region_id = ? AND device_id = ?"
_SHUT = (
    "UPDATE devices SET quarantined_at_ms = ? WHERE region_id = ? AND device_id = ? AND findings >= ?"
    " AND quarantined_at_ms IS NULL RETURNING 1"
)
_LIFT = "UPDATE devices SET findings = 0, quarantined_at_ms = NULL WHERE region_id = ? AND device_id = ?"
