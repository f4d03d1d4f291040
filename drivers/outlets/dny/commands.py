"""What a DNY box was told and has not answered yet.

It wants half a second between commands, and 15 s for an answer; then it is told once more, under the same
message id, by which it knows that it has done so already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.clock import MonotonicMs
from drivers.outlets.dny.frames import Frame

GAP_MS = 500
ANSWER_MS = 15_000

# The answer, and whether the command was sent twice; None: no answer came.
Answered = Callable[[Frame | None, bool], None]


@dataclass(slots=True)
class _Told:
    frame: Frame
    sent_ms: int
    answered: Answered
    is_resent: bool = False


class Commands:
    """For the owner thread alone."""

    def __init__(self, box: int, clock: MonotonicMs) -> None:
        self._box, self._clock = box, clock
        self._send: Callable[[Frame], None] = lambda _: None
        self._waiting: dict[int, _Told] = {}
        self._message = 0
        self._free_ms = 0

    def begin(self, send: Callable[[Frame], None]) -> None:
        """On a new connection nothing waits."""
        self._send, self._free_ms = send, 0

    def end(self) -> None:
        """The connection is lost: nobody answers any more."""
        waiting, self._waiting = self._waiting, {}
        self._send = lambda _: None
        for each in waiting.values():
            each.answered(None, each.is_resent)

    @property
    def is_free(self) -> bool:
        return self._clock() >= self._free_ms

    def tell(self, command: int, data: bytes = b"", answered: Answered | None = None) -> int:
        """Send now, and return the message id. Without `answered` no answer is waited for."""
        self._message = self._message % 0xFFFF + 1
        frame = Frame(self._box, self._message, command, data)
        if answered is not None:
            self._waiting[self._message] = _Told(frame, self._clock(), answered)
        self._say(frame)
        return self._message

    def forget(self, message: int) -> None:
        """It is not told again, and whatever the answer is, it comes too late."""
        self._waiting.pop(message, None)

    def tell_again(self) -> bool:
        """Repeat one command that was not answered in time; False if there is none."""
        now_ms = self._clock()
        for each in self._waiting.values():
            if not each.is_resent and now_ms - each.sent_ms >= ANSWER_MS:
                each.is_resent, each.sent_ms = True, now_ms
                self._say(each.frame)
                return True
        return False

    def give_up(self) -> None:
        """What was not answered the second time either never will be."""
        now_ms = self._clock()
        for message, each in list(self._waiting.items()):
            if each.is_resent and now_ms - each.sent_ms >= ANSWER_MS:
                del self._waiting[message]
                each.answered(None, True)

    def heard(self, frame: Frame) -> bool:
        """Whether this answers a command that waits; a late one, given up before, answers nothing."""
        told = self._waiting.get(frame.message)
        if told is None or told.frame.command != frame.command:
            return False
        del self._waiting[frame.message]
        told.answered(frame, told.is_resent)
        return True

    def _say(self, frame: Frame) -> None:
        self._free_ms = self._clock() + GAP_MS
        self._send(frame)
