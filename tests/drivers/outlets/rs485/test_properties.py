"""However answers come, lost, late, doubled or garbled: no wrong figure, and no switching unasked."""

from __future__ import annotations

import contextlib
import random

import pytest

from drivers.outlets.contracts import Alarm, Ended, Refused, Sample
from drivers.outlets.dlt645.meter import SETTINGS, Dlt645Bus, Dlt645Meter
from drivers.outlets.metering import Meter
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Ddsu666, Pzem004t
from drivers.outlets.rs485 import NoAnswer
from drivers.sim.outlets.battery import Appliance
from drivers.sim.outlets.rs485 import dlt645, modbus
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.outlets.rs485.mishaps import LATEST_S, bad_line
from tests.drivers.outlets.rs485.shed import OPENS_AFTER_MS, Shed
from tests.drivers.outlets.rs485.virtual_line import VirtualClock, virtual_line

SEEDS, MANY_SEEDS = range(25), range(25, 125)
POWERS_DW = [600, 1_800, 3_000]
SHARES = [0.02, 0.1, 0.3, 0.6]
OFF_AFTER_S = OPENS_AFTER_MS / 1000 + 1


class Meters:
    """Three meters on a bad line, each with figures that no other one ever had."""

    def __init__(self, clock: VirtualClock, dice: random.Random, is_dlt645: bool) -> None:
        self.shelter = Shelter(3, clock)
        self.offsets = [100_000, 200_000, 300_000]
        for socket, power_dw in zip(self.shelter, POWERS_DW, strict=True):
            socket.load, socket.is_closed = Appliance(most_dw=power_dw), True
        slaves = self._dlt645() if is_dlt645 else self._modbus()
        wire = Wire(slaves, dlt645.split if is_dlt645 else modbus.split)
        line, port = virtual_line(wire, clock, SETTINGS if is_dlt645 else None)
        port.mishap = bad_line(dice, dice.choice(SHARES))
        bus, other = ModbusBus(line), Dlt645Bus(line)
        self.read: list[Meter] = (
            [Dlt645Meter(other, each.address) for each in slaves]  # type: ignore[arg-type]
            if is_dlt645
            else [Pzem004t(bus, 11), Ddsu666(bus, 12), Pzem004t(bus, 13)]
        )

    def _modbus(self) -> list[modbus.MeterSlave]:
        kinds = [modbus.PzemSlave, modbus.DdsuSlave, modbus.PzemSlave]
        return [
            kind(11 + at, self.shelter, at + 1, self.offsets[at])
            for at, kind in enumerate(kinds)  # type: ignore[abstract]
        ]

    def _dlt645(self) -> list[dlt645.Dlt645Slave]:
        return [
            dlt645.Dlt645Slave(f"20230912000{at}", self.shelter, at + 1, self.offsets[at]) for at in range(3)
        ]

    def true_wh(self, at: int) -> float:
        return self.offsets[at] + self.shelter[at + 1].energy_wh


def read_on_a_bad_line(clock: VirtualClock, seed: int, is_dlt645: bool) -> int:
    """Return how many readings were believed; fail if one of them was never true."""
    dice = random.Random(seed)
    meters, believed = Meters(clock, dice, is_dlt645), 0
    for _ in range(60):
        at = dice.randrange(3)
        with contextlib.suppress(NoAnswer):
            reading = meters.read[at].read()
            believed += 1
            assert reading.power_dw == POWERS_DW[at]
            lag_wh = POWERS_DW[at] / 10 * 2 * LATEST_S / 3600 + meters.read[at].step_wh
            assert meters.true_wh(at) - lag_wh <= reading.wh <= meters.true_wh(at)
    return believed


@pytest.mark.parametrize("is_dlt645", [False, True], ids=["modbus", "dlt645"])
def test_no_reading_is_believed_that_was_never_true(clock: VirtualClock, is_dlt645: bool) -> None:
    assert sum(read_on_a_bad_line(clock, seed, is_dlt645) for seed in SEEDS) > 150


@pytest.mark.deep
@pytest.mark.parametrize("is_dlt645", [False, True], ids=["modbus", "dlt645"])
def test_no_reading_is_ever_believed_that_was_never_true(clock: VirtualClock, is_dlt645: bool) -> None:
    assert sum(read_on_a_bad_line(clock, seed, is_dlt645) for seed in MANY_SEEDS) > 850


class Trial:
    """A counter that charges and stops at random, and the box on a bad line."""

    def __init__(self, clock: VirtualClock, seed: int) -> None:
        self.dice = random.Random(seed)
        self.shed = Shed(clock, sockets=3, is_timed=self.dice.random() < 0.7)
        self.asked = {1: 0, 2: 0, 3: 0}
        self.off_since_ms: dict[int, int] = {1: 0, 2: 0, 3: 0}
        self.shed.run(5)
        assert self.shed.port is not None
        self.shed.port.mishap = bad_line(self.dice, self.dice.choice(SHARES))

    def go(self) -> None:
        for turn in range(25):
            self._do_something(turn)
            for _ in range(self.dice.randrange(1, 6)):
                self.shed.run(1)
                self._judge()
        self._end()

    def _do_something(self, turn: int) -> None:
        number = self.dice.choice([1, 2, 3])
        match self.dice.randrange(6):
            case 0 | 1 | 2 if number not in self.shed.kept:
                self.asked[number] += 1
                self.shed.charge(number, f"{turn:015x}{number}")
            case 3 if number in self.shed.kept:
                self.shed.off(number)
            case 4 if self.dice.random() < 0.2:
                self.shed.kept.clear()
                self.shed.box.all_off()
            case 5:
                self.shed.unplug() if self.dice.random() < 0.2 else self.shed.plug()

    def _judge(self) -> None:
        over = {each.order for each in self.shed.told if isinstance(each, Ended | Refused)}
        for number, order in list(self.shed.kept.items()):
            if order in over:
                del self.shed.kept[number]
        for each in self.shed.told:
            if isinstance(each, Sample) and each.register is not None:
                meter = self.shed.meters[each.socket.number - 1]
                assert meter.wh - 4 <= each.register.wh <= meter.wh
                assert each.power_dw in (0, 1_800)
            assert not isinstance(each, Alarm), "no relay is welded"
            if isinstance(each, Ended | Refused):
                self.shed.box.acknowledge(each.order)
        self.shed.forget()
        for number, closings in self.shed.board.closings.items():
            assert closings <= self.asked[number] + self.shed.openings - 1, "nobody asked for this"

    def _end(self) -> None:
        """On a good line everything that nobody wants is off in time."""
        self.shed.plug()
        self.shed.kept.clear()
        self.shed.box.all_off()
        if self.shed.port is not None:
            self.shed.port.mishap = lambda said: said
        self.shed.run(OFF_AFTER_S)
        assert self.shed.conducting == []
        self.shed.run(8)
        assert self.shed.box.ready


def test_a_bad_line_switches_nothing_and_counts_nothing_twice(clock: VirtualClock) -> None:
    for seed in SEEDS[:12]:
        Trial(clock, seed).go()


@pytest.mark.deep
def test_no_bad_line_ever_switches_or_counts_twice(clock: VirtualClock) -> None:
    for seed in MANY_SEEDS:
        Trial(clock, seed).go()
