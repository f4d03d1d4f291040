"""Whoever is at home elsewhere charges with what the office lends at that moment, and is told the truth."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import Account, held
from kiosk.ledger.asking import UNREACHABLE, Answer, Verdict
from tests.charging.point import MONEY_FEN, Point
from tests.factories import World, grant, resident
from tests.waiting import PATIENCE_S

VISITOR = 1003


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with closing(Point(World(tmp_path))) as made:
        yield made
        made.prove()


@dataclass
class Office:
    """Lends a visitor's money: what it is asked for, if it is heard and they have as much."""

    point: Point
    has_fen: int = 0
    is_heard: bool = True
    asked_fen: list[int] = field(default_factory=list)

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Answer:
        """While the counter waits, a box that says smoke is heard: nobody else holds its lock."""
        self.asked_fen.append(need_fen)
        heard = threading.Thread(target=self.point.charging.sockets)
        heard.start()
        heard.join(PATIENCE_S)
        assert not heard.is_alive(), "the counter keeps its lock while it waits for the office"
        if not self.is_heard:
            return UNREACHABLE
        journal_id = self.point.world.journal_id
        lent = msgspec.structs.replace(grant(resident_id, journal_id, self.has_fen), home=False)
        enough = need_fen <= self.has_fen
        return Answer(verdict=Verdict.GRANTED if enough else Verdict.NO_MONEY, grant=lent)


@pytest.fixture
def visited(point: Point) -> tuple[Point, Office]:
    """A point to which somebody comes who is at home elsewhere."""
    office = Office(point)
    point.asking = office
    visitor = msgspec.structs.replace(resident(VISITOR), home_site="far")
    point.world.publish(Kind.RESIDENT, {str(VISITOR): visitor})
    point.restart()
    point.plug(1)
    point.pass_by(5)
    return point, office


def test_a_visitor_charges_with_what_the_office_lends_at_that_moment(visited: tuple[Point, Office]) -> None:
    point, office = visited
    office.has_fen = 300
    point.charging.choose("A1")
    assert point.tap(VISITOR) == "charging_starting"
    assert office.asked_fen == [300]
    assert point.fen(held(VISITOR)) == 300
    point.pass_by(60)
    assert point.tap(VISITOR) == "charging_running"
    assert office.asked_fen == [300], "who has enough here is not asked for"


def test_a_visitor_is_not_told_that_money_is_missing_while_nobody_could_be_asked(
    visited: tuple[Point, Office],
) -> None:
    point, office = visited
    office.is_heard = False
    point.charging.choose("A1")
    assert point.tap(VISITOR) == "charging_money_elsewhere"
    assert point.start(cap_fen=MONEY_FEN + 1) == "charging_money_short", "of those at home here it is known"
    office.is_heard = True
    assert point.start(1, VISITOR) == "charging_money_short", "the office says so"
    assert point.fen(held(VISITOR)) == 0
