"""Who was seen last and where, noted with each batch while any site is watched over; see `people.habits`.

What is noted can be thrown away: whoever comes next is noted anew, and nothing is paid by it.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.audit.recovery import RECOVERED, as_first_written
from kiosk.ledger.posting import Finding
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from sync.office.intake.batch import Batch, Check, only_of
from sync.office.people.habits import SeenKinds
from sync.office.store.bulk import rows_of
from sync.office.store.tables import care_sites


def noting(kinds: SeenKinds) -> Check:
    """Keeps who was seen last and where. It goes by the kiosk's clock, and never beyond the office's."""

    def note(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
        if not _any_watched(connection, batch.key.region_id):
            return ()
        latest: dict[int, int] = {}
        for record in batch.records:
            resident_id = whom(kinds, record)
            if resident_id:
                at_ms = min(record.wall_ms, batch.at_ms)
                latest[resident_id] = max(at_ms, latest.get(resident_id, at_ms))
        if latest:
            wanted, rows = rows_of(connection, {"resident_id": int, "at_ms": int}, sorted(latest.items()))
            run(connection, _NOTE.format(batch.key.region_id, wanted), (batch.device.site, *rows))
        return ()

    return only_of([*kinds, RECOVERED], note)


def whom(kinds: SeenKinds, record: Record) -> int:
    """The resident whom a record shows; 0: nobody. What cannot be read shows nobody."""
    try:
        written = as_first_written(record)
        seen = kinds.get((written.kind, written.version))
        return seen(written.body) if seen else 0
    except FAULTS:
        return 0


def _any_watched(connection: sa.Connection, region_id: int) -> bool:
    c = care_sites.c
    query = sa.select(sa.literal(1)).where(c.region_id == region_id, c.watched).limit(1)
    return connection.execute(query).scalar() is not None


_NOTE = (
    "INSERT INTO last_signs (region_id, resident_id, at_ms, site)"
    " SELECT {}, resident_id, at_ms, ? FROM {} WHERE true"
    " ON CONFLICT (region_id, resident_id) DO UPDATE SET at_ms = excluded.at_ms, site = excluded.site"
    " WHERE excluded.at_ms >= last_signs.at_ms"
)
