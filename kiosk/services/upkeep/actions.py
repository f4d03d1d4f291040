"""Commands of the office's, carried out once each: the record says so before anything is done.

A restart is the process ending; whoever started it starts it again. The log is what this process said since
it started, which names nobody; its end is what is sent.
"""

from __future__ import annotations

import os
import signal
import zlib
from collections.abc import Callable

import structlog

from kiosk.common.here import Here
from kiosk.plain import logs
from kiosk.plain.service_manager import is_managed
from kiosk.services.upkeep.items import KIOSK_COMMAND, Do, KioskCommand
from kiosk.services.upkeep.records import COMMAND_ANSWERED, CommandAnswered, CommandOutcome

LONGEST_AHEAD_MS = 60 * 60_000  # no command is good for longer: one of the two clocks is wrong
MOST_LOG_BYTES = 12_000  # compressed; a batch has room for it
MOST_REMEMBERED = 1000
NOBODY_STARTS_IT, UNKNOWN = "nobody_starts_it_again", "unknown_command"

log = structlog.get_logger()


def end() -> None:
    """As the service manager would ask: devices are released, taps are answered, files closed."""
    os.kill(os.getpid(), signal.SIGTERM)


class Upkeep:
    """The commands for one kiosk. `end` ends its process; `starts_again`: whether somebody starts it then."""

    def __init__(
        self, here: Here, end: Callable[[], None] = end, starts_again: Callable[[], bool] = is_managed
    ) -> None:
        self._here, self._end, self._starts_again = here, end, starts_again
        self._answered: dict[str, None] = {}  # in memory only: the journal knows them all

    def step(self) -> None:
        """Answer what is there and was not answered yet."""
        for each in self._here.catalogue.items(KIOSK_COMMAND):
            if each.journal_id == self._here.journal.key.journal_id and each.command not in self._answered:
                self._answer(each)

    def _answer(self, command: KioskCommand) -> None:
        """Its first answer stands: whoever is started anew finds it in the journal, and does nothing."""
        now, request_id = self._here.clock.now(), f"command {command.command}"
        fresh: list[CommandAnswered] = []

        def answer() -> CommandAnswered:
            fresh.append(self._answer_to(command, now.wall_ms))
            return fresh[0]

        with self._here.journal.writing() as writing:
            writing.once(
                request_id,
                lambda: writing.append(*COMMAND_ANSWERED, answer(), at=now, request_id=request_id),
            )
        self._remember(command.command)
        for each in fresh:
            log.info("command_answered", command=command.command, do=command.do, outcome=each.outcome)
            if command.do == Do.RESTART and each.outcome == CommandOutcome.DONE:
                self._end()

    def _answer_to(self, command: KioskCommand, now_ms: int) -> CommandAnswered:
        if not 0 <= command.until_ms - now_ms <= LONGEST_AHEAD_MS:
            return CommandAnswered(command.command, CommandOutcome.TOO_OLD)
        if command.do == Do.SEND_LOG:
            return CommandAnswered(command.command, CommandOutcome.DONE, log=packed(logs.latest()))
        if command.do == Do.RESTART:
            if self._starts_again():
                return CommandAnswered(command.command, CommandOutcome.DONE)
            return CommandAnswered(command.command, CommandOutcome.FAILED, NOBODY_STARTS_IT)
        return CommandAnswered(command.command, CommandOutcome.FAILED, UNKNOWN)

    def _remember(self, command: str) -> None:
        self._answered[command] = None
        while len(self._answered) > MOST_REMEMBERED:
            del self._answered[next(iter(self._answered))]


def packed(lines: list[str]) -> bytes:
    """The last of them that fit."""
    while True:
        made = zlib.compress("\n".join(lines).encode(), 9)
        if len(made) <= MOST_LOG_BYTES or not lines:
            return made
        lines = lines[len(lines) // 4 + 1 :]
