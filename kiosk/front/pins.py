"""Checks PINs, one at a time: a hash takes 64 MiB, and a guess that is not counted is a guess for free."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.people.staff import TooManyPins, WrongPin
from kiosk.store.files import write_whole

FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900
TRIES_FILE = "pin_tries.json"

_hasher = PasswordHasher()

log = structlog.get_logger()


class Pins:
    """Counts wrong PINs at this counter, whoever's: in a file, so that pulling the plug buys no new ones."""

    def __init__(self, folder: Path, monotonic_s: Callable[[], float]) -> None:
        self._path, self._monotonic_s = folder / TRIES_FILE, monotonic_s
        self._lock = threading.Lock()
        self._wrong = _read(self._path)
        self._free_at_s = monotonic_s() + _wait_s(self._wrong)

    def check(self, pin_hash: str, pin: str) -> None:
        """Raises `WrongPin` or `TooManyPins`. Each try counts as a wrong one until it has proved right."""
        with self._lock:
            left_s = self._free_at_s - self._monotonic_s()
            if left_s > 0:
                raise TooManyPins(wait_s=int(left_s) + 1)
            self._count(self._wrong + 1)
            try:
                _hasher.verify(pin_hash, pin)
            except (VerificationError, InvalidHashError):
                self._free_at_s = self._monotonic_s() + _wait_s(self._wrong)
                raise WrongPin from None
            self._count(0)

    def _count(self, wrong: int) -> None:
        self._wrong = wrong
        try:
            write_whole(self._path, json.dumps({"wrong": wrong}).encode())
        except OSError as error:
            log.error("pin_tries_not_kept", reason=str(error))  # counted all the same until the next start


def _wait_s(wrong: int) -> float:
    """Nothing for a slip of the finger; after that twice as long each time."""
    over = wrong - FREE_TRIES
    return min(FIRST_WAIT_S * 2.0 ** min(over, 10), LONGEST_WAIT_S) if over >= 0 else 0.0


def _read(path: Path) -> int:
    try:
        return int(json.loads(path.read_bytes())["wrong"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return 0
