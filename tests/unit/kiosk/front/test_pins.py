"""PINs are checked one at a time, and no try is free."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kiosk.front import pins
from kiosk.front.pins import Pins
from kiosk.people.staff import TooManyPins, WrongPin
from kiosk.store.tries import FREE_TRIES

PIN = "258046"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begin(tmp_path: Path, clock: Clock) -> Callable[[], Pins]:
    return lambda: Pins(tmp_path, clock)


class Watched:
    """The real hasher, and how many were at it at once."""

    def __init__(self) -> None:
        self._lock, self._now = threading.Lock(), 0
        self.most = self.verified = 0

    def verify(self, pin_hash: str, pin: str) -> bool:
        with self._lock:
            self._now += 1
            self.verified += 1
            self.most = max(self.most, self._now)
        try:
            return PasswordHasher().verify(pin_hash, pin)
        finally:
            with self._lock:
                self._now -= 1


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    hasher = Watched()
    monkeypatch.setattr(pins, "_hasher", hasher)
    return hasher


def test_after_five_wrong_pins_the_right_one_is_not_looked_at(
    begin: Callable[[], Pins], clock: Clock
) -> None:
    checked = begin()
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongPin):
            checked.check(HASH, "000000")
    with pytest.raises(TooManyPins) as refused:
        checked.check(HASH, PIN)
    assert vars(refused.value) == {"wait_s": 31}
    after_the_plug = begin()
    with pytest.raises(TooManyPins):
        after_the_plug.check(HASH, PIN)
    clock.now_s += 31
    with pytest.raises(WrongPin):
        after_the_plug.check("", PIN)
    clock.now_s += 31
    with pytest.raises(TooManyPins):
        after_the_plug.check(HASH, PIN)
    clock.now_s += 31
    after_the_plug.check(HASH, PIN)
    after_the_plug.check(HASH, PIN)


def test_ten_pins_at_once_are_hashed_one_after_the_other_and_none_is_free(
    begin: Callable[[], Pins], watched: Watched
) -> None:
    checked = begin()

    def guess(number: int) -> str:
        try:
            checked.check(HASH, f"{number:06}")
        except (WrongPin, TooManyPins) as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(10) as clients:
        answers = sorted(clients.map(guess, range(10)))
    assert answers == ["too_many_pins"] * 5 + ["wrong_pin"] * FREE_TRIES
    assert (watched.most, watched.verified) == (1, FREE_TRIES)


def test_the_plug_pulled_while_a_pin_is_looked_at_buys_no_try(
    begin: Callable[[], Pins], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pulled(Exception):
        pass

    class Plug:
        def verify(self, _hash: str, _pin: str) -> bool:
            raise Pulled

    with monkeypatch.context() as patched:
        patched.setattr(pins, "_hasher", Plug())
        for _ in range(FREE_TRIES):
            with pytest.raises(Pulled):
                begin().check(HASH, PIN)
    with pytest.raises(TooManyPins):
        begin().check(HASH, PIN)


@pytest.mark.parametrize("content", [b"", b"[", b"[]", b'{"wrong": Infinity}', b'{"wrong": "x"}', b"\xff"])
def test_a_damaged_count_begins_anew(begin: Callable[[], Pins], tmp_path: Path, content: bytes) -> None:
    (tmp_path / pins.TRIES_FILE).write_bytes(content)
    begin().check(HASH, PIN)
