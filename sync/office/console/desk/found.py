"""One search for everything: whoever or whatever somebody may mean by a word, a number or a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.ledger.tables import records
from sync.office.console.desk.tasks import Standpoint
from sync.office.console.door.acting import looked_at
from sync.office.console.marking import _
from sync.office.console.residents.found import resident_page
from sync.office.people.access.areas import Area
from sync.office.people.access.permissions import Permission
from sync.office.store.rows import same
from sync.office.store.tables import devices, journals

MOST = 10  # of one sort; the page of that sort shows the rest
_RECEIPT = re.compile(r"#?(\d{1,18})[-\s]([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: `what` it is, in words of no language yet, and the page that shows it."""

    what: str
    title: str
    endpoint: str
    asked: Mapping[str, Any]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finds:
    """Hits of one sort, for those who may, in the part of the county where they may."""

    needs: Permission
    look_up: Callable[[sa.Connection, Standpoint, Area, str], Iterable[Hit]]


def _residents(connection: sa.Connection, here: Standpoint, seen: Area, search: str) -> Iterable[Hit]:
    page = resident_page(connection, here.region_id, search, seen=seen)
    looked_at(line.resident.id for line in page.lines[:MOST])
    for line in page.lines[:MOST]:
        who = line.resident
        detail = f"{here.names.site(who.home_site)} · {who.born}"
        yield Hit(_("Resident"), who.name, "resident", {"resident_id": who.id}, detail)
    if len(page.lines) > MOST:
        yield Hit(_("Resident"), "…", "residents", {"q": search})


def _kiosks(_connection: sa.Connection, here: Standpoint, seen: Area, search: str) -> Iterable[Hit]:
    wanted = search.casefold()
    found = [
        each
        for each in here.kiosks
        if seen.has(each.site) and wanted in f"{each.name}\n{each.journal}\n{each.device}".casefold()
    ]
    for each in found[:MOST]:
        detail = f"{here.names.site(each.site)} · {each.journal}"
        yield Hit(_("Kiosk"), each.name, "kiosk", {"device": each.device}, detail)


def _receipts(connection: sa.Connection, here: Standpoint, seen: Area, search: str) -> Iterable[Hit]:
    asked = _RECEIPT.fullmatch(search.lower())
    if asked is None:
        return
    r, seq = records.c, int(asked[1])
    rows = connection.execute(
        sa.select(r.journal_id, devices.c.name, journals.c.site)
        .select_from(
            records.join(journals, same(records, journals, "journal_id")).outerjoin(
                devices, same(journals, devices, "device_id")
            )
        )
        .where(r.region_id == here.region_id, r.seq == seq, seen.holds(journals.c.site))
        .where(sa.func.substr(r.hash, 1, 4) == bytes.fromhex(asked[2]))
    )
    for row in rows:
        place = {"journal": row.journal_id.hex(), "seq": seq}
        detail = f"{row.name or ''} · {here.names.site(row.site or '')}".strip(" ·")
        yield Hit(_("Receipt"), f"{seq}-{asked[2]}", "record", place, detail)


FINDS = (
    Finds(Permission.SEE_SALES, _receipts),
    Finds(Permission.SEE_RESIDENTS, _residents),
    Finds(Permission.SEE_KIOSKS, _kiosks),
)
