"""Every kiosk that is at work, one line each, whatever journals it began: how it stands and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.catalogue.contact import Heard, silent_since_ms
from sync.office.console.kiosks.wrong import Facts, KioskFault, Weight, faults_of
from sync.office.console.reporting.lists import DAY_MS
from sync.office.keys.states import COLUMNS, DeviceState, of_row
from sync.office.people.access.areas import Area
from sync.office.store.rows import same
from sync.office.store.tables import device_states, devices, journals, regions

KIOSKS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class KioskOnWall:
    """One kiosk; times are Unix time."""

    device: str  # in hexadecimal
    name: str
    site: str
    last_seen_ms: int | None
    silent_since_ms: int | None  # None while it is heard, or if it never was
    silent_days: int
    backlog: int  # records that it has and the office has not
    revisions_behind: int  # of the catalogue
    has_read: bool  # any of the catalogue, as far as is known
    revoked_at_ms: int | None
    state: DeviceState | None  # None: it never said
    faults: tuple[KioskFault, ...]

    @property
    def sealed(self) -> bool:
        """Only its open journals are counted here."""
        return False

    @property
    def works(self) -> bool:
        return self.revoked_at_ms is None

    def fault_of(self, part: str) -> KioskFault | None:
        """What is wrong with a reader, a printer and the like."""
        return next((each for each in self.faults if each.code.partition("_")[0] == part), None)


def on_the_wall(
    connection: sa.Connection,
    region_id: int,
    now: Heard,
    area: Area,
    *,
    device: bytes | None = None,
    revoked: bool = False,
) -> list[KioskOnWall]:
    """Those of an area that may speak to the office, or may no more: what is wrong first. Or one device."""
    d = devices.c
    speaks = d.revoked_at_ms.is_not(None) if revoked else d.revoked_at_ms.is_(None)
    wanted = speaks if device is None else d.device_id == device
    query = _query(region_id).where(area.holds(d.site), wanted)
    found = [_made(row, now) for row in connection.execute(query)]
    return sorted(found, key=lambda each: (-_weight(each), each.site, each.name, each.device))


def asked_for(kiosks: list[KioskOnWall], search: str, site: str, only_faulty: bool) -> Iterator[KioskOnWall]:
    """By a part of the name, a site, and whether something is wrong."""
    for each in kiosks:
        at = not site or each.site == site
        if at and search.lower() in each.name.lower() and (each.faults or not only_faulty):
            yield each


def _weight(kiosk: KioskOnWall) -> int:
    return max((each.words.weight for each in kiosk.faults), default=Weight.NOTE - 1)


def _query(region_id: int) -> sa.Select[Any]:
    d, j, r = devices.c, journals.c, regions.c
    waiting = (
        sa.select(j.region_id, j.device_id, sa.func.sum(j.claimed_seq - j.head_seq).label("backlog"))
        .where(j.region_id == region_id, ~j.sealed, j.claimed_seq > j.head_seq)
        .group_by(j.region_id, j.device_id)
        .subquery()
    )
    revision = sa.select(r.revision).where(r.region_id == region_id).scalar_subquery()
    of_device = (
        d.device_id,
        d.name,
        d.site,
        d.last_seen_ms,
        d.last_seen_boot,
        d.last_seen_monotonic_ms,
        d.revoked_at_ms,
        d.quarantined_at_ms,
        d.main_cursor,
    )
    states, waits = device_states, same(devices, waiting, "device_id")
    return (
        sa.select(*of_device, waiting.c.backlog, revision.label("revision"), *COLUMNS)
        .select_from(devices.outerjoin(states, same(devices, states, "device_id")).outerjoin(waiting, waits))
        .where(d.region_id == region_id)
    )


def _made(row: Any, now: Heard) -> KioskOnWall:
    state = of_row(row)
    heard = Heard(row.last_seen_ms or 0, row.last_seen_boot, row.last_seen_monotonic_ms)
    since_ms = silent_since_ms(heard, now.boot_id, now.monotonic_ms, now.at_ms)
    facts = Facts(
        is_seen=row.last_seen_ms is not None,
        is_silent=since_ms is not None,
        silent_days=(now.at_ms - since_ms) // DAY_MS if since_ms is not None else 0,
        backlog=int(row.backlog or 0),
        is_quarantined=row.quarantined_at_ms is not None,
        clock_ahead_ms=state.clock_ahead_ms if state else None,
        disk_free_mb=state.disk_free_mb if state else None,
        troubles=state.troubles if state else (),
    )
    return KioskOnWall(
        device=row.device_id.hex(),
        name=row.name,
        site=row.site,
        last_seen_ms=row.last_seen_ms,
        silent_since_ms=since_ms,
        silent_days=facts.silent_days,
        backlog=facts.backlog,
        revisions_behind=max(0, row.revision - row.main_cursor),
        has_read=row.main_cursor > 0,
        revoked_at_ms=row.revoked_at_ms,
        state=state,
        faults=tuple(faults_of(facts)) if row.revoked_at_ms is None else (),
    )
