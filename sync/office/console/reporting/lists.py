"""What the office pages list of kiosks. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.catalogue.contact import Heard, silent_since_ms
from sync.office.store.rows import same
from sync.office.store.tables import devices, journals

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class KioskLine:
    """One journal of one kiosk; a kiosk that was reinstalled has several."""

    name: str
    site: str
    journal: str  # the first eight hexadecimal digits, enough to tell journals apart; empty: none yet
    last_seen_ms: int | None
    silent_since_ms: int | None  # None while it is heard, or if it never was
    silent_days: int
    head_seq: int
    backlog: int  # records that the kiosk has and the office has not
    revoked_at_ms: int | None
    sealed: bool
    device: str = ""  # in hexadecimal
    quarantined: bool = False

    @property
    def works(self) -> bool:
        """Whether anything more is to come from it."""
        return self.revoked_at_ms is None and not self.sealed


def kiosk_lines(connection: sa.Connection, region_id: int, now: Heard) -> list[KioskLine]:
    """Every kiosk and each of its journals as they stand `now`, working ones first."""
    rows = connection.execute(
        sa.select(
            devices.c.device_id,
            devices.c.quarantined_at_ms,
            devices.c.name,
            devices.c.site,
            devices.c.last_seen_ms,
            devices.c.last_seen_boot,
            devices.c.last_seen_monotonic_ms,
            devices.c.revoked_at_ms,
            journals.c.journal_id,
            journals.c.head_seq,
            journals.c.claimed_seq,
            journals.c.sealed,
        )
        .select_from(devices.outerjoin(journals, same(devices, journals, "device_id")))
        .where(devices.c.region_id == region_id)
    )
    lines = [
        KioskLine(
            name=row.name,
            site=row.site,
            journal=row.journal_id[:4].hex() if row.journal_id else "",
            last_seen_ms=row.last_seen_ms,
            silent_since_ms=(since_ms := _silent_since_ms(row, now)),
            silent_days=(now.at_ms - since_ms) // DAY_MS if since_ms is not None else 0,
            head_seq=row.head_seq or 0,
            backlog=max(0, (row.claimed_seq or 0) - (row.head_seq or 0)),
            revoked_at_ms=row.revoked_at_ms,
            sealed=bool(row.sealed),
            device=row.device_id.hex(),
            quarantined=row.quarantined_at_ms is not None and not row.sealed,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (line.revoked_at_ms is not None, line.sealed, line.site, line.name))


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One journal that a kiosk began."""

    journal: str  # the first eight hexadecimal digits
    head_seq: int
    sealed: bool


def journal_lines(connection: sa.Connection, region_id: int, device_id: bytes) -> list[JournalLine]:
    """Of one kiosk, the open one first; one that was set up anew has old, sealed ones as well."""
    c = journals.c
    query = sa.select(journals).where(c.region_id == region_id, c.device_id == device_id)
    rows = connection.execute(query.order_by(c.sealed, c.journal_id))
    return [JournalLine(row.journal_id[:4].hex(), row.head_seq, row.sealed) for row in rows]


def _silent_since_ms(row: Any, now: Heard) -> int | None:
    heard = Heard(row.last_seen_ms or 0, row.last_seen_boot, row.last_seen_monotonic_ms)
    return silent_since_ms(heard, now.boot_id, now.monotonic_ms, now.at_ms)
