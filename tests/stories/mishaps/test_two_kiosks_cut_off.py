"""Two kiosks cut off from each other and from the office, and one card with 120 yuan that is used at both.

Counters, sync process and office are the real ones; only the network is cut, and the day is a made-up one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.common.clock import DEFAULT_TIME_ZONE
from kiosk.common.outcomes import Outcome
from kiosk.common.purses import purse_of
from kiosk.common.sync_process import Question
from kiosk.counter import open_counter
from kiosk.journal.proof import prove
from kiosk.ledger.accounts import Account, cash_box, courtesy, own_money, revenue
from kiosk.ledger.asking import UNREACHABLE, Answer
from kiosk.ledger.rights import Purse
from kiosk.ledger.tables import balances
from kiosk.people.identify import Chip
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import NeedsPhoto
from kiosk.services.listed import BOOKS
from kiosk.services.till.actions import Till
from kiosk.settings import KioskSection, Settings, StoreSection
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.wire.transport import Transport
from tests.factories import OFFERED, SITE, TestTime, card, resident, site, tariff, uid_of
from tests.sync.world import OfficeWorld, open_world

WHO, ELSEWHERE = 1001, "fuyuan"
OWN, LENT_TO = own_money(WHO), courtesy(WHO)
OPENING_FEN, CAP_FEN = 12_000, 3000
TOP_UP_FEN = 700
REQUESTS = (f"request-{n:08}" for n in itertools.count())


class Place:
    """A counter, its sync process, and a cable that can be pulled."""

    def __init__(self, folder: Path, office: OfficeWorld, name: str, time: TestTime) -> None:
        self.folder, self.name, self.time, self.is_cut = folder, name, time, False
        self.enrolment = enrol(folder, office.url, office.code(name, name))
        self.transport, self.agent = Transport(office.url), Agent(folder)
        self.agent.pull_all(self.transport, lambda *_: None)
        store = StoreSection(folder=folder, voice=folder)
        settings = Settings(kiosk=KioskSection(name=name, site=name), store=store)
        self.counter = open_counter(settings, OFFERED, time.source(), self)

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Answer:
        if self.is_cut:
            return UNREACHABLE
        question = Question(
            account=account, need_fen=need_fen, resident_id=resident_id, day=day, meal=meal, until_s=0
        )
        return self.agent._ask_stage.run(question, self.transport, self.enrolment.pinned)

    def exchange(self) -> None:
        assert not self.is_cut
        self.agent.push_all(self.transport, lambda *_: None)
        self.agent.pull_all(self.transport, lambda *_: None)
        self.counter.returning.step()
        self.agent.push_all(self.transport, lambda *_: None)

    def tap(self) -> Outcome:
        at = self.counter.clock.now()
        who = self.counter.identifier.chip(Chip(uid_of(WHO)), self.counter.day_of(at))
        return self.counter[Canteen].answer(who, at)

    def eat_as_much_as_is_given(self) -> list[Outcome]:
        """The meal, and further portions until the counter says no."""
        eaten = []
        with suppress(Refusal):
            try:
                eaten.append(self.tap())
            except NeedsPhoto:  # more than a card is good for in a day: staff know the face
                eaten.append(self.counter[Canteen].serve_known(WHO, next(REQUESTS)))
        with suppress(Refusal):
            for _ in range(40):
                eaten.append(self.counter[Canteen].second_portion(WHO, next(REQUESTS)))
        return eaten

    def top_up(self, fen: int) -> Outcome:
        return self.counter[Till].top_up(WHO, fen, next(REQUESTS))

    def purse(self) -> Purse:
        with self.counter.journal.writing() as writing:
            return purse_of(writing, self.counter.catalogue, WHO)

    def sum(self, account: Account) -> int:
        """What this kiosk's own records put on an account, less what they took off it; fen."""
        b = balances.c
        with self.counter.reader.connect() as connection:
            query = sa.select(b.credits - b.debits).where(b.account == account, b.unit == "FEN")
            return connection.execute(query).scalar() or 0

    def proves_itself(self) -> bool:
        with self.counter.reader.connect() as connection, connection.begin():
            return prove(connection, self.counter.journal.key, BOOKS).holds

    def close(self) -> None:
        self.counter.close()
        self.agent.close()
        self.transport.close()


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as world:
        for name in (SITE, ELSEWHERE):
            world.publish(Kind.SITE, name, site(name))
        for rule in tariff():
            world.publish(Kind.TARIFF, rule.id, rule)
        world.publish(Kind.CARD, card(WHO).token, card(WHO))
        yield world


@pytest.fixture
def places(tmp_path: Path, office: OfficeWorld) -> Iterator[tuple[Place, Place]]:
    today = datetime.now(ZoneInfo(DEFAULT_TIME_ZONE))
    lunch = today.replace(hour=11, minute=42, second=0, microsecond=0) + timedelta(days=2)
    time = TestTime(wall_ms=int(lunch.timestamp() * 1000))
    made = []
    for name in (SITE, ELSEWHERE):
        (tmp_path / name).mkdir()
        made.append(Place(tmp_path / name, office, name, time))
    yield made[0], made[1]
    for each in made:
        each.close()


def someone(office: OfficeWorld) -> None:
    office.publish(Kind.RESIDENT, str(WHO), resident(WHO), label="elder")
    office.enter("opening", OWN, OPENING_FEN)


def test_one_card_used_at_both_for_a_day_is_never_overdrawn(
    office: OfficeWorld, places: tuple[Place, Place]
) -> None:
    home, visited = places
    someone(office)
    for place in places:
        place.exchange()
    assert (home.purse().outstanding, home.purse().balance) == (10_000, 12_000)

    # Yesterday the elder ate at the other canteen, with its network still up.
    assert visited.tap().result.balance_fen == 11_000
    for place in places:
        place.exchange()
    home.time.advance(hours=24)

    for place in places:
        place.is_cut = True
    eaten: dict[str, list[Outcome]] = {place.name: [] for place in places}
    for hours in (0, 6):
        home.time.advance(hours=hours)
        for place in places:
            eaten[place.name] += place.eat_as_much_as_is_given()
            place.top_up(TOP_UP_FEN)
            eaten[place.name] += place.eat_as_much_as_is_given()
            assert place.purse().outstanding >= 0
            assert 0 <= place.purse().known_courtesy <= CAP_FEN
    assert all(len(outcomes) >= 4 for outcomes in eaten.values())
    _agree_with_what_was_shown(places, eaten)

    for place in places:
        place.is_cut = False
    for _ in range(3):
        for place in places:
            place.exchange()
    _settled(office, places)
    # A thousand fen had stayed at the office for visits: nobody cut off could spend them.
    assert (office.balance_fen(OWN), office.balance_fen(LENT_TO)) == (1000, -5700)

    # The next top-up at home repays every fen of courtesy, wherever that was.
    owed_fen = -office.balance_fen(LENT_TO)
    assert 0 < owed_fen <= 2 * CAP_FEN
    before_fen = office.balance_fen(OWN)
    outcome = home.top_up(10_000)
    assert outcome.result.repaid_fen == owed_fen
    for _ in range(2):
        for place in places:
            place.exchange()
    assert (office.balance_fen(LENT_TO), home.purse().courtesy, visited.purse().courtesy) == (0, 0, 0)
    assert office.balance_fen(OWN) == before_fen + 10_000 - owed_fen
    _settled(office, places)


def _agree_with_what_was_shown(places: tuple[Place, Place], eaten: dict[str, list[Outcome]]) -> None:
    """Each kiosk's books are what its screens said, and between them no more was spent than there was."""
    home, visited = places
    for place in places:
        shown = [outcome.result for outcome in eaten[place.name]]
        lent_fen = sum(served.courtesy_fen for served in shown)
        earlier_fen = 1000 if place is visited else 0
        own_fen = sum(served.own_fen for served in shown) + earlier_fen
        repaid_fen = lent_fen + place.sum(LENT_TO)
        assert 0 <= repaid_fen <= 2 * TOP_UP_FEN
        assert place.sum(OWN) == 2 * TOP_UP_FEN - repaid_fen - own_fen
        assert place.sum(cash_box(place.name)) == -2 * TOP_UP_FEN
        full_fen = sum(served.own_fen + served.courtesy_fen + served.subsidy_fen for served in shown)
        assert place.sum(revenue("canteen", place.name)) == full_fen + (1500 if place is visited else 0)
        assert place.proves_itself()
    assert OPENING_FEN + home.sum(OWN) + visited.sum(OWN) >= 0


def _settled(office: OfficeWorld, places: tuple[Place, Place]) -> None:
    """The office has what the kiosks have, to the fen; nobody may spend more than there is."""
    home, visited = places
    balance_fen = office.balance_fen(OWN)
    assert balance_fen == OPENING_FEN + home.sum(OWN) + visited.sum(OWN) >= 0
    assert office.balance_fen(LENT_TO) == home.sum(LENT_TO) + visited.sum(LENT_TO)
    assert home.purse().outstanding + visited.purse().outstanding <= balance_fen
    assert home.purse().balance == balance_fen  # a visitor's kiosk hears it when it asks
    for place in places:
        assert place.purse().outstanding >= 0
        assert office.balance_fen(revenue("canteen", place.name)) == place.sum(revenue("canteen", place.name))
        assert office.balance_fen(cash_box(place.name)) == place.sum(cash_box(place.name))
    assert office.discrepancies() == []
