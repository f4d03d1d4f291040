"""What the driver of DNY boxes says of their sockets."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import (
    Ended,
    Register,
)
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dny.bench import Bench, east


def test_a_bicycle_is_charged_and_counted_by_order(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.run(5)
    assert (bench.last(3).is_on, bench.last(3).is_plugged) == (False, True)
    assert (bench.last(4).is_on, bench.last(4).is_plugged) == (False, False)
    bench.start(3, "a1")
    sample = bench.last(3)
    assert (sample.socket, sample.is_on, sample.is_plugged, sample.order) == (east(3), True, True, "a1")
    bench.run(5)
    assert bench.last(3).power_dw == 1800
    bench.run(610)
    assert bench.registers(3) == [Register("a1", wh, is_of_order=True) for wh in (10, 20)]
    assert bench.last(3).temperature_c == pytest.approx(35, abs=3)
    bench.kept.clear()
    bench.keeping.switch_off(3, "a1")
    bench.run(3)
    assert (bench.last(3).is_on, bench.last(3).power_dw, bench.last(3).register) == (False, 0, None)
    assert [(each.socket, each.order, each.reason, each.energy_wh) for each in bench.of(Ended)] == [
        (east(3), "a1", StopReason.STOPPED, 30)
    ]
    assert bench.of(Ended)[0].charged_s == pytest.approx(617, abs=3)


def test_power_stands_until_the_next_measure_is_overdue_and_a_register_is_told_once(bench: Bench) -> None:
    bench.box.says_old_heartbeat = False
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    assert (bench.last(3).power_dw, bench.registers(3)) == (None, [])
    bench.run(310)
    assert (bench.last(3).power_dw, bench.last(3).register) == (1800, None)
    assert len(bench.registers(3)) == 1
    bench.box._tell_power = lambda number: None  # type: ignore[method-assign]
    bench.run(300)
    assert bench.last(3).power_dw == 1800
    bench.run(40)
    assert (bench.last(3).power_dw, len(bench.registers(3))) == (None, 1)
