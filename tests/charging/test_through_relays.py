"""From a card to the receipt through relays and a meter: driver and line in the place of a box in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.outlets.relays.session import Pace
from tests.charging.point import MONEY_FEN, Point
from tests.charging.wired import WiredBox
from tests.drivers.outlets.rs485.mishaps import bad_line
from tests.drivers.outlets.rs485.virtual_line import VirtualClock, in_virtual_time
from tests.factories import World

EVERY_S = 5.0
SOCKETS = 2  # one that charges, and one whose answers come between
PACE = Pace(poll_ms=5_000)
CURRENT_WITHIN_S = 10
FEN_PER_KWH = 100  # both fees together


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    return in_virtual_time(monkeypatch)


@pytest.fixture
def point(tmp_path: Path, clock: VirtualClock) -> Iterator[Point]:
    box = WiredBox(clock, PACE, is_timed=False, sockets=SOCKETS)
    with closing(Point(World(tmp_path), tick_s=EVERY_S, beside=box)) as made:
        yield made
        made.prove()


def charge_until_full(point: Point, charge_percent: float, within_s: float = CURRENT_WITHIN_S) -> None:
    point.plug(1, "bicycle", charge_percent)
    assert point.start() == "charging_starting"
    point.pass_by(within_s)
    assert [each.code for each in point.shown] == ["charging_starting", "charging_flowing"]
    while not point.ends():
        point.pass_by(300)


def prove_the_end(point: Point, reason: str) -> None:
    (ended,) = point.ends()
    flowed_wh = point.box.all[1].flowed_wh
    assert ended.reason == reason
    assert flowed_wh - 3 <= ended.energy_wh <= flowed_wh
    own_fen, held_fen, electricity_fen, service_fen = point.books()
    assert held_fen == 0 and own_fen + electricity_fen + service_fen == MONEY_FEN
    assert abs(electricity_fen + service_fen - ended.energy_wh * FEN_PER_KWH / 1000) <= 1
    assert not point.box.is_on(1)


def test_a_battery_is_charged_until_it_is_full(point: Point) -> None:
    point.thresholds_to(top_off_s=300)
    charge_until_full(point, 93)
    prove_the_end(point, "full")


def test_a_meter_that_is_reset_ends_it_at_what_was_read_last(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(1_200)
    read_wh = int(point.box.all[1].flowed_wh)
    point.box.shed.meters[0].reset()
    point.pass_by(60)
    (ended,) = point.ends()
    assert ended.reason == "meter_implausible"
    assert read_wh - 1 <= ended.energy_wh <= read_wh
    assert point.books()[1] == 0 and not point.box.is_on(1)


def test_a_kiosk_that_is_started_again_goes_on_where_it_was(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(600)
    point.restart(off_s=30)
    point.pass_by(60)
    assert point.box.is_on(1) and point.ends() == []
    assert point.stop() == "charging_stopping"
    point.pass_by(15)
    prove_the_end(point, "stopped")


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2))
def test_a_whole_battery_is_charged_on_a_bad_line(seed: int, point: Point) -> None:
    """48 V 20 Ah from 30 %, while one answer in twenty is lost, late, doubled or damaged."""
    assert point.box.shed.port is not None
    point.box.shed.port.mishap = bad_line(random.Random(seed), 0.05)
    charge_until_full(point, 30, within_s=60)
    prove_the_end(point, "full")
