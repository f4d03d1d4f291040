"""Own the lines of such a box: switch first, measure in between, and look at every relay in each round.

Between two questions to meters it is looked whether a relay has to be moved, so no command waits for a round.
A relay on a timed board is told again at each turn while its order is kept on: if this thread stops, for
whatever reason, the board opens it.
"""

from __future__ import annotations

import contextlib
import termios
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.clock import MonotonicMs
from drivers.outlets.keeping import Keeping
from drivers.outlets.metering import Meter, Reading
from drivers.outlets.modbus.relays import Relays
from drivers.outlets.reasons import StopReason
from drivers.outlets.relays.sockets import Sockets
from drivers.outlets.relays.watching import Run
from drivers.outlets.rs485 import NoAnswer, Rs485Line
from drivers.supervision import Reason

LISTEN_MS = 250  # how long it rests at a time, and thus how late a stop is seen
WRITES = 2  # of what closes a relay
REARMS = 4  # times that a timed relay is told again before it would open


@dataclass(frozen=True, slots=True)
class Pace:
    """`poll_ms`: a round is begun so often, if the line carries it. `meter_lags_ms`: so late a meter says
    what was a moment before, and is not read sooner after a relay opened: what flowed until then would look
    like a relay that is welded. After one closed it is read at once. `board_silent_ms`: then the line
    counts as lost, and is opened anew.
    """

    poll_ms: int = 1_000
    meter_lags_ms: int = 1_500
    board_silent_ms: int = 3_000


class RelaySession:
    """One opening of the lines. See `drivers.supervision.Session`."""

    at_rest = True
    condition = Reason.READY

    def __init__(
        self,
        lines: Sequence[Rs485Line],
        relays: Relays,
        meters: Sequence[Meter],
        keeping: Keeping,
        sockets: Sockets,
        clock: MonotonicMs,
        rest: Callable[[float], object],
        pace: Pace,
    ) -> None:
        self._lines, self._relays, self._meters = lines, relays, meters
        self._keeping, self._sockets = keeping, sockets
        self._clock, self._rest, self._pace = clock, rest, pace
        self._told_ms: dict[int, int] = {}  # the relays that are to conduct, and when they were told so last
        self._coils: dict[int, bool] = {}  # as each relay was seen last
        self._unsure: set[int] = set()  # told something, and nobody has said since how it is
        self._writes: dict[int, list[int]] = {}  # when each was told to conduct, until it did
        self._opened_ms: dict[int, int] = {}
        self._queue: deque[tuple[int, int]] = deque()  # meters to be read in this round, and how often yet
        self._round_ms = clock()
        self._silent_ms: int | None = None  # since when the board has not answered; None: it did

    def open(self) -> None:
        """Open every relay, and look at it, before anything else."""
        for line in self._lines:
            line.open()
        self._sockets.begin()
        for number in self._numbers:
            self._with_patience(self._open, number)  # it is looked at below
        self._look()
        for number in self._numbers:
            self._opened_ms[number] = self._clock()
            self._sockets.saw_coil(number, self._coils[number])
        self._round_ms = self._clock()

    def step(self) -> float:
        self._sockets.say_again()
        for number, _ in self._keeping.to_open():
            self._with_patience(self._open, number)
        while (start := self._keeping.next_start()) is not None:
            self._sockets.take(start)
        for number, run in self._sockets.running():
            self._with_patience(self._keep_closed, number, run)
        if self._queue:
            self._measure(*self._queue.popleft())
        elif self._clock() >= self._round_ms:
            self._with_patience(self._begin_round)
        else:
            self._rest(min(self._round_ms - self._clock(), LISTEN_MS) / 1000)
        return 0

    def close(self) -> None:
        """Leave no socket conducting, if the line still carries that."""
        with contextlib.suppress(OSError, termios.error, AttributeError, TypeError):
            for number in {*self._told_ms, *self._writes}:
                try:
                    self._relays.open(number)
                except NoAnswer:
                    if self._is_lost():
                        break
        for line in self._lines:
            line.close()

    def abort(self) -> None:
        for line in self._lines:
            line.abort()

    def diagnose(self, fault: Exception) -> Reason:
        told = [line.diagnose(fault) for line in self._lines]
        return next((each for each in told if each is not Reason.SILENT), Reason.SILENT)

    @property
    def _numbers(self) -> range:
        return range(1, len(self._meters) + 1)

    def _with_patience(self, ask_board: Callable[..., None], *of_what: object) -> None:
        """A board that does not answer is asked again at the next turn; one that is silent is a lost line."""
        try:
            ask_board(*of_what)
        except NoAnswer:
            self._silent_ms = self._clock() if self._silent_ms is None else self._silent_ms
            if self._is_lost():
                raise

    def _is_lost(self) -> bool:
        """Whether the board has been silent for so long that its line counts as lost."""
        return self._silent_ms is not None and self._clock() - self._silent_ms > self._pace.board_silent_ms

    def _begin_round(self) -> None:
        """Look at all relays, and have all meters read."""
        self._round_ms = max(self._round_ms + self._pace.poll_ms, self._clock())
        self._look()
        if any(self._coils[number] is not (number in self._told_ms) for number in self._numbers):
            self._look()  # what is so grave is looked at twice
        for number, _ in self._sockets.running():
            if number in self._told_ms and not self._coils[number]:
                is_overdue = self._is_due(number, self._relays.opens_after_ms)
                del self._told_ms[number]
                reason = StopReason.BOX_SILENT if is_overdue else StopReason.RELAY_BROKEN
                self._sockets.give_up(number, reason)
        self._queue.extend((number, 0) for number in self._numbers)

    def _look(self) -> None:
        coils = self._relays.look()
        self._silent_ms = None
        self._unsure.clear()
        for number in self._numbers:
            self._found(number, coils[number - 1])

    def _found(self, number: int, is_on: bool) -> None:
        if self._coils.get(number) is is_on:
            return
        self._coils[number] = is_on
        if is_on:
            self._queue.append((number, 0))
        else:
            self._opened_ms[number] = self._clock()

    def _open(self, number: int) -> None:
        self._keeping.told_to_open(number)
        self._told_ms.pop(number, None)
        self._writes.pop(number, None)
        self._unsure.add(number)
        self._relays.open(number)
        self._silent_ms = None
        self._unsure.discard(number)
        self._found(number, False)

    def _keep_closed(self, number: int, run: Run) -> None:
        """Let it conduct, and go on conducting. Who was not answered, or comes too late, looks first."""
        is_told = number in self._told_ms
        if number in self._unsure or (is_told and self._is_due(number, self._relays.opens_after_ms)):
            self._look()
        if is_told:
            is_due = self._is_due(number, (self._relays.opens_after_ms or 0) // REARMS or None)
            if is_due and self._coils[number]:  # one that opened by itself is seen in the next round
                self._tell(number)
        elif self._coils[number]:
            told_ms = self._writes.pop(number, [self._clock()])
            self._told_ms[number] = told_ms[-1]  # it counts from then on, whenever that is seen
            run.has_closed = True
        elif len(self._writes.get(number, [])) >= WRITES:
            self._writes.pop(number)
            self._sockets.give_up(number, StopReason.RELAY_BROKEN)
        elif self._sockets.is_unmeasured(number):
            self._sockets.give_up(number, StopReason.METER_SILENT)
        elif self._sockets.is_clear(number):
            self._writes.setdefault(number, []).append(self._clock())
            self._tell(number)

    def _tell(self, number: int) -> None:
        """Close the relay, or have a timed one count anew."""
        now_ms = self._clock()
        self._unsure.add(number)
        self._relays.close(number)
        self._silent_ms = None
        if number in self._told_ms:
            self._unsure.discard(number)
            self._told_ms[number] = now_ms

    def _is_due(self, number: int, after_ms: int | None) -> bool:
        return after_ms is not None and self._clock() - self._told_ms[number] >= after_ms

    def _measure(self, number: int, tries: int) -> None:
        if not self._coils[number] and self._clock() - self._opened_ms[number] < self._pace.meter_lags_ms:
            return
        reading: Reading | None = None
        if self._sockets.may_be_asked(number):
            try:
                reading = self._meters[number - 1].read()
                if self._sockets.wants_second_look(number, reading):
                    reading = self._meters[number - 1].read()
            except NoAnswer:
                if tries == 0:
                    self._queue.append((number, 1))
                    return
        is_on = None if number in self._unsure else self._coils[number]
        self._sockets.saw(number, is_on, reading)
