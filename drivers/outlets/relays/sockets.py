"""What is known of the sockets of such a box, and what the counter is told of them. Knows no line.

It outlives each opening of the lines. All but what `Keeping` offers is for the owner thread alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drivers.clock import MonotonicMs
from drivers.contracts import Emit
from drivers.outlets.alarms import Alarms
from drivers.outlets.contracts import AlarmKind, Ended, Refused, Register, Sample, SocketId
from drivers.outlets.keeping import NOTHING_DW, Keeping, Start
from drivers.outlets.metering import Continuity, Meter, Reading
from drivers.outlets.reasons import StopReason
from drivers.outlets.relays.watching import SILENT_MS, Run, Watch, over_by

SAID_AGAIN_MS = 5_000  # what ended by itself, until that is acknowledged


class Sockets:
    def __init__(
        self, name: str, meters: Sequence[Meter], keeping: Keeping, emit: Emit, clock: MonotonicMs
    ) -> None:
        self._name, self._meters, self._keeping = name, meters, keeping
        self._emit, self._clock = emit, clock
        self._alarms = Alarms(name, emit, clock)
        self._watches = [Watch(Continuity(meter.step_wh), clock() - SILENT_MS) for meter in meters]
        self._runs: dict[int, Run] = {}
        self._endings: dict[str, Ended] = {}
        self._said_ms: dict[str, int] = {}
        self._clear: set[int] = set()  # open and seen at zero, since the lines were opened
        self._seen: set[int] = set()  # looked at, relay and meter
        self.welded: frozenset[int] = frozenset()  # any thread may look

    def begin(self) -> None:
        """The lines were opened, and every relay will be told to open."""
        self._clear.clear()
        self._seen.clear()
        for number, order in self._keeping.begin():
            self._runs.pop(number, None)
            self._refuse(number, order, StopReason.BOX_SILENT)
        for number in range(1, len(self._meters) + 1):
            order = self._keeping.order(number)
            if order and not self._has_run(number, order):
                # The counter goes on with what it began before a restart; these relays did not.
                self._keeping.over(number, order, may_conduct=True)
                self._end(number, order, StopReason.POWER_LOST, None)

    def take(self, start: Start) -> None:
        """A new order."""
        self._runs[start.number] = Run(start.order, start.limits, self._clock())

    def running(self) -> Iterator[tuple[int, Run]]:
        """The sockets that are to conduct; an order that the counter gave up is forgotten."""
        for number, run in list(self._runs.items()):
            if self._keeping.order(number) == run.order:
                yield number, run
            else:
                del self._runs[number]

    def give_up(self, number: int, reason: StopReason) -> None:
        """Its order is over, whatever the counter wants: it never had current, or it has no more."""
        run = self._runs.pop(number)
        self._keeping.over(number, run.order, may_conduct=True)
        if run.has_closed:
            self._end(number, run.order, reason, (self._clock() - run.began_ms) // 1000)
        else:
            self._refuse(number, run.order, reason)

    @property
    def all_seen(self) -> bool:
        """Any thread may ask."""
        return len(self._seen) == len(self._meters)

    def is_clear(self, number: int) -> bool:
        """Whether it was seen open and at zero, so that it may be closed."""
        return number in self._clear

    def is_unmeasured(self, number: int) -> bool:
        """Whether it was looked at, and its meter does not answer."""
        return number in self._seen and self._watches[number - 1].is_lost(self._clock())

    def may_be_asked(self, number: int) -> bool:
        """Whether its meter is worth the time now."""
        return self._clock() >= self._watches[number - 1].ask_after_ms

    def wants_second_look(self, number: int, reading: Reading) -> bool:
        """Whether what was read would open the socket, or call its relay welded."""
        run = self._runs.get(number)
        return reading.power_dw > (run.limits.most_dw if run is not None else NOTHING_DW)

    def saw_coil(self, number: int, is_on: bool) -> None:
        """Its relay says so itself; nothing was measured."""
        self._keeping.seen(number, is_on, None)

    def saw(self, number: int, is_on: bool | None, reading: Reading | None) -> None:
        """Its relay says so, and this was read, None: nothing. The counter hears of it.

        Of a relay that nobody can tell the state of, nobody can tell that it is welded.
        """
        now_ms, watch, run = self._clock(), self._watches[number - 1], self._runs.get(number)
        wh = watch.looked(reading, now_ms, may_begin_anew=run is None)
        power_dw = reading.power_dw if reading is not None else None
        if is_on is not None:
            self._judge_relay(number, self._keeping.seen(number, is_on, power_dw))
            self._seen.add(number)
        if is_on is False and power_dw is not None:
            (self._clear.add if power_dw <= NOTHING_DW else self._clear.discard)(number)
        if run is not None and run.first_wh is None:
            run.first_wh = wh
        self._emit(
            Sample(
                SocketId(self._name, number),
                now_ms,
                is_on=is_on,
                is_plugged=True if power_dw is not None and power_dw > NOTHING_DW else None,
                power_dw=power_dw,
                register=None if wh is None else Register(self._meters[number - 1].name, wh),
                order=run.order if run is not None and is_on else "",
            )
        )
        reason = over_by(run, watch, reading, wh, now_ms) if run is not None else None
        if reason is not None:
            self.give_up(number, reason)

    def say_again(self) -> None:
        """What ended and was not acknowledged yet."""
        for each in list(self._endings.values()):
            if self._clock() - self._said_ms.get(each.order, 0) >= SAID_AGAIN_MS:
                self._say(each)

    def acknowledge(self, order: str) -> None:
        """Any thread may say so."""
        self._endings.pop(order, None)
        self._said_ms.pop(order, None)

    def _judge_relay(self, number: int, is_welded: bool) -> None:
        self._alarms.stands(AlarmKind.RELAY_WELDED, number, is_welded)
        self.welded = self.welded | {number} if is_welded else self.welded - {number}

    def _has_run(self, number: int, order: str) -> bool:
        run = self._runs.get(number)
        return run is not None and run.order == order

    def _refuse(self, number: int, order: str, reason: StopReason) -> None:
        self._emit(Refused(SocketId(self._name, number), order, reason))

    def _end(self, number: int, order: str, reason: StopReason, charged_s: int | None) -> None:
        ended = Ended(SocketId(self._name, number), order, reason, None, charged_s)
        self._endings[order] = ended
        self._say(ended)

    def _say(self, ended: Ended) -> None:
        self._said_ms[ended.order] = self._clock()
        self._emit(ended)
