"""Who is on duty: PIN, badge, lock, and what another browser gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kiosk.front.duty import Duty, OnDuty
from kiosk.people.staff import Role, SignInFirst, Staff, SupervisorNeeded, WrongPin

PIN, OTHER_PIN = "258046", "802461"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WANG = Staff(id="wang", name="王师傅", site="here", roles=(Role.SERVER,), pin_hash=CHEAP.hash(PIN))
CHEN = Staff(
    id="chen",
    name="陈站长",
    site="here",
    roles=(Role.SUPERVISOR,),
    pin_hash=CHEAP.hash(OTHER_PIN),
    badges=("nfc:04",),
)
SCREEN, ELSEWHERE = "the touchscreen", "another local client"


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
def duty(begin: Callable[[], Duty]) -> Iterator[Duty]:
    duty = begin()
    duty.look()
    duty.page_opened(SCREEN)
    duty.page_opened(ELSEWHERE)
    duty.act_in(SCREEN)
    yield duty
    duty.act_in("")


def by_badge(duty: Duty, token: str = "nfc:04") -> None:
    wearer = duty.wearer(token)
    assert wearer is not None
    duty.sign_in_by_badge(wearer)


def test_nobody_gets_in_before_somebody_signs_in(duty: Duty) -> None:
    with pytest.raises(SignInFirst):
        duty.permit(Role.SERVER)
    duty.sign_in("wang", PIN)
    duty.permit(Role.SERVER)
    assert (duty.operator, duty.name) == ("wang", "王师傅")


def test_who_signed_in_at_one_browser_is_nobody_at_another(duty: Duty) -> None:
    duty.sign_in("chen", OTHER_PIN)
    duty.act_in(ELSEWHERE)
    with pytest.raises(SignInFirst):
        duty.permit(Role.SERVER)
    assert duty.operator == ""
    assert (duty.at(SCREEN), duty.at(ELSEWHERE)) == (OnDuty("陈站长"), OnDuty(locked=True))
    duty.lock()
    assert duty.at(SCREEN).name == "陈站长", "a lock is of one's own browser"


def test_a_tap_is_of_whoever_touched_a_screen_last(duty: Duty) -> None:
    duty.sign_in("chen", OTHER_PIN)
    duty.act_in(ELSEWHERE)
    duty.sign_in("wang", PIN)
    duty.act_in("")
    assert duty.operator == "wang"
    duty.act_in(SCREEN)
    duty.touch()
    duty.act_in("")
    duty.touch()  # by a card
    assert duty.operator == "chen"
    duty.act_in(SCREEN)
    duty.lock()
    duty.act_in("")
    assert duty.operator == "wang"


def test_a_badge_is_the_quick_switch_on_the_counters_screen_and_on_no_other(duty: Duty) -> None:
    duty.sign_in("chen", OTHER_PIN)
    duty.sign_in("wang", PIN)
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SUPERVISOR)
    duty.act_in(ELSEWHERE)
    duty.sign_in("wang", PIN)
    by_badge(duty)
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SUPERVISOR)
    duty.act_in(SCREEN)
    duty.permit(Role.SUPERVISOR)
    assert duty.wearer("nfc:05") is None


def test_before_a_supervisor_typed_a_pin_anywhere_a_badge_signs_in_nowhere(duty: Duty) -> None:
    duty.sign_in("wang", PIN)
    by_badge(duty)
    assert duty.operator == "wang"


def test_a_badge_signs_in_at_no_screen_that_nobody_sees(duty: Duty) -> None:
    duty.sign_in("chen", OTHER_PIN)
    duty.lock()
    duty.page_closed(SCREEN)
    by_badge(duty)
    assert duty.at(SCREEN).locked
    duty.act_in(ELSEWHERE)
    duty.sign_in("wang", PIN)
    assert duty.asks_for_pin(ELSEWHERE, "chen"), "there is no other screen to ask at"
    duty.page_opened(SCREEN)
    by_badge(duty)
    assert (duty.at(SCREEN).name, duty.at(ELSEWHERE).name) == ("陈站长", "王师傅")
    assert not any(duty.asks_for_pin(session, "chen") for session in (SCREEN, ELSEWHERE))


def test_the_counters_screen_is_known_again_after_a_restart(duty: Duty, begin: Callable[[], Duty]) -> None:
    duty.sign_in("chen", OTHER_PIN)
    after_the_plug = begin()
    after_the_plug.page_opened(SCREEN)
    assert after_the_plug.operator == "", "a restart signs everybody out"
    by_badge(after_the_plug)
    assert after_the_plug.operator == "chen"


def test_a_wrong_pin_signs_nobody_in(duty: Duty) -> None:
    for staff_id, pin in (("wang", "000000"), ("wang", OTHER_PIN), ("nobody", PIN), ("", "")):
        with pytest.raises(WrongPin):
            duty.sign_in(staff_id, pin)
    assert duty.operator == ""


def test_an_idle_browser_is_signed_out_and_a_busy_one_is_not(duty: Duty, clock: Clock) -> None:
    duty.sign_in("wang", PIN)
    clock.now_s += 800
    duty.touch()
    duty.act_in(ELSEWHERE)
    duty.sign_in("chen", OTHER_PIN)
    clock.now_s += 800
    duty.look()
    assert (duty.at(SCREEN).name, duty.at(ELSEWHERE).name) == ("王师傅", "陈站长")
    duty.touch()
    clock.now_s += 101
    duty.look()
    assert (duty.at(SCREEN), duty.at(ELSEWHERE)) == (OnDuty(locked=True), OnDuty("陈站长"))


def test_who_was_dismissed_is_signed_out(duty: Duty, staff: list[Staff]) -> None:
    duty.sign_in("wang", PIN)
    staff.remove(WANG)
    duty.look()
    assert duty.operator == ""
    with pytest.raises(WrongPin):
        duty.sign_in("wang", PIN)


def test_where_nobody_is_named_everybody_serves_and_nobody_supervises(duty: Duty, staff: list[Staff]) -> None:
    staff.clear()
    duty.look()
    duty.permit(Role.SERVER)
    assert not duty.at(SCREEN).locked
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SUPERVISOR)


def test_a_technician_moves_no_money(duty: Duty, staff: list[Staff]) -> None:
    staff.append(Staff(id="t", name="T", site="here", roles=(Role.TECHNICIAN,), pin_hash=CHEAP.hash(PIN)))
    duty.sign_in("t", PIN)
    with pytest.raises(SupervisorNeeded):
        duty.permit(Role.SERVER)


def test_a_disk_that_is_full_keeps_nobody_out(duty: Duty, tmp_path: Path) -> None:
    for name in ("counter_screen.part", "pin_tries.json.part"):
        (tmp_path / name).mkdir()
    duty.sign_in("chen", OTHER_PIN)
    by_badge(duty)
    assert duty.operator == "chen"
