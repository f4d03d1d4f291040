"""Who is on duty: badge, PIN, lock, and what a stranger at the screen gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kiosk.duty import FREE_TRIES, Duty
from kiosk.people.staff import Role, SignInFirst, Staff, SupervisorNeeded, TooManyPins, WrongPin

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WANG = Staff(id="wang", name="王师傅", site="here", roles=(Role.SERVER,), pin_hash=CHEAP.hash("2580"))
CHEN = Staff(id="chen", name="陈站长", site="here", roles=(Role.SUPERVISOR,), badges=("nfc:04",))


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def staff() -> list[Staff]:
    return [WANG, CHEN]


@pytest.fixture
def begin(tmp_path: Path, staff: list[Staff], clock: Clock) -> Callable[[], Duty]:
    return lambda: Duty(tmp_path, lambda: staff, clock, 900.0)


@pytest.fixture
def duty(begin: Callable[[], Duty]) -> Duty:
    return begin()


def test_nobody_gets_in_before_somebody_signs_in(duty: Duty) -> None:
    with pytest.raises(SignInFirst):
        duty.permit(Role.SERVER)
    duty.sign_in("wang", "2580")
    duty.permit(Role.SERVER)
    assert (duty.operator, duty.name) == ("wang", "王师傅")


def test_a_badge_is_the_quick_switch_and_a_residents_card_is_none(duty: Duty) -> None:
    duty.sign_in("wang", "2580")
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SUPERVISOR)
    assert not duty.badge("nfc:05")
    assert duty.badge("nfc:04")
    duty.permit(Role.SUPERVISOR)
    duty.permit(Role.SERVER)
    assert duty.operator == "chen"


def test_after_five_wrong_pins_the_right_one_is_not_looked_at(
    duty: Duty, begin: Callable[[], Duty], clock: Clock
) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongPin):
            duty.sign_in("wang", "0000")
    with pytest.raises(TooManyPins) as refused:
        duty.sign_in("wang", "2580")
    assert refused.value.figures == {"wait_s": 31}
    after_the_plug = begin()
    with pytest.raises(TooManyPins):
        after_the_plug.sign_in("wang", "2580")
    clock.now_s += 31
    with pytest.raises(WrongPin):
        after_the_plug.sign_in("nobody", "2580")
    clock.now_s += 31
    with pytest.raises(TooManyPins):
        after_the_plug.sign_in("wang", "2580")
    clock.now_s += 31
    after_the_plug.sign_in("wang", "2580")
    assert after_the_plug.operator == "wang"


def test_an_idle_counter_locks_itself_and_a_busy_one_does_not(duty: Duty, clock: Clock) -> None:
    duty.sign_in("wang", "2580")
    clock.now_s += 800
    duty.touch()
    clock.now_s += 800
    duty.look()
    assert duty.operator == "wang"
    clock.now_s += 101
    duty.look()
    assert duty.operator == ""


def test_who_was_dismissed_is_signed_out(duty: Duty, staff: list[Staff]) -> None:
    duty.sign_in("wang", "2580")
    staff.remove(WANG)
    duty.look()
    assert duty.operator == ""
    with pytest.raises(WrongPin):
        duty.sign_in("wang", "2580")


def test_where_nobody_is_named_everybody_serves_and_nobody_supervises(duty: Duty, staff: list[Staff]) -> None:
    staff.clear()
    duty.permit(Role.SERVER)
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SUPERVISOR)


def test_a_technician_moves_no_money(duty: Duty, staff: list[Staff]) -> None:
    staff.append(Staff(id="t", name="T", site="here", roles=(Role.TECHNICIAN,), badges=("nfc:06",)))
    duty.badge("nfc:06")
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SERVER)
