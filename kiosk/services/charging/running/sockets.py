"""The sockets of one site as they are: what was seen of each, what runs there, and what keeps it shut.

Not for more than one thread at a time: `actions.Charging` has the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.outlets.contracts import AlarmKind, Counts, OutletBox, Sample, SocketId
from drivers.outlets.reasons import StopReason
from kiosk.common.here import Here
from kiosk.ledger.records import Chained, Moment
from kiosk.services.charging.errors import (
    BoxAway,
    BoxFull,
    MeterAway,
    NoSuchSocket,
    SocketBroken,
    SocketTaken,
)
from kiosk.services.charging.items import CHARGING_SITE, ChargingSite, SocketPlace, Thresholds
from kiosk.services.charging.machine.session import ENERGISED, State, Stop, left_s
from kiosk.services.charging.machine.watch import Oddity, Watch
from kiosk.services.charging.records import Reading
from kiosk.services.charging.running.alarms import OPENS_ALL, OPENS_ITS_OWN, WHOLE_BOX, Alarms, Place
from kiosk.services.charging.running.sessions import Sessions

OVERLOADED_LOOKS = 2  # of all sockets together, half a second apart
READ_WITHIN_MS = 5_000  # so old a register of an open socket may be where a session begins
UNSEEN = Watch()
DEFAULTS = Thresholds()


@dataclass(frozen=True, slots=True)
class SocketView:
    """What a screen or a phone may know of a socket."""

    place: SocketPlace
    id: SocketId
    state: State
    order: str = ""
    resident_id: int | None = None
    started_by: int | None = None
    is_plugged: bool | None = None
    power_dw: int | None = None
    energy_wh: int | None = None
    charged_s: int = 0
    left_s: int | None = None
    paid_fen: int = 0  # so far
    held_fen: int = 0
    reason: StopReason | None = None  # why the last session ended, until the plug is pulled or another begins
    needs_technician: bool = False
    is_away: bool = False  # its box does not answer, or was not seen since the start


class Sockets:
    """`written` is told of each record that people are shown."""

    def __init__(self, here: Here, boxes: Iterable[OutletBox], written: Callable[[Chained], None]) -> None:
        self._here = here
        self.boxes = {each.name: each for each in boxes}
        self.site: ChargingSite | None = None
        self._watches: dict[SocketId, Watch] = {}
        self._registers: dict[SocketId, Reading] = {}
        self._read_ms: dict[SocketId, int] = {}
        self._ended: dict[SocketId, StopReason] = {}
        self._overloaded: dict[str, int] = {}  # for how many looks
        self.alarms = Alarms(here, written)
        self.sessions = Sessions(here, self.boxes, self._thresholds, self.may_run, self._welded, written)
        self.look_at_site()
        for box in self.boxes.values():
            box.all_off()
        self.sessions.restore(self.may_run)

    def look_at_site(self) -> None:
        self.site = self._here.catalogue.item(CHARGING_SITE, self._here.site)

    def _thresholds(self) -> Thresholds:
        return self.site.thresholds if self.site is not None else DEFAULTS

    # What may be known of a socket.

    def place(self, label: str) -> SocketPlace:
        """Raises `NoSuchSocket`."""
        places = self.site.sockets if self.site is not None else ()
        for each in places:
            if each.label == label:
                return each
        raise NoSuchSocket

    def view(self, place: SocketPlace) -> SocketView:
        socket = id_of(place)
        watch, session = self._watches.get(socket, UNSEEN), self.sessions.at(socket)
        is_shut = self.alarms.shutting(socket) is not None
        seen = {
            "place": place,
            "id": socket,
            "is_plugged": watch.is_plugged,
            "power_dw": watch.power_dw if watch.seen_ms is not None else None,
            "needs_technician": self.alarms.is_latched(socket),
            "is_away": self._is_away(socket),
        }
        if session is None:
            state = State.FAULTED if is_shut else State.AVAILABLE
            return SocketView(state=state, reason=self._ended.get(socket), **seen)  # type: ignore[arg-type]
        begun = self.sessions.begun(session.order)
        return SocketView(
            state=session.state,
            order=session.order,
            resident_id=begun.body.resident_id if begun is not None else None,
            started_by=begun.body.started_by if begun is not None else None,
            energy_wh=session.energy_wh,
            charged_s=session.charged_s,
            left_s=left_s(session, self._thresholds()),
            paid_fen=session.price.due_fen,
            held_fen=session.held_fen,
            reason=session.reason,
            **seen,  # type: ignore[arg-type]
        )

    def register(self, socket: SocketId) -> Reading | None:
        """As it was seen last; None of one that counts an order, which begins at nothing by itself."""
        return self._registers.get(socket)

    def is_metered(self, socket: SocketId) -> bool:
        """Whether its box counts energy; one that is not there counts nothing."""
        box = self.boxes.get(socket.box)
        return box is not None and box.counts is not Counts.NOTHING

    def check_free(self, place: SocketPlace) -> SocketId:
        """A socket at which a session may begin. Raises why not."""
        socket, label = id_of(place), place.label
        if self.sessions.at(socket) is not None:
            raise SocketTaken(label=label)
        if self.alarms.shutting(socket) is not None:
            raise SocketBroken(label=label)
        if self._is_away(socket):
            raise BoxAway(label=label)
        if not self._watches[socket].is_open:
            raise SocketTaken(label=label)
        if self.boxes[socket.box].counts is Counts.METERS and socket not in self._registers:
            raise MeterAway(label=label)
        if self._drawn_dw(socket.box) > self._thresholds().box_refuse_w * 10:  # 6000 W [YUN]
            raise BoxFull(label=label)
        return socket

    def _is_away(self, socket: SocketId) -> bool:
        box = self.boxes.get(socket.box)
        return box is None or not box.ready or socket not in self._watches

    def may_run(self, socket: SocketId) -> bool:
        return self.alarms.shutting(socket) is None

    # What is seen of it.

    def see(self, sample: Sample, now: Moment) -> None:
        socket, session = sample.socket, self.sessions.at(sample.socket)
        watch, findings = self._watches.get(socket, UNSEEN).look(
            sample, self._thresholds(), now.monotonic_ms, has_session=session is not None
        )
        self._watches[socket] = watch
        self._read(sample, is_open=watch.is_open)
        if Oddity.STRAY in findings:
            self._off(socket)
        for kind, finding in ((AlarmKind.HEAT, Oddity.HOT), (AlarmKind.RELAY_WELDED, Oddity.WELDED)):
            self._hear_ours((socket.box, socket.number, kind), finding in findings, watch.is_open, now)
        if session is not None:
            self.sessions.happen(session.order, sample, now)
            self._note_end(socket, session.order)
        elif watch.is_plugged is False or (watch.is_plugged is None and not watch.is_open):
            self._ended.pop(socket, None)

    def _read(self, sample: Sample, *, is_open: bool) -> None:
        """An old register may not count what flowed since; where nothing could flow, one look may miss."""
        socket, register = sample.socket, sample.register
        if register is not None and not register.is_of_order:
            self._registers[socket] = Reading(register.name, register.wh)
            self._read_ms[socket] = sample.monotonic_ms
        elif not is_open or sample.monotonic_ms - self._read_ms.get(socket, 0) > READ_WITHIN_MS:
            self._registers.pop(socket, None)

    def begins(self, socket: SocketId) -> None:
        """Whatever was there before is forgotten."""
        self._ended.pop(socket, None)

    def hear(self, place: Place, is_on: bool, now: Moment) -> None:
        """An alarm, of a box or of what is watched here: it is off first, and in the journal then."""
        if is_on:
            self._shut(place, now)
        self.alarms.hear(place, is_on, now)

    def _hear_ours(self, place: Place, is_on: bool, is_open: bool, now: Moment) -> None:
        """It is over when the socket is cool, or seen open."""
        if is_on or (place[2] is AlarmKind.HEAT) or is_open:
            self.hear_once(place, is_on, now)

    def hear_once(self, place: Place, is_on: bool, now: Moment) -> None:
        if is_on != self.alarms.stands(place):
            self.hear(place, is_on, now)

    def _shut(self, place: Place, now: Moment) -> None:
        """Smoke, fire or heat opens everything; anything else what it is about."""
        box, number, kind = place
        if kind in OPENS_ALL:
            for each in self.boxes.values():
                each.all_off()
        elif kind in OPENS_ITS_OWN and number == WHOLE_BOX and box in self.boxes:
            self.boxes[box].all_off()
        reason = OPENS_ALL.get(kind) or OPENS_ITS_OWN.get(kind)
        for session in self.sessions:
            is_meant = kind in OPENS_ALL or (box == session.box and number in (WHOLE_BOX, session.socket))
            if reason is not None and is_meant:
                self.sessions.happen(session.order, Stop(reason), now)
        if kind is AlarmKind.BOX_OVERLOAD:
            self._relieve(box, now)

    def watch_boxes(self, now: Moment) -> None:
        """All sockets of a box together: where two looks agree on too much, the youngest session yields."""
        for box in self.boxes:
            is_over = self._drawn_dw(box) > self._thresholds().box_most_w * 10
            self._overloaded[box] = self._overloaded.get(box, 0) + 1 if is_over else 0
            if self._overloaded[box] >= OVERLOADED_LOOKS:
                self._overloaded[box] = 0
                self._relieve(box, now)

    def _relieve(self, box: str, now: Moment) -> None:
        running = [each for each in self.sessions if each.box == box and each.state in ENERGISED]
        if running:
            youngest = max(running, key=lambda each: each.began_ms)
            self.sessions.happen(youngest.order, Stop(StopReason.BOX_OVERLOAD), now)

    def _drawn_dw(self, box: str) -> int:
        return sum(watch.power_dw for socket, watch in self._watches.items() if socket.box == box)

    def _note_end(self, socket: SocketId, order: str) -> None:
        session = self.sessions.last(order)
        if session is not None and session.reason is not None and self.sessions.at(socket) is None:
            self._ended[socket] = session.reason

    def _welded(self, socket: SocketId, now: Moment) -> None:
        self.hear_once((socket.box, socket.number, AlarmKind.RELAY_WELDED), True, now)

    def _off(self, socket: SocketId) -> None:
        box = self.boxes.get(socket.box)
        if box is not None:
            box.switch_off(socket.number)


def id_of(place: SocketPlace) -> SocketId:
    return SocketId(place.box, place.number)
