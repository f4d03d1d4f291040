"""Asking the 电川 board, one question at a time, so that a late answer is never taken for the next one's.

The board repeats the session id of a question in its answer, as far as its captured frames tell, where all
ids are zero. So each question gets an id of its own. A board that answers all the same with another id is
asked with zeros: then an answer counts by its command and port, and after one that did not come the line has
to be silent for a while before the next question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.clock import MonotonicMs
from drivers.outlets.dianchuan.frames import NO_SESSION, REPLY, REQUEST, SESSION_BYTES, Frame, Splitter
from drivers.outlets.dianchuan.words import ACKNOWLEDGED, Command

REPORTS = (Command.ENDED, Command.FAULT)  # come from the board when it likes
OPEN_MS = 50  # a frame whose end does not come so long has none


@dataclass(frozen=True, slots=True)
class Timing:
    poll_ms: int = 1_000
    answer_ms: int = 500  # on a line of 9600 baud an answer is through within 60
    late_ms: int = 500  # after which silence no answer is on its way any more


class Line(Protocol):
    """As `drivers.ports.SerialLine`."""

    def write(self, data: bytes) -> None: ...

    def read(self, wait_s: float) -> bytes: ...

    def close(self) -> None: ...

    def wake(self) -> None: ...

    def cancel(self) -> None: ...


class Exchanges:
    """`report` gets what the board says unasked, also in the midst of a question."""

    def __init__(
        self, line: Line, clock: MonotonicMs, timing: Timing, report: Callable[[Frame], None]
    ) -> None:
        self._line, self._clock, self._timing, self._report = line, clock, timing, report
        self._splitter = Splitter()
        self._count = self._heard_ms = 0
        self._repeats_ids = True

    def learn(self) -> bytes | None:
        """Ask for all states, and learn from the answer whether the board repeats ids. None: no answer."""
        for self._repeats_ids in (True, False):
            answer = self.ask(Command.STATES, b"\0")
            if answer is not None:
                return answer
        return None

    def ask(self, command: Command, data: bytes, port: int | None = None) -> bytes | None:
        """The data of the answer. `port`: it has to begin with it. None: no answer came in time."""
        self.listen(0)
        session = self._next_session()
        self._line.write(Frame(REQUEST, command, data, session).encode())
        deadline_ms = self._clock() + self._timing.answer_ms
        while (left_ms := deadline_ms - self._clock()) > 0:
            for frame in self._hear(min(left_ms, OPEN_MS) / 1000):
                is_meant = frame.command == command and (port is None or frame.data[0] == port)
                if is_meant and (frame.session == session or not self._repeats_ids):
                    return frame.data
        self._settle()
        return None

    def listen(self, wait_s: float) -> None:
        """Take what the board says of itself; answers have come too late."""
        self._hear(wait_s)

    def acknowledge(self, report: Frame) -> None:
        sop = REPLY if report.sop == REQUEST else REQUEST
        self._line.write(Frame(sop, report.command, ACKNOWLEDGED, report.session).encode())

    def _next_session(self) -> bytes:
        if not self._repeats_ids:
            return NO_SESSION
        self._count = self._count % 0xFFFF + 1
        return self._count.to_bytes(SESSION_BYTES, "big")

    def _settle(self) -> None:
        """Hear late answers out: until it was silent for so long, but not for ever."""
        began_ms, late_ms = self._clock(), 0 if self._repeats_ids else self._timing.late_ms
        while (now_ms := self._clock()) < began_ms + 2 * late_ms:
            if now_ms - max(self._heard_ms, began_ms) >= late_ms:
                return
            self._hear(OPEN_MS / 1000)

    def _hear(self, wait_s: float) -> list[Frame]:
        data, now_ms = self._line.read(wait_s), self._clock()
        frames = self._splitter.feed(data)
        if data:
            self._heard_ms = now_ms
        elif now_ms - self._heard_ms >= OPEN_MS:
            frames = self._splitter.quiet()
        for frame in frames:
            if frame.command in REPORTS:
                self._report(frame)
        return [frame for frame in frames if frame.command not in REPORTS]
