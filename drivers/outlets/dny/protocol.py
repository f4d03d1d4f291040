"""One DNY box: what it says becomes samples, alarms and ends, what the counter wants becomes commands.

Nothing here waits or has a thread: the server's thread brings frames and calls `step`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from drivers.clock import MonotonicMs
from drivers.contracts import Emit
from drivers.outlets.alarms import Alarms
from drivers.outlets.contracts import AlarmKind, CardAtBox, Ended, Limits, Refused, SocketId
from drivers.outlets.dny.bodies import (
    Card,
    Heartbeat,
    Power,
    Settlement,
    Switch,
    Switched,
    adjust,
)
from drivers.outlets.dny.commands import Commands
from drivers.outlets.dny.frames import Frame
from drivers.outlets.dny.ports import Port
from drivers.outlets.dny.words import (
    ALARMS,
    ANY_PORT,
    DONE,
    OF_A_PORT,
    REASONS,
    REPLIES,
    SAME_STATE,
    Command,
)
from drivers.outlets.keeping import Keeping, Start
from drivers.outlets.reasons import StopReason

log = logging.getLogger(__name__)

POLL_MS = 5_000
AGAIN_MS = 2_000  # a box takes one command in half a second
PORTION_S = 600  # of time, that an order gets at once
RENEW_MS = 120_000
MOST_S = 0xFFFF
SILENT_MS = 20_000


class DnyProtocol:
    """A box while it is connected, and what is remembered of it in between. For the server's thread alone."""

    def __init__(
        self,
        name: str,
        box_id: int,
        keeping: Keeping,
        emit: Emit,
        clock: MonotonicMs,
        unix_ms: Callable[[], int],
    ) -> None:
        self._name, self._emit, self._clock, self._unix_ms = name, emit, clock, unix_ms
        self._keeping, self._alarms = keeping, Alarms(name, emit, clock)
        self._commands = Commands(box_id, clock)
        self._ports = [Port(number + 1) for number in range(len(keeping))]
        self._limits: dict[str, Limits] = {}
        self._starting: dict[int, int] = {}  # by socket the message that has not been answered
        self._settlements: dict[str, Frame] = {}  # not acknowledged yet
        self._send: Callable[[Frame], None] | None = None
        self._card: tuple[int, bytes] = (0, b"")
        self._room_c: int | None = None
        self._heard_ms = self._poll_ms = 0

    def connected(self, send: Callable[[Frame], None]) -> None:
        self._send, self._heard_ms, self._poll_ms = send, self._clock(), 0
        self._commands.begin(send)
        for each in self._ports:
            each.state = None
        for number, order in self._keeping.begin():
            self._refused(number, order, StopReason.BOX_SILENT)

    def lost(self) -> None:
        self._send = None
        self._commands.end()

    @property
    def is_silent(self) -> bool:
        return self._send is not None and self._clock() - self._heard_ms > SILENT_MS

    def step(self) -> None:
        """Do what is due: what opens first, and never two commands within half a second."""
        self._alarms.step()
        if self._send is None:
            return
        self._commands.give_up()
        if self._commands.is_free:
            self._command()

    def acknowledge(self, order: str) -> None:
        """Tell the box that it may forget the order. One that is away says it again, and is told then."""
        settlement = self._settlements.pop(order, None)
        if settlement is not None and self._send is not None:
            self._send(settlement.answer(DONE))

    # What it says.

    def heard(self, frame: Frame) -> None:
        """Take a frame of this box; one that is damaged in itself is passed over."""
        self._heard_ms = self._clock()
        try:
            self._take(frame)
        except ValueError as fault:
            log.warning("%s: command %02X: %s", self._name, frame.command, fault)

    def _take(self, frame: Frame) -> None:
        match frame.command:
            case Command.REGISTER:
                self._answer(frame, DONE)
            case Command.HEARTBEAT:
                self._answer(frame, DONE)
                self._beat(Heartbeat.read(frame.data))
            case Command.OLD_HEARTBEAT:
                self._answer(frame, DONE)
                self._beat(Heartbeat.read_old(frame.data))
            case Command.TIME:
                self._answer(frame, (self._unix_ms() // 1000).to_bytes(4, "little"))
            case Command.CARD:
                self._laid(frame)
            case Command.SETTLEMENT:
                self._settled(frame)
            case Command.CONFIRMED:
                self._answer(frame, frame.data[:1] + DONE)
            case Command.POWER:
                self._measured(Power.read(frame.data))
            case Command.ALARM:
                self._alarmed(frame.data)
            case _ if not self._commands.heard(frame):
                log.debug("%s: command %02X is not for us", self._name, frame.command)

    def _answer(self, frame: Frame, data: bytes) -> None:
        if self._send is not None:
            self._send(frame.answer(data))

    def _beat(self, beat: Heartbeat) -> None:
        now_ms = self._clock()
        self._room_c = beat.temperature_c if beat.temperature_c is not None else self._room_c
        for port, state in zip(self._ports, beat.states, strict=False):
            port.is_now(state)
        for port, power_dw in zip(self._ports, beat.powers_dw, strict=False):
            port.draws(power_dw, now_ms)
        for port in self._ports:
            self._look(port)
        if self._keeping.all_seen:
            for port in self._ports:
                self._emit(port.sample(self._name, self._clock, self._room_c))

    def _look(self, port: Port) -> None:
        state = port.state
        if state is None:
            return
        power_dw, kept = port.power_at(self._clock()), self._keeping.order(port.number)
        if state.is_on and port.order not in ("", kept):
            self._keeping.over(port.number, kept, may_conduct=True)  # it conducts for somebody else
        is_welded = self._keeping.seen(port.number, state.is_on, power_dw)
        self._alarms.stands(
            AlarmKind.RELAY_WELDED, port.number, is_welded or state.alarm is AlarmKind.RELAY_WELDED
        )
        self._alarms.stands(AlarmKind.BOX_FAULT, port.number, state.alarm is AlarmKind.BOX_FAULT)

    def _measured(self, power: Power) -> None:
        port = self._port(power.port)
        if port is None:
            return
        port.measured(power, self._clock())
        self._look(port)
        if self._keeping.all_seen:
            self._emit(port.sample(self._name, self._clock, self._room_c))

    def _laid(self, frame: Frame) -> None:
        """A card at the box. Asked for a balance it gets no answer: the counter's own screen says it."""
        card = Card.read(frame.data)
        port = self._port(card.port)
        if card.port != ANY_PORT:
            self._answer(frame, card.accepted())
        if self._card != (frame.message, card.uid):
            self._card = (frame.message, card.uid)
            socket = self._socket(port.number) if port is not None else None
            self._emit(CardAtBox(self._name, socket, card.uid, self._clock()))

    def _settled(self, frame: Frame) -> None:
        settlement = Settlement.read(frame.data)
        number = settlement.port + 1
        if number <= len(self._ports) and settlement.order:
            self._keeping.over(number, settlement.order)
        self._limits.pop(settlement.order, None)
        self._poll_ms = 0
        if settlement.order:
            self._settlements[settlement.order] = frame
        else:
            self._answer(frame, DONE)  # nobody could acknowledge it
        reason = REASONS.get(settlement.reason, StopReason.BOX_FAULT)
        socket = self._socket(number)
        self._emit(Ended(socket, settlement.order, reason, settlement.energy_wh, settlement.charged_s))

    def _alarmed(self, data: bytes) -> None:
        kind = ALARMS.get(data[0], AlarmKind.BOX_FAULT) if data else AlarmKind.BOX_FAULT
        port = self._port(data[1]) if len(data) > 1 and data[0] == OF_A_PORT else None
        self._alarms.happened(kind, port.number if port is not None else None)

    # What it is told.

    def _command(self) -> None:
        openings = self._keeping.to_open()
        is_due = self._clock() >= self._poll_ms
        if openings and (self._keeping.is_urgent or not is_due):
            self._open(*openings[0])
        elif is_due:
            self._poll_ms = self._clock() + POLL_MS
            self._commands.tell(Command.ASK)
        elif not self._commands.tell_again() and not self._start():
            self._renew()

    def _open(self, number: int, order: str) -> None:
        """A box stops the order that it is running, and no other: it is named as the box said it."""
        named = self._ports[number - 1].order or order
        self._commands.forget(self._starting.pop(number, 0))  # or it would be started by being told again
        self._commands.tell(Command.SWITCH, Switch(number - 1, False, named).data())
        self._keeping.told_to_open(number)
        self._poll_ms = min(self._poll_ms, self._clock())

    def _start(self) -> bool:
        start = self._keeping.next_start()
        if start is None:
            return False
        self._limits[start.order] = start.limits
        longest_s = min(start.limits.longest_s, MOST_S)
        data = Switch(
            start.number - 1,
            True,
            start.order,
            min(PORTION_S, longest_s),
            longest_s,
            min(start.limits.most_dw, MOST_S),
        ).data()
        self._starting[start.number] = self._commands.tell(
            Command.SWITCH, data, lambda frame, again: self._started(start, frame, again)
        )
        return True

    def _started(self, start: Start, frame: Frame | None, is_resent: bool) -> None:
        """`SAME_STATE` after it was told twice: the first time it was heard, and the answer lost."""
        self._poll_ms = 0
        self._starting.pop(start.number, None)
        answer = Switched.read(frame.data).answer if frame is not None else None
        if answer == 0 or (answer == SAME_STATE and is_resent):
            if self._keeping.order(start.number) == start.order:
                self._ports[start.number - 1].accepted(start.order, self._clock())
        else:
            reason = StopReason.BOX_SILENT if answer is None else REPLIES.get(answer, StopReason.BOX_FAULT)
            self._keeping.over(start.number, start.order, may_conduct=True)
            self._refused(start.number, start.order, reason)
            if reason is StopReason.SMOKE:
                self._alarms.happened(AlarmKind.SMOKE, None)

    def _renew(self) -> None:
        """Give the next portion of time to an order that is kept on, up to the longest that it may take."""
        now_ms = self._clock()
        for port in self._ports:
            is_kept = port.order and port.order == self._keeping.order(port.number)
            if is_kept and port.began_ms is not None and now_ms - port.renewed_ms >= RENEW_MS:
                port.renewed_ms = now_ms
                longest_s = self._limits[port.order].longest_s if port.order in self._limits else MOST_S
                timed_s = min((now_ms - port.began_ms) // 1000 + PORTION_S, longest_s, MOST_S)
                self._commands.tell(Command.ADJUST, adjust(port.number - 1, timed_s), self._renewed)
                return

    def _renewed(self, frame: Frame | None, _is_resent: bool) -> None:
        if frame is None or frame.data[:1] != DONE:
            self._poll_ms = 0  # it does not charge any more, or says so

    def _refused(self, number: int, order: str, reason: StopReason) -> None:
        self._emit(Refused(self._socket(number), order, reason))

    def _socket(self, number: int) -> SocketId:
        return SocketId(self._name, number)

    def _port(self, on_the_wire: int) -> Port | None:
        return self._ports[on_the_wire] if on_the_wire < len(self._ports) else None
