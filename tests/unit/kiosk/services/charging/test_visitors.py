"""Whoever is at home elsewhere charges with what the office lends at that moment, and is told the truth."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from drivers.outlets.contracts import CardAtBox, SocketId
from kiosk.catalogue.items import Kind, grant_key
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.accounts import Account, held
from kiosk.ledger.asking import UNREACHABLE, Answer, Verdict
from kiosk.services.charging.actions import State
from kiosk.services.charging.errors import MoneyElsewhere
from kiosk.services.charging.items import REMOTE_ORDER, RemoteOrder
from kiosk.services.charging.records import CHARGING_REFUSED, ChargingRefused
from kiosk.services.charging.words import WORDS
from kiosk.web.voice.speech import phrases
from tests.charging.point import MONEY_FEN, OTHER, WHO, Point
from tests.factories import SITE, World, card, grant, resident, uid_of
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


def order_by_phone(point: Point, resident_id: int = VISITOR, cap_fen: int = 200) -> None:
    order = RemoteOrder(
        order=f"{resident_id:016x}",
        site=SITE,
        box="east",
        socket=1,
        resident_id=resident_id,
        cap_fen=cap_fen,
        is_stop=False,
        until_ms=point.world.time.wall_ms + 60_000,
    )
    point.world.publish(REMOTE_ORDER, {order.order: order})


def card_at_box(point: Point, who: int = VISITOR, number: int | None = 1) -> Outcome:
    socket = SocketId("east", number) if number is not None else None
    point.world.publish(Kind.CARD, {card(who).token: card(who)})
    point.hear(CardAtBox("east", socket, uid_of(who), point.world.time.monotonic_ms))
    return point.shown[-1]


def test_a_visitor_who_starts_by_phone_pays_with_what_the_office_lends(
    visited: tuple[Point, Office],
) -> None:
    point, office = visited
    office.has_fen = 200
    order_by_phone(point)
    point.pass_by(5)
    assert (office.asked_fen, point.fen(held(VISITOR))) == ([200], 200)
    assert point.view().state is State.CHARGING


def test_a_visitors_phone_is_told_why_and_not_that_money_is_missing(visited: tuple[Point, Office]) -> None:
    point, office = visited
    office.is_heard = False
    order_by_phone(point)
    point.pass_by(2)
    (refused,) = point.records(CHARGING_REFUSED)
    assert msgspec.msgpack.decode(refused.body, type=ChargingRefused).reason == MoneyElsewhere.code
    point.pass_by(5)
    assert len(office.asked_fen) == 1, "it is answered, and asked no more"


def test_an_order_that_came_too_late_is_not_asked_about(visited: tuple[Point, Office]) -> None:
    point, office = visited
    order_by_phone(point)
    point.world.time.advance(seconds=120)
    point.pass_by(2)
    assert len(point.records(CHARGING_REFUSED)) == 1
    assert office.asked_fen == []


def test_a_visitors_card_at_the_box_itself_starts_or_is_told_why_on_the_screen(
    visited: tuple[Point, Office],
) -> None:
    point, office = visited
    office.is_heard = False
    told = card_at_box(point)
    assert (told.code, told.tone) == (MoneyElsewhere.code, Tone.TOLD)
    assert told.person is not None and told.person.resident_id == VISITOR
    assert [phrase.clips for phrase in phrases(told, WORDS)] == [("nothing_taken",), ("money_unasked",)]
    office.is_heard = True
    assert card_at_box(point).code == "charging_money_short", "the office says so"
    office.has_fen = 300
    assert card_at_box(point).code == "charging_starting"
    assert point.fen(held(VISITOR)) == 300


def test_a_card_at_the_box_without_a_socket_says_how_the_account_stands(point: Point) -> None:
    told = card_at_box(point, WHO, None)
    assert told.code == "charging_choose"
    assert told.statement is not None and told.statement.balance_fen == MONEY_FEN
    point.plug(1)
    assert card_at_box(point, WHO).code == "charging_starting"
    assert card_at_box(point, OTHER).code == "socket_taken"


def test_money_of_somebody_at_home_that_another_machine_holds_is_not_said_to_be_missing(
    visited: tuple[Point, Office],
) -> None:
    point, office = visited
    office.is_heard = False
    told = msgspec.structs.replace(grant(WHO, point.world.journal_id, 100), balance=MONEY_FEN)
    point.world.publish(Kind.GRANT, {grant_key(told.account, told.unit): told})
    assert point.start(cap_fen=300) == MoneyElsewhere.code
    assert point.start(cap_fen=MONEY_FEN + 1) == "charging_money_short"
