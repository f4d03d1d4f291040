"""What a socket sees of a bicycle that charges."""

from __future__ import annotations

import pytest

from drivers.sim.outlets.battery import FLOAT_DW, IDLE_DW, LOADS, POWER_DW, Battery, Charger, load
from drivers.sim.outlets.shelter import AMBIENT_C, Shelter
from tests.drivers.outlets.hands import Hands

HOUR_S = 3600.0


def test_a_bicycle_takes_constant_power_then_less_and_less_then_float() -> None:
    bicycle = Charger(Battery(charge=0.3))
    hours = []
    for _ in range(8):
        hours.append(bicycle.power_dw())
        bicycle.run(HOUR_S)
    assert hours[:3] == [POWER_DW] * 3
    assert POWER_DW > hours[4] > hours[5] > FLOAT_DW
    assert hours[6:] == [FLOAT_DW] * 2


def test_it_takes_what_its_battery_lacks_and_what_the_charger_loses() -> None:
    bicycle = Charger(Battery(charge=0.3))
    taken_wh = bicycle.run(6 * HOUR_S)
    assert taken_wh == pytest.approx(960 * 0.69 / 0.88, rel=0.02)


def test_long_steps_and_short_ones_come_to_the_same() -> None:
    long, short = Charger(), Charger()
    taken_wh = long.run(5 * HOUR_S)
    assert sum(short.run(20) for _ in range(900)) == pytest.approx(taken_wh, rel=0.001)


def test_two_bicycles_on_one_plug_take_twice_as_much_and_are_full_when_both_are() -> None:
    two = load("two_bicycles", 30)
    assert two.power_dw() == 2 * POWER_DW
    two.run(8 * HOUR_S)
    assert two.power_dw() == 2 * FLOAT_DW


def test_a_charger_without_a_battery_takes_a_little_for_ever() -> None:
    alone = load("charger_alone")
    alone.run(8 * HOUR_S)
    assert alone.power_dw() == IDLE_DW


@pytest.mark.parametrize("name", LOADS)
def test_whatever_is_plugged_in_takes_nothing_while_the_relay_is_open(name: str) -> None:
    shelter = Shelter(1, Hands())
    shelter[1].load = load(name)
    shelter.pass_time(HOUR_S)
    assert (shelter[1].power_dw, shelter[1].energy_wh) == (0, 0)
    shelter[1].is_closed = True
    shelter.pass_time(HOUR_S)
    assert shelter[1].power_dw > 0
    assert shelter[1].energy_wh > 0


def test_what_cannot_be_plugged_in_is_named() -> None:
    with pytest.raises(ValueError, match=r"'kettle': bicycle, .*full, .* are allowed"):
        load("kettle")
    with pytest.raises(ValueError, match="charge_percent = 101"):
        load("bicycle", 101)
    with pytest.raises(ValueError, match="socket = 3: 1 to 2"):
        Shelter(2)[3]


def test_a_bad_contact_makes_a_socket_hot_and_a_good_one_does_not() -> None:
    shelter = Shelter(2, Hands())
    for number, name in ((1, "bicycle"), (2, "hot")):
        shelter[number].load, shelter[number].is_closed = load(name), True
    shelter.pass_time(1200)
    assert AMBIENT_C < shelter[1].temperature_c < 40
    assert shelter[2].temperature_c > 80
    shelter[2].is_closed = False
    shelter.pass_time(HOUR_S)
    assert shelter[2].temperature_c == pytest.approx(AMBIENT_C, abs=1)


def test_time_passes_by_its_own_clock_and_faster_if_so_wished() -> None:
    hands = Hands()
    shelter = Shelter(1, hands, speed=60)
    shelter[1].load, shelter[1].is_closed = load("bicycle"), True
    hands.turn(60)
    assert shelter[1].energy_wh == pytest.approx(180)


def test_a_welded_relay_conducts_while_open_and_a_broken_one_never() -> None:
    shelter = Shelter(2, Hands())
    for socket in shelter:
        socket.load = load("bicycle")
    shelter[1].is_welded = shelter[2].is_broken = shelter[2].is_closed = True
    assert [each.power_dw for each in shelter] == [1800, 0]
    shelter[1].has_mains = False
    assert shelter.power_dw == 0
