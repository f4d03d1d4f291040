"""How often somebody guessed wrong: in a file, so that pulling the plug buys no new guesses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import structlog

from kiosk.store.files import write_whole

FREE_TRIES = 5
FIRST_WAIT_S = 30

log = structlog.get_logger()


class Tries:
    """Counts wrong guesses of one kind. Nothing for a slip of the finger; then a wait, each twice the last.

    `forgotten_s`: after so long one wrong guess is forgotten, and only so; None: a right one forgets all.
    The caller makes one guess at a time: `left_s`, `begin`, and then `wrong` or `right`.
    """

    def __init__(
        self,
        path: Path,
        monotonic_s: Callable[[], float],
        *,
        longest_wait_s: float,
        forgotten_s: float | None = None,
    ) -> None:
        self._path, self._monotonic_s = path, monotonic_s
        self._longest_wait_s, self._forgotten_s = longest_wait_s, forgotten_s
        self._wrong = _read(path)
        self._wait()

    def left_s(self) -> int:
        """Whole seconds until the next guess may be looked at; 0: now."""
        left_s = self._free_at_s - self._monotonic_s()
        return int(left_s) + 1 if left_s > 0 else 0

    def begin(self) -> None:
        """It counts as a wrong one until it has proved right."""
        self._forget_some()
        self._keep(self._wrong + 1)

    def wrong(self) -> None:
        self._wait()

    def right(self) -> None:
        self._keep(0 if self._forgotten_s is None else self._wrong - 1)

    def _wait(self) -> None:
        self._last_s = self._monotonic_s()  # the last wrong guess, or when the last was forgotten
        self._free_at_s = self._last_s + self._wait_s()

    def _forget_some(self) -> None:
        if self._forgotten_s is not None and self._wrong:
            periods = int((self._monotonic_s() - self._last_s) // self._forgotten_s)
            self._last_s += periods * self._forgotten_s
            self._wrong = max(0, self._wrong - periods)

    def _wait_s(self) -> float:
        over = self._wrong - FREE_TRIES
        return min(FIRST_WAIT_S * 2.0 ** min(over, 20), self._longest_wait_s) if over >= 0 else 0.0

    def _keep(self, wrong: int) -> None:
        self._wrong = wrong
        try:
            write_whole(self._path, json.dumps({"wrong": wrong}).encode())
        except OSError as error:
            log.error(
                "tries_not_kept", path=str(self._path), reason=str(error)
            )  # counted until the next start


def _read(path: Path) -> int:
    try:
        return int(json.loads(path.read_bytes())["wrong"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return 0
