"""Wrong guesses are waited for, and the plug buys no new ones."""

from __future__ import annotations

from pathlib import Path

from kiosk.store.tries import FREE_TRIES, Tries

HOUR_S = 3600.0


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def hourly(folder: Path, clock: Clock) -> Tries:
    return Tries(folder / "tries.json", clock, longest_wait_s=HOUR_S, forgotten_s=HOUR_S)


def guess(tries: Tries, *, right: bool = False) -> bool:
    """Whether it was looked at."""
    if tries.left_s():
        return False
    tries.begin()
    (tries.right if right else tries.wrong)()
    return True


def test_who_guesses_day_and_night_gets_one_an_hour_beside_the_first(tmp_path: Path) -> None:
    clock = Clock()
    tries = hourly(tmp_path, clock)
    looked_at = 0
    for _minute in range(10 * 24 * 60):
        looked_at += guess(tries)
        clock.now_s += 60
    assert 10 * 24 <= looked_at <= 10 * 24 + 15


def test_a_right_one_between_buys_no_wrong_ones(tmp_path: Path) -> None:
    clock = Clock()
    tries = hourly(tmp_path, clock)
    for _ in range(FREE_TRIES):
        assert guess(tries)
        if not tries.left_s():
            assert guess(tries, right=True)
    assert not guess(tries, right=True)
    clock.now_s += 31
    assert guess(tries, right=True)


def test_the_plug_buys_no_new_ones_and_a_quiet_day_forgets_them(tmp_path: Path) -> None:
    clock = Clock()
    tries = hourly(tmp_path, clock)
    for _ in range(FREE_TRIES):
        guess(tries)
    after_the_plug = hourly(tmp_path, clock)
    assert not guess(after_the_plug)
    clock.now_s += 24 * HOUR_S
    for _ in range(FREE_TRIES):
        assert guess(after_the_plug)
    assert not guess(after_the_plug)
