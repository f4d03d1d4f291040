"""What opens at a DNY box, and what goes on."""

from __future__ import annotations

from drivers.outlets.contracts import (
    Ended,
    Sample,
)
from drivers.outlets.dny.bodies import Switch
from drivers.outlets.dny.words import Command
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dny.bench import LIMITS, Bench


def test_everything_goes_off_before_anything_else_and_what_conducts_first(bench: Bench) -> None:
    for number in (5, 12):
        bench.shelter[number].load = load("bicycle")
        bench.start(number, f"a{number}")
    bench.run(5)
    bench.shelter[7].load = load("bicycle")
    bench.keeping.switch_on(7, "c7", LIMITS)
    bench.keeping.all_off()
    bench.told.clear()
    bench.run(1.2)
    first = [Switch.read(frame.data) for frame in bench.commands(Command.SWITCH)]
    assert [(each.port, each.is_on) for each in first[:2]] == [(4, False), (11, False)]
    assert not any(each.is_closed for each in bench.shelter)
    bench.run(15)
    assert all(not Switch.read(frame.data).is_on for frame in bench.commands(Command.SWITCH))


def test_what_was_on_when_the_box_is_first_seen_is_opened_before_anything_is_told() -> None:
    bench = Bench()
    for number in (2, 9):
        bench.shelter[number].load = load("bicycle")
        bench.box._switch(Switch(number - 1, True, f"old{number}"))
    bench.connect()
    bench.run(6)
    assert not any(each.is_closed for each in bench.shelter)
    assert all(sample.is_on is False for sample in bench.of(Sample))
    assert bench.of(Sample)
    assert {each.order for each in bench.of(Ended)} == {"old2"}, "the next one when this is acknowledged"


def test_an_order_that_is_not_the_one_that_is_kept_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.box.eeprom.orders[3].order = "20190901180000130030380102030405"  # a card at the box, say
    bench.run(310)
    assert not bench.shelter[3].is_closed


def test_what_nobody_keeps_on_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(12, keeping=False)
    assert not bench.shelter[3].is_closed


def test_a_box_that_starts_again_by_itself_after_a_power_cut_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.hands.turn(20)
    bench.box.restart()
    assert bench.shelter[3].is_closed
    bench.connect()
    bench.run(3, keeping=False)
    assert not bench.shelter[3].is_closed


def test_a_connection_that_was_lost_for_a_moment_changes_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.hands.turn(2)
    bench.connect()
    bench.run(60)
    assert bench.last(3).is_on
    assert bench.box.started == ["a1"]
