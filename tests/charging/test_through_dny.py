"""From a card to the receipt through a DNY box: asked every five seconds, it counts every five minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.contracts import Happened
from drivers.outlets.contracts import Counts, Limits
from drivers.sim.outlets.shelter import Socket
from tests.charging.point import MONEY_FEN, Point
from tests.drivers.outlets.dny.bench import Bench
from tests.factories import World


class DialledBox:
    """What `Point` wants of its box."""

    name, sockets, counts = "east", 16, Counts.ORDERS

    def __init__(self, _now_ms: Callable[[], int]) -> None:
        self.bench = Bench()
        self.bench.connect()
        self.bench.run(5)
        keeping = self.bench.keeping
        self.keep_on, self.switch_off, self.all_off = keeping.keep_on, keeping.switch_off, keeping.all_off
        self.acknowledge = self.bench.protocol.acknowledge
        self.all: dict[int, Socket] = dict(enumerate(self.bench.shelter, start=1))

    @property
    def ready(self) -> bool:
        return self.bench.keeping.all_seen

    def switch_on(self, number: int, order: str, limits: Limits) -> None:
        self.bench.keeping.switch_on(number, order, limits)

    def run(self, seconds: float) -> None:
        self.bench.run(seconds, keeping=False)

    def heard(self) -> list[Happened]:
        told = [each for each in self.bench.heard if isinstance(each, Happened)]
        self.bench.heard.clear()
        return told


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with closing(Point(World(tmp_path), beside=DialledBox)) as made:
        yield made


def test_current_flows_in_ten_seconds_and_what_the_box_counted_is_paid(point: Point) -> None:
    point.plug(1, "bicycle", 30)
    point.pass_by(6)
    assert point.start() == "charging_starting"
    point.pass_by(10)
    assert [each.code for each in point.shown] == ["charging_starting", "charging_flowing"]
    point.pass_by(1200)
    assert point.ends() == []
    point.stop()
    point.pass_by(10)
    (ended,) = point.ends()
    assert (ended.reason, ended.energy_wh) == ("stopped", 60)
    assert point.box.bench.box.eeprom.settlements == [], "acknowledged once it is written"
    own_fen, held_fen, electricity_fen, service_fen = point.books()
    assert (held_fen, electricity_fen + service_fen) == (0, 6)
    assert own_fen == MONEY_FEN - 6
    assert not point.box.all[1].is_closed


def test_a_box_that_says_its_power_every_five_minutes_charges_and_knows_when_it_is_pulled_out(
    point: Point,
) -> None:
    """It does not send frame 01: whether current flows is known by frame 06 alone."""
    point.box.bench.box.says_old_heartbeat = False
    point.plug(1, "bicycle", 30)
    point.pass_by(6)
    point.start()
    point.pass_by(290)
    assert point.ends() == [] and point.view().state == "waiting", "nobody knows yet"
    point.pass_by(20)
    assert [each.code for each in point.shown] == ["charging_starting", "charging_flowing"]
    point.pass_by(900)
    point.unplug(1)
    point.pass_by(30)
    (ended,) = point.ends()
    assert (ended.reason, ended.energy_wh) == ("unplugged", 60)
    assert point.books()[1] == 0


def test_a_box_that_never_says_its_power_gives_the_money_back(point: Point) -> None:
    point.box.bench.box.says_old_heartbeat = False
    point.box.bench.box._tell_power = lambda number: None
    point.plug(1, "bicycle", 30)
    point.pass_by(6)
    point.start()
    point.pass_by(375)
    (ended,) = point.ends()
    assert (ended.reason, ended.energy_wh, point.books()[1]) == ("no_load", 0, 0)
    assert point.late() == 1, "what it counted all the same goes to a clerk"
    assert not point.box.all[1].is_closed
