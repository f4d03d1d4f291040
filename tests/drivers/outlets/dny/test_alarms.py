"""What a DNY box warns of."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import (
    Alarm,
    AlarmKind,
)
from drivers.outlets.dny.words import Command
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dny.bench import Bench, east


def test_a_welded_relay_is_told_and_opened_for_ever(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.shelter[3].is_welded = True
    bench.kept.clear()
    bench.keeping.switch_off(3, "a1")
    bench.run(5)
    assert [(each.kind, each.socket, each.is_on) for each in bench.of(Alarm)] == [
        (AlarmKind.RELAY_WELDED, east(3), True)
    ]
    assert bench.keeping.all_seen
    bench.told.clear()
    bench.run(10)
    assert len(bench.commands(Command.SWITCH)) == pytest.approx(5, abs=1)
    bench.shelter[3].is_welded = False
    bench.run(6)
    assert [each.is_on for each in bench.of(Alarm)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "alarm"),
    [
        (1, AlarmKind.POWER_CUT),
        (2, AlarmKind.WATER),
        (4, AlarmKind.SMOKE),
        (5, AlarmKind.HEAT),
        (6, AlarmKind.WATER),
        (7, AlarmKind.TAMPERED),
    ],
)
def test_an_alarm_of_the_box_is_said_once(kind: int, alarm: AlarmKind, bench: Bench) -> None:
    for _ in range(2):
        bench.box.alarm(kind)
        bench.run(1)
    assert [(each.kind, each.socket, each.is_on) for each in bench.of(Alarm)] == [(alarm, None, True)]


def test_melting_glue_names_its_port(bench: Bench) -> None:
    bench.box.alarm(3, 4)
    bench.run(1)
    assert [(each.kind, each.socket) for each in bench.of(Alarm)] == [(AlarmKind.HEAT, east(5))]


def test_a_broken_relay_is_an_alarm_of_its_socket(bench: Bench) -> None:
    bench.shelter[3].is_broken = True
    bench.run(6)
    bench.shelter[3].is_broken = False
    bench.run(6)
    assert [(each.kind, each.socket, each.is_on) for each in bench.of(Alarm)] == [
        (AlarmKind.BOX_FAULT, east(3), True),
        (AlarmKind.BOX_FAULT, east(3), False),
    ]
