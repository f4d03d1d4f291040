"""Settlements that a DNY box keeps until they are acknowledged."""

from __future__ import annotations

from drivers.outlets.contracts import (
    Ended,
)
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dny.bench import Bench


def test_a_settlement_without_an_order_ends_nothing_and_is_acknowledged(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.box.settle_again("", 3)
    bench.run(5)
    assert bench.box.eeprom.settlements == []
    assert bench.keeping.order(3) == "a1"


def test_a_settlement_is_said_again_until_it_is_acknowledged(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(700)
    bench.shelter[3].load = None
    bench.run(30)
    assert {(each.order, each.reason, each.energy_wh) for each in bench.of(Ended)} == {
        ("a1", StopReason.UNPLUGGED, 30)
    }
    for _ in range(2):
        bench.cut()
        bench.box.restart()
        bench.connect()
        bench.run(10)
    assert len(bench.of(Ended)) == 3
    bench.protocol.acknowledge("a1")
    bench.run(1)
    assert bench.box.eeprom.settlements == []
    bench.run(30)
    assert len(bench.of(Ended)) == 3


def test_a_settlement_that_comes_days_later_once_more_does_not_end_what_runs_now(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "b2")
    bench.box.settle_again("a1", 3)
    bench.run(10)
    assert [(each.order, each.reason) for each in bench.of(Ended)] == [("a1", StopReason.FULL)]
    assert bench.last(3).is_on
    bench.protocol.acknowledge("a1")
    bench.run(1)
    assert bench.box.eeprom.settlements == []


def test_an_end_while_the_box_was_away_is_told_when_it_is_back(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.shelter[3].load = None
    for _ in range(30):
        bench.hands.turn(1)
        bench.box.step()
    bench.connect()
    bench.run(5)
    assert [(each.order, each.reason) for each in bench.of(Ended)] == [("a1", StopReason.UNPLUGGED)]
    assert bench.keeping.order(3) == ""
