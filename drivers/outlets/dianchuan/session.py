"""One opening of a 电川 board: what is to be opened comes first, then what is to be started, then a look.

A look asks for all states and then for each port's power, one question at a time, so that whatever the
counter wants waits for one answer at most.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from drivers import ports
from drivers.clock import MonotonicMs
from drivers.contracts import Emit
from drivers.outlets.alarms import Alarms
from drivers.outlets.contracts import AlarmKind, Ended, Refused, Sample, SocketId
from drivers.outlets.dianchuan.exchanges import Exchanges, Line, Timing
from drivers.outlets.dianchuan.frames import Frame
from drivers.outlets.dianchuan.orders import Memory, Order
from drivers.outlets.dianchuan.words import (
    ALARMS,
    REASONS,
    STARTED,
    WHOLE_BOX,
    Command,
    PortState,
)
from drivers.outlets.keeping import NOTHING_DW, Keeping, Start
from drivers.outlets.reasons import StopReason
from drivers.supervision import Reason

log = logging.getLogger(__name__)

LISTEN_S = 0.25
MOST_MISSED = 3  # questions in a row, until the line is opened anew
STARTS = 2  # an order that was certainly not heard is told once more
END_IS_HEARD_MS = 10_000  # in that time an end is of what ran before it got more time


class BoardSession(ports.LineSession[Line]):
    """See `drivers.supervision.Session`."""

    at_rest = True
    condition = Reason.READY

    def __init__(
        self,
        name: str,
        port: str,
        connect: Callable[[], Line],
        keeping: Keeping,
        memory: Memory,
        emit: Emit,
        clock: MonotonicMs,
        timing: Timing,
        alarms: Alarms,
    ) -> None:
        self._name, self._port, self._connect = name, port, connect
        self._keeping, self._memory, self._alarms = keeping, memory, alarms
        self._emit, self._clock, self._timing = emit, clock, timing
        self._states: list[int | None] = [None] * len(keeping)
        self._round: list[int] = []  # ports that are still to be asked in this look
        self._look_at_ms = 0
        self._changed = 0  # the port to be asked first
        self._missed = 0
        self._ends: list[Frame] = []  # said by the board and not looked into yet

    def open(self) -> None:
        self._line = self._connect()
        self._exchanges = Exchanges(self._line, self._clock, self._timing, self._reported)
        for number, order in self._keeping.begin():
            self._emit(Refused(self._socket(number), order, StopReason.BOX_SILENT))
        states = self._exchanges.learn()
        if states is None:
            raise TimeoutError("the board does not answer")
        self._take_states(states)

    def step(self) -> float:
        self._alarms.step()
        self._acknowledge()
        if self._open_one() or self._start_one():
            return 0
        if self._ends:
            self._look_into_an_end()
        elif self._round:
            self._ask_port(self._round.pop(0))
        elif (left_ms := self._look_at_ms - self._clock()) <= 0:
            self._look()
        else:
            self._exchanges.listen(min(left_ms / 1000, LISTEN_S))
        return 0

    def wake(self) -> None:
        """Look at once what the counter wants. May come from any thread."""
        if self._line is not None:
            self._line.wake()

    def _socket(self, number: int) -> SocketId:
        return SocketId(self._name, number)

    def _ask(self, command: Command, data: bytes, port: int | None = None) -> bytes | None:
        """Raises TimeoutError when the board has not answered for long."""
        answer = self._exchanges.ask(command, data, port)
        self._missed = 0 if answer is not None else self._missed + 1
        if self._missed >= MOST_MISSED:
            raise TimeoutError("the board does not answer")
        return answer

    # Looking.

    def _look(self) -> None:
        """Ask for all states. The next look is due by the period; one that came between counts as one."""
        now_ms, period_ms = self._clock(), self._timing.poll_ms
        self._look_at_ms += period_ms
        if not now_ms < self._look_at_ms <= now_ms + period_ms:
            self._look_at_ms = now_ms + period_ms
        states = self._ask(Command.STATES, b"\0")
        if states is not None:
            self._take_states(states)

    def _take_states(self, data: bytes) -> None:
        """Begin a round with the port that changed, and else where the last one was left."""
        ports_told = min(data[0], len(data) - 1, len(self._states))
        self._states = [*data[1 : 1 + ports_told], *[None] * (len(self._states) - ports_told)]
        begun = [number for number in range(1, len(self._states) + 1) if number not in self._round]
        self._round = [*self._round, *begun]
        if self._changed:
            self._round.remove(self._changed)
            self._round.insert(0, self._changed)
            self._changed = 0

    def _ask_port(self, number: int) -> None:
        answer = self._ask(Command.PORT, bytes([number]), number)
        power_dw = int.from_bytes(answer[3:5], "big") if answer is not None and len(answer) >= 5 else None
        state = self._states[number - 1]
        is_on = state == PortState.CHARGING if state in list(PortState) else None
        is_welded = self._keeping.seen(number, is_on, power_dw)
        self._alarms.stands(AlarmKind.RELAY_WELDED, number, is_welded)
        if self._keeping.all_seen:
            is_plugged = True if (power_dw or 0) > NOTHING_DW else None
            self._emit(Sample(self._socket(number), self._clock(), is_on, is_plugged, power_dw))
        if is_on and answer is not None and len(answer) >= 3:
            self._give_more(number, _left(answer))

    # Switching.

    def _open_one(self) -> bool:
        due = self._keeping.to_open()
        if not due:
            return False
        number, _ = due[0]
        self._ask(Command.STOP, bytes([number]), number)
        self._keeping.told_to_open(number)
        if len(due) == 1:
            self._look_at_once(number)
        return True

    def _start_one(self) -> bool:
        start = self._keeping.next_start()
        if start is None:
            return False
        try:
            refused = self._start(start)
        except Exception:
            self._refuse(start, StopReason.BOX_SILENT)
            raise
        if refused is not None:
            self._refuse(start, refused)
        self._look_at_once(start.number)
        return True

    def _start(self, start: Start) -> StopReason | None:
        order = self._memory.orders[start.number] = Order.within(start.order, start.limits)
        return self._tell(start.number, order)

    def _tell(self, number: int, order: Order) -> StopReason | None:
        """Tell a portion; after a lost answer look whether it was heard, before it is told again."""
        minutes = self._memory.portion_min(order)
        order.given_min += minutes
        for _ in range(STARTS):
            answer = self._ask_start(number, minutes)
            if answer is not None:
                return None if answer[1:2] == bytes([STARTED]) else StopReason.BOX_FAULT
            if self._is_charging(number):
                return None
            if self._keeping.order(number) != order.id:
                return None  # whoever wanted it does not want it any more
        return StopReason.BOX_SILENT

    def _ask_start(self, number: int, minutes: int) -> bytes | None:
        return self._ask(Command.START, bytes([number, 0, 0]) + minutes.to_bytes(2, "big"), number)

    def _give_more(self, number: int, left_min: int) -> None:
        """The next portion, before the last one is used up; whether it was given is seen by what is left."""
        order = self._running(number)
        if order is None or not self._memory.wants_more(order, left_min):
            return
        order.more_ms = self._clock()
        answer = self._ask_start(number, self._memory.portion_min(order))
        looked = self._ask(Command.PORT, bytes([number]), number)
        if looked is not None and len(looked) >= 3:
            self._memory.got_more(order, left_min, _left(looked), was_answered=answer is not None)

    def _running(self, number: int) -> Order | None:
        """What the port may conduct for, if its minutes are known."""
        order = self._memory.orders.get(number)
        return order if order is not None and order.id == self._keeping.order(number) else None

    def _is_charging(self, number: int) -> bool:
        """Raises TimeoutError where that cannot be known."""
        states = self._ask(Command.STATES, b"\0")
        if states is None or len(states) <= number:
            raise TimeoutError(f"port {number}: nobody knows whether it was switched on")
        return states[number] == PortState.CHARGING

    def _refuse(self, start: Start, reason: StopReason) -> None:
        self._keeping.over(start.number, start.order, may_conduct=reason is StopReason.BOX_SILENT)
        self._emit(Refused(self._socket(start.number), start.order, reason))

    def _look_at_once(self, number: int) -> None:
        """Its state is not what it was: a new look begins with it."""
        self._changed = number
        self._look()

    # What the board says of itself.

    def _reported(self, frame: Frame) -> None:
        """May come in the midst of a question: an end is looked into after it."""
        if frame.command == Command.FAULT:
            number, code = frame.data[0], frame.data[1] if len(frame.data) > 1 else 0
            is_socket = number != WHOLE_BOX and 1 <= number <= len(self._states)
            self._alarms.happened(ALARMS.get(code, AlarmKind.BOX_FAULT), number if is_socket else None)
            self._exchanges.acknowledge(frame)
        elif len(frame.data) >= 4 and 1 <= frame.data[0] <= len(self._states):
            self._ends.append(frame)
        else:
            log.warning("%s: an end of port %d, which it has not", self._name, frame.data[0])

    def _look_into_an_end(self) -> None:
        """One that comes late, while another order has current, ends nothing; nor does a portion's."""
        frame = self._ends.pop(0)
        ended = self._memory.ended.get(frame) or self._ended(frame)
        if ended is None:
            self._exchanges.acknowledge(frame)
            return
        self._emit(ended)
        if ended.order:
            self._memory.ended[frame] = ended
        else:
            self._exchanges.acknowledge(frame)

    def _ended(self, frame: Frame) -> Ended | None:
        """What a frame ends; None: nothing."""
        number, left = frame.data[0], _left(frame.data)
        reason = REASONS.get(frame.data[3], StopReason.BOX_FAULT)
        order, running = self._keeping.order(number), self._running(number)
        is_on = bool(order) and self._is_charging(number)
        is_over = reason is StopReason.TIME_UP
        if is_on and (is_over or not self._got_more_just_now(running)):
            return None
        if is_over and running is not None and self._memory.portion_min(running):
            refused = self._tell(number, running)
            self._look_at_once(number)
            if refused is None:
                return None
            reason = refused
        self._keeping.over(number, order, may_conduct=is_on or reason is StopReason.BOX_SILENT)
        self._look_at_once(number)
        last = running if order else self._memory.orders.get(number)
        charged_s = last.charged_s(left) if last is not None else None
        return Ended(self._socket(number), order or (last.id if last else ""), reason, None, charged_s)

    def _got_more_just_now(self, order: Order | None) -> bool:
        more_ms = order.more_ms if order is not None else None
        return more_ms is not None and self._clock() - more_ms <= END_IS_HEARD_MS

    def _acknowledge(self) -> None:
        while not self._memory.acknowledged.empty():
            order = self._memory.acknowledged.get()
            for frame in [frame for frame, ended in self._memory.ended.items() if ended.order == order]:
                del self._memory.ended[frame]
                self._exchanges.acknowledge(frame)


def _left(told: bytes) -> int:
    """Minutes that a port has left: in the answer to `PORT`, and in its end."""
    return int.from_bytes(told[1:3], "big")
