"""Alarms of charging points, and which clerk has seen each: a word in the office's own journal.

A technician clears an alarm at the kiosk. That a clerk has seen it is another thing: it takes it off every
clerk's page, and starts no socket.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.ledger.audit.places import Place
from kiosk.ledger.audit.places import places as everywhere
from kiosk.ledger.audit.recovery import recovered_records
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import decode
from kiosk.ledger.sql import run
from kiosk.ledger.tables import records
from kiosk.services.charging.records import GRAVE
from sync.office.api.metrics import Figure
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Column, Shape, Sheet
from sync.office.people.access.areas import EVERYWHERE, Area
from sync.office.services.charging.alarms.ahead import AlarmRow, alarms_ahead
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.tables import charging_alarms
from sync.office.services.charging.words import ALARMS
from sync.office.store.tables import entry_requests

SEEN = "alarm_seen"  # the reason of the office's entry, and what its request begins with
MOST_OPEN = 20  # on every page
AHEAD = "ahead"  # told before its turn: nothing of it is in the books

COLUMNS = (
    Column("since_ms", _("Since"), Shape.TIME),
    Column("site", _("Site"), Shape.SITE),
    Column("socket", _("Socket"), Shape.TEXT),
    Column("alarm", _("Alarm"), Shape.WORD),
    Column("ended_ms", _("Ended at"), Shape.TIME),
    Column("cleared_ms", _("Cleared at"), Shape.TIME),
    Column("cleared_by", _("Technician"), Shape.TEXT),
    Column("note", _("Found"), Shape.TEXT),
    Column("seen_ms", _("Seen at the office"), Shape.TIME),
    Column("seen_by", _("Clerk"), Shape.TEXT),
    Column("record", _("Record"), Shape.WORD),
)


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """A grave one that no clerk has seen; `journal` in hexadecimal."""

    journal: str
    seq: int
    site: str
    socket: str
    kind: str  # an `AlarmKind`
    alarm: str  # the same in words of no language yet
    wall_ms: int
    is_ahead: bool  # its record has not come yet


def open_alarms(
    connection: sa.Connection, region_id: int, area: Area = EVERYWHERE, most: int | None = MOST_OPEN
) -> list[OpenAlarm]:
    """The latest of an area first; unless it is said, as many as a page has room for."""
    named = _named(region_id)
    a, e = named.c, entry_requests.c
    asked = sa.literal(f"{SEEN} ") + _hex(connection, a.journal_id) + " " + sa.cast(a.seq, sa.Text)
    seen = sa.exists().where(e.region_id == region_id, e.request_id == asked)
    query = (
        sa.select(named)
        .where(a.what == "on", a.alarm.in_(sorted(GRAVE)), ~seen)
        .where(area.holds(a.site))
        .order_by(a.wall_ms.desc())
        .limit(most)
    )
    rows: list[Any] = [*connection.execute(query)]
    booked = {(bytes(row.journal_id), row.seq) for row in rows}
    told = [each for each in _unseen_ahead(connection, region_id, area) if each[:2] not in booked]
    if not rows and not told:
        return []
    places = Places.read(connection, region_id)
    latest = sorted([*rows, *told], key=lambda row: -row.wall_ms)
    return [
        OpenAlarm(
            bytes(row.journal_id).hex(),
            row.seq,
            row.site,
            places.label(row.site, row.box, row.socket),
            row.alarm,
            ALARMS.get(row.alarm, row.alarm),
            row.wall_ms,
            isinstance(row, AlarmRow),
        )
        for row in latest[:most]
    ]


def _unseen_ahead(connection: sa.Connection, region_id: int, area: Area) -> list[AlarmRow]:
    told = [
        each
        for each in alarms_ahead(connection, region_id)
        if each.what == "on" and each.alarm in GRAVE and area.has(each.site)
    ]
    if not told:
        return []
    c = entry_requests.c
    asked = {_request(each.journal_id, each.seq): each for each in told}
    query = sa.select(c.request_id).where(c.region_id == region_id, c.request_id.in_(asked))
    for seen in connection.execute(query).scalars():
        del asked[seen]
    return [*asked.values()]


def _request(journal_id: bytes, seq: int) -> str:
    """Under which a clerk's word stands in the office's journal."""
    return f"{SEEN} {journal_id.hex()} {seq}"


def _named(region_id: int) -> sa.Subquery:
    """The alarms of a region, each by the journal and number under which it was first written, as it was told
    ahead: a journal that was left may have its records in the next one.
    """
    a, x = charging_alarms.c, recovered_records.c
    here = (x.region_id == a.region_id) & (x.journal_id == a.journal_id) & (x.seq == a.seq)
    place = (
        sa.func.coalesce(x.origin_journal_id, a.journal_id).label("journal_id"),
        sa.func.coalesce(x.origin_seq, a.seq).label("seq"),
    )
    said = [each for each in a if each.name not in ("journal_id", "seq")]
    joined = charging_alarms.outerjoin(recovered_records, here)
    rows = sa.select(*place, *said).select_from(joined).where(a.region_id == region_id)
    return rows.distinct().subquery("named")  # whichever way, and however often, it came


def _hex(connection: sa.Connection, column: sa.ColumnElement[bytes]) -> sa.ColumnElement[str]:
    if connection.dialect.name == "postgresql":
        return sa.func.encode(column, "hex")
    return sa.func.lower(sa.func.hex(column))


def acknowledge(connection: sa.Connection, key: JournalKey, seq: int, clerk: str, at_ms: int) -> None:
    """A clerk has seen an alarm. Seen again: the first stands. What is no alarm is nothing to see."""
    place = (key.journal_id, seq)
    told = {each[:2] for each in alarms_ahead(connection, key.region_id) if each.what == "on"}
    if place not in told and not _is_booked(connection, key.region_id, place):
        return
    entry = Entry(_request(*place), SEEN, (), f"{key.journal_id.hex()} {seq}")
    own_journal.enter(connection, key.region_id, [entry], operator=clerk, at_ms=at_ms)


def alarms(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> Sheet:
    """Those that began on the days asked for, the latest first."""
    places, seen = Places.read(connection, region_id), _seen(connection, region_id)
    rows = [
        (
            *(each.wall_ms, each.site, places.label(each.site, each.box, each.socket), each.alarm),
            *(each.ended_ms, each.cleared_ms, each.operator, each.note),
            *seen.get(each.place, (None, "")),
            AHEAD if each.is_ahead else "",
        )
        for each in sorted(_told(connection, region_id, asked, names), key=lambda each: -each.wall_ms)
    ]
    return Sheet(
        "charging_alarms",
        _("Alarms and faults"),
        _("No alarm in these days."),
        COLUMNS,
        rows,
        words={**ALARMS, AHEAD: _("Told ahead; not in the kiosk's journal yet")},
    )


@dataclass(frozen=True, slots=True)
class Latched:
    """An alarm that has not ended, or that no technician has cleared; `alarm` in words of no language yet."""

    site: str
    socket: str
    alarm: str
    grave: bool
    wall_ms: int


def standing(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> list[Latched]:
    """Of those that began on the days asked for: a grave one stands until it is cleared."""
    places = Places.read(connection, region_id)
    return [
        Latched(
            each.site,
            places.label(each.site, each.box, each.socket),
            ALARMS.get(each.alarm, each.alarm),
            each.alarm in GRAVE,
            each.wall_ms,
        )
        for each in _told(connection, region_id, asked, names)
        if each.cleared_ms is None and (each.ended_ms is None or each.alarm in GRAVE)
    ]


@dataclass(slots=True)
class _Alarm:
    """One alarm with what came of it."""

    place: tuple[bytes, int]
    site: str
    box: str
    socket: int
    alarm: str
    wall_ms: int
    is_ahead: bool
    ended_ms: int | None = None
    cleared_ms: int | None = None
    operator: str = ""
    note: str = ""


def _told(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> list[_Alarm]:
    """In the order of the records, so that an end belongs to what began before it."""
    since_ms, until_ms = asked.span_ms(names.time_zones)
    named = _named(region_id)
    query = sa.select(named).where(named.c.wall_ms >= since_ms)
    told = [each for each in alarms_ahead(connection, region_id) if each.wall_ms >= since_ms]
    rows = sorted([*connection.execute(query), *told], key=lambda row: (row.wall_ms, row.journal_id, row.seq))
    found: list[_Alarm] = []
    by_socket: dict[tuple[str, str, int], list[_Alarm]] = defaultdict(list)
    for row in rows:
        if asked.site not in ("", row.site):
            continue
        here = by_socket[row.site, row.box, row.socket]
        if row.what == "on" and row.wall_ms < until_ms:
            place, ahead = (bytes(row.journal_id), row.seq), isinstance(row, AlarmRow)
            here.append(_Alarm(place, row.site, row.box, row.socket, row.alarm, row.wall_ms, ahead))
            found.append(here[-1])
        else:
            _go_on(here, row)
    return found


def _go_on(alarms_here: list[_Alarm], row: sa.Row[Any]) -> None:
    """What ended, or was cleared, of all that began at a socket or box."""
    for each in alarms_here:
        if row.what == "off" and each.alarm == row.alarm:
            each.ended_ms = each.ended_ms or row.wall_ms
        elif row.what == "cleared" and each.cleared_ms is None and row.alarm in ("", each.alarm):
            each.cleared_ms, each.operator, each.note = row.wall_ms, row.operator, row.note


def _seen(connection: sa.Connection, region_id: int) -> Mapping[tuple[bytes, int], tuple[int, str]]:
    """When and by whom each was seen, as the office's journal says."""
    e, r = entry_requests.c, records.c
    query = (
        sa.select(e.request_id, r.raw)
        .join(records, (r.region_id == e.region_id) & (r.journal_id == e.journal_id) & (r.seq == e.seq))
        .where(e.region_id == region_id, e.request_id.startswith(f"{SEEN} "))
    )
    found = {}
    for request_id, raw in connection.execute(query):
        _word, journal, seq = request_id.split(" ")
        record = decode(raw)
        found[bytes.fromhex(journal), int(seq)] = (record.wall_ms, record.operator)
    return found


def _is_booked(connection: sa.Connection, region_id: int, place: Place) -> bool:
    return any(
        run(connection, _IS_ALARM, (region_id, *each)) for each in everywhere(connection, region_id, place)
    )


_IS_ALARM = "SELECT 1 FROM charging_alarms WHERE region_id = ? AND journal_id = ? AND seq = ? AND what = 'on'"


def _open_by_site(connection: sa.Connection, region_id: int) -> dict[str, int]:
    return dict(Counter(each.site for each in open_alarms(connection, region_id)))


FIGURES = [Figure("office_charging_open_alarms", "Grave alarms that no clerk has seen", _open_by_site)]
