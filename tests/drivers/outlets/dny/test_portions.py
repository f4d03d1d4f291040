"""Time that a DNY box is given in portions."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import (
    Ended,
    Limits,
)
from drivers.outlets.dny.bodies import Switch
from drivers.outlets.dny.protocol import PORTION_S
from drivers.outlets.dny.words import Command
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dny.bench import Bench


def test_what_the_box_keeps_by_itself(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    (started,) = bench.commands(Command.SWITCH)
    switch = Switch.read(started.data)
    assert (switch.port, switch.is_on, switch.order) == (2, True, "a1")
    assert (switch.longest_s, switch.most_dw, switch.timed_s) == (28_800, 6_000, PORTION_S)


def test_time_is_given_in_portions_so_that_a_dead_kiosk_opens_the_socket(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(3600)
    assert bench.last(3).is_on
    assert len(bench.commands(Command.ADJUST)) == pytest.approx(30, abs=2)
    for _ in range(PORTION_S):  # nobody is there: neither commands nor answers
        bench.hands.turn(1)
        bench.box.step()
    assert not bench.shelter[3].is_closed
    assert bench.box.eeprom.settlements


def test_no_order_gets_more_time_than_it_may_take(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1", Limits(900, 6_000))
    bench.run(1000)
    assert [each.reason for each in bench.of(Ended)][:1] == [StopReason.TIME_UP]
    assert bench.of(Ended)[0].charged_s == pytest.approx(900, abs=2)


def test_an_adopted_order_is_renewed_by_the_boxes_own_count(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.begin_anew()
    bench.keeping.keep_on(3, "a1")
    bench.connect()
    bench.run(900)
    assert bench.last(3).is_on
    assert bench.last(3).order == "a1"
