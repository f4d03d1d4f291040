"""One opening of a printer: asked how it is, before each slip and in between; given one slip at a time.

No slip is to be missing and none to be printed twice, and no printer says all that this takes. So:

* One that runs out of paper in the middle of a slip holds the rest itself, and goes on when it has paper.
  Nothing is sent again.
* One that took a slip and then stops answering may have printed it. Nothing is sent again: at worst one slip
  is missing, and staff print it anew.
* One that is unplugged in the middle loses the rest. The slip is printed again from its beginning and says
  so, for the torn one may look whole. This is the only way to have two.
* One that answers but never says when a slip is on paper is not asked that again: what it took counts as
  printed.
* One that answers nothing at all gets nothing, for it may be switched off; unless the settings say that it
  never does. Then it is taken to be ready as long as it can be written to.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers import ports
from drivers.clock import MonotonicMs
from drivers.printers.jobs import Job, Jobs
from drivers.printers.lines import Line, open_line
from drivers.printers.status import (
    ASK_OFFLINE_CAUSE,
    ASK_PAPER,
    ASK_WHEN_PRINTED,
    condition_of,
    is_answer,
    is_printed,
)
from drivers.slip import Line as Text
from drivers.supervision import Reason

AGAIN = Text("补打 Printed again", centred=True)
LISTEN_S = 0.2
UNANSWERED = 5  # questions in a row, until the line is opened anew


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a printer is given for what."""

    ask_period_ms: int = 1000
    answer_ms: int = 500  # it answers within a few; a busy kiosk may be late to look
    printed_ms: int = 10_000  # the longest slip takes about five seconds


class PrinterSession(ports.LineSession[Line]):
    """See `drivers.supervision.Session`."""

    silent = Reason.NO_ANSWER

    def __init__(
        self,
        port: str,
        baudrate: int,
        width: int,
        jobs: Jobs,
        clock: MonotonicMs,
        timing: Timing,
        *,
        answers: bool,
    ) -> None:
        self._port, self._baudrate, self._width = port, baudrate, width
        self._jobs, self._clock, self._timing = jobs, clock, timing
        self._condition = Reason.NO_ANSWER
        self._unanswered = 0
        self._look_at_ms = 0
        self._under_way = False  # the oldest slip was sent, and is not yet known to be on paper
        self._give_up_at_ms = 0
        self._has_printed = False
        self._answers = self._says_when_printed = answers

    @property
    def condition(self) -> Reason:
        return self._condition

    @property
    def at_rest(self) -> bool:
        return not self._under_way

    def open(self) -> None:
        # python-escpos takes a second to load on a small machine: not while the kiosk starts.
        from drivers.printers import layout

        self._commands = layout.commands
        self._line = ports.PORTS.open(self._port, lambda place: open_line(place, self._baudrate))
        self._look()

    def step(self) -> float:
        """Look after the printer, and after the oldest slip."""
        if self._clock() >= self._look_at_ms:
            self._look()
        job = self._jobs.oldest()
        if self._under_way:
            self._see_to_the_end()
        elif job is not None and self._condition.works:
            self._begin(job)
        else:
            self._jobs.wait(LISTEN_S)
        return 0

    def _look(self) -> None:
        """Ask how the printer is. Raises TimeoutError when it has not answered for long."""
        self._look_at_ms = self._clock() + self._timing.ask_period_ms
        if not self._answers:
            self._condition = Reason.READY
            return
        cause = self._ask(ASK_OFFLINE_CAUSE)
        paper = self._ask(ASK_PAPER) if cause is not None else None
        if cause is not None and paper is not None:
            self._unanswered = 0
            self._condition = condition_of(cause, paper)
            return
        self._unanswered += 1
        self._condition = Reason.NO_ANSWER
        if self._unanswered >= UNANSWERED and not self._under_way:
            raise TimeoutError("the printer does not answer")

    def _ask(self, question: bytes) -> int | None:
        self._hear(0)  # what comes too late answers an earlier question
        self._write(question)
        deadline_ms = self._clock() + self._timing.answer_ms
        while (left_ms := deadline_ms - self._clock()) > 0:
            for answer in self._hear(left_ms / 1000):
                return answer
        return None

    def _begin(self, job: Job) -> None:
        self._look()
        if not self._condition.works:
            return
        data = self._commands((AGAIN, *job.slip) if job.begun else job.slip, self._width)
        job.begun = True
        self._has_printed = not self._says_when_printed  # one that does not say is believed
        self._write(data + (ASK_WHEN_PRINTED if self._says_when_printed else b""))
        self._under_way = True
        self._give_up_at_ms = self._clock() + self._timing.printed_ms

    def _see_to_the_end(self) -> None:
        if not self._has_printed:
            self._hear(LISTEN_S)
        if self._has_printed:
            self._end()
        elif self._condition in (Reason.OUT_OF_PAPER, Reason.COVER_OPEN, Reason.FAULTY):
            self._give_up_at_ms = self._clock() + self._timing.printed_ms  # it waits for a hand
        elif self._clock() >= self._give_up_at_ms:
            self._says_when_printed = (
                self._condition is Reason.NO_ANSWER
            )  # a mute one may say it the next time
            self._end()

    def _end(self) -> None:
        self._under_way = False
        self._jobs.done()

    def _write(self, data: bytes) -> None:
        assert self._line is not None
        self._line.write(data)

    def _hear(self, wait_s: float) -> list[int]:
        """The answers to questions that come within `wait_s`; notes when the slip is said to be on paper."""
        assert self._line is not None
        heard = self._line.read(wait_s)
        self._has_printed = self._has_printed or any(is_printed(each) for each in heard)
        return [each for each in heard if is_answer(each)]
