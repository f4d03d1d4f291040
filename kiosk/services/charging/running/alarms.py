"""Alarms: in the journal at once, and those that latch keep current off until a technician has looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from drivers.outlets.contracts import Alarm, AlarmKind, SocketId
from drivers.outlets.reasons import StopReason
from kiosk.common.here import Here
from kiosk.ledger.records import Chained, Moment
from kiosk.ledger.sql import run
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_CLEARED,
    ChargingAlarm,
    ChargingCleared,
)

log = structlog.get_logger()

WHOLE_BOX = 0
# Why sessions stop of it. Those that open every socket of the site, and those of which only a box or socket.
OPENS_ALL = {
    AlarmKind.SMOKE: StopReason.SMOKE,
    AlarmKind.FIRE_SYSTEM: StopReason.FIRE_SYSTEM,
    AlarmKind.HEAT: StopReason.OVERHEAT,
}
OPENS_ITS_OWN = {
    AlarmKind.WATER: StopReason.WATER,
    AlarmKind.RELAY_WELDED: StopReason.RELAY_WELDED,
    AlarmKind.TAMPERED: StopReason.BOX_FAULT,
    AlarmKind.BOX_FAULT: StopReason.BOX_FAULT,
}
LATCHING = frozenset({*OPENS_ALL, AlarmKind.WATER, AlarmKind.RELAY_WELDED})

Place = tuple[str, int, AlarmKind]  # a box, a socket or `WHOLE_BOX`, and what is wrong there


@dataclass(frozen=True, slots=True)
class Open:
    """An alarm that latched and that nobody has cleared: where its record stands."""

    box: str
    socket: int
    kind: AlarmKind
    journal_id: bytes
    seq: int

    def shuts(self, socket: SocketId) -> bool:
        return self.kind in OPENS_ALL or (
            self.box == socket.box and self.socket in (WHOLE_BOX, socket.number)
        )


class Alarms:
    """Of one counter. Not for more than one thread at a time. `written` is told of each record."""

    def __init__(self, here: Here, written: Callable[[Chained], None]) -> None:
        self._here, self._written = here, written
        self._on: set[Place] = set()  # what is reported now
        self._unwritten: list[tuple[Place, bool]] = []
        self._open = list(self._read())

    @property
    def open(self) -> list[Open]:
        return list(self._open)

    def shutting(self, socket: SocketId) -> AlarmKind | None:
        """What keeps current off at a socket: a latch, or an alarm that stands there now."""
        latched = next((each.kind for each in self._open if each.shuts(socket)), None)
        return latched or next(
            (kind for box, number, kind in self._on if _is_at(box, number, kind, socket)), None
        )

    def is_latched(self, socket: SocketId) -> bool:
        """Whether a technician has to look."""
        return any(each.shuts(socket) for each in self._open)

    def stands(self, place: Place) -> bool:
        """Whether it is reported now."""
        return place in self._on

    def is_on(self, box: str, number: int) -> bool:
        return any((each, n) == (box, number) for each, n, _ in self._on)

    def hear(self, place: Place, is_on: bool, now: Moment) -> None:
        """Note it if it is news."""
        if is_on == (place in self._on):
            return
        (self._on.add if is_on else self._on.discard)(place)
        self._unwritten.append((place, is_on))
        self.write(now)

    def write(self, now: Moment) -> None:
        """What could not be written before is tried again at each step; its socket is open meanwhile."""
        while self._unwritten:
            (box, number, kind), is_on = self._unwritten[0]
            body = ChargingAlarm(self._here.site, box, number, str(kind), is_on)
            try:
                with self._here.journal.writing() as writing:
                    chained = writing.append(*CHARGING_ALARM, body, at=now)
            except Refusal as refusal:
                log.error(
                    "charging_alarm_unwritten", code=refusal.code, box=box, socket=number, alarm=str(kind)
                )
                return
            self._unwritten.pop(0)
            if is_on and kind in LATCHING:
                self._open.append(
                    Open(box, number, kind, self._here.journal.key.journal_id, chained.record.seq)
                )
            self._written(chained)

    def clear(self, box: str, number: int, note: str, now: Moment) -> list[Chained]:
        """A technician looked. Raises what keeps the journal from being written."""
        cleared = [each for each in self._open if (each.box, each.socket) == (box, number)]
        with self._here.journal.writing() as writing:
            records = [
                writing.append(
                    *CHARGING_CLEARED,
                    ChargingCleared(
                        self._here.site, box, number, str(each.kind), note, each.journal_id, each.seq
                    ),
                    at=now,
                )
                for each in cleared
            ]
        self._open = [each for each in self._open if each not in cleared]
        return records

    def _read(self) -> Iterator[Open]:
        """Also those of the journals before this one: the box on the wall is the same."""
        region_id = self._here.journal.key.region_id
        with self._here.reader.connect() as connection, connection.begin():
            rows = run(connection, _OPEN, (region_id,))
        here = {(bytes(row[0]), row[1]) for row in rows}
        earlier = self._here.catalogue.earlier("charging_warned", _OPEN, (region_id,))
        rows += [row for row in earlier if (bytes(row[0]), row[1]) not in here and not self._is_cleared(row)]
        for journal_id, seq, site, box, socket, alarm in rows:
            if site == self._here.site and alarm in list(AlarmKind) and AlarmKind(alarm) in LATCHING:
                yield Open(box, socket, AlarmKind(alarm), bytes(journal_id), seq)

    def _is_cleared(self, row: tuple[object, ...]) -> bool:
        with self._here.reader.connect() as connection, connection.begin():
            place = (self._here.journal.key.region_id, row[0], row[1])
            return bool(run(connection, _CLEARED, place))


def place_of(event: Alarm) -> Place:
    return event.box, event.socket.number if event.socket is not None else WHOLE_BOX, event.kind


def _is_at(box: str, number: int, kind: AlarmKind, socket: SocketId) -> bool:
    if kind in OPENS_ALL:
        return True
    return kind in OPENS_ITS_OWN and box == socket.box and number in (WHOLE_BOX, socket.number)


_OPEN = (
    "SELECT a.journal_id, a.seq, a.site, a.box, a.socket, a.alarm FROM charging_warned AS a"
    " WHERE a.region_id = ? AND a.is_on AND NOT EXISTS (SELECT 1 FROM charging_cleared AS c"
    " WHERE c.region_id = a.region_id AND c.alarm_journal_id = a.journal_id AND c.alarm_seq = a.seq)"
    " ORDER BY a.journal_id, a.seq"
)
_CLEARED = "SELECT 1 FROM charging_cleared WHERE region_id = ? AND alarm_journal_id = ? AND alarm_seq = ?"
