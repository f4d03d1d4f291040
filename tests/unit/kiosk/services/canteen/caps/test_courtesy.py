"""Nobody goes hungry for want of a network: what is asked, what is given as a courtesy, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from kiosk.catalogue.items import Kind, grant_key
from kiosk.counter import Counter, open_counter
from kiosk.ledger.accounts import Account, courtesy, own_money, programme, revenue
from kiosk.ledger.asking import UNREACHABLE, Answer, Verdict
from kiosk.ledger.follow_ups import original
from kiosk.ledger.rights import CourtesyPool, Grant
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import (
    AlreadyServed,
    CourtesyUsedUp,
    EatenElsewhere,
    MoneyOnItsWay,
    NotEnoughMoney,
    RightElsewhere,
)
from kiosk.services.canteen.records import MealServed, decode_meal
from kiosk.services.canteen.saying.results import Served
from tests.factories import OFFERED, SITE, World, card, grant, resident, site
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

OWN, LENT_TO, EARNED = own_money(1001), courtesy(1001), revenue("canteen", SITE)
ELSEWHERE = "fuyuan"


@dataclass
class Office:
    """Answers what it was told to, and remembers what it was asked."""

    answer: Answer = UNREACHABLE
    asked: list[tuple[str, int, str, str]] = field(default_factory=list)

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Answer:
        assert account == own_money(resident_id)
        self.asked.append((account, need_fen, day, meal))
        return self.answer


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def counter(world: World, office: Office):
    opened = open_counter(world.settings(), OFFERED, world.time.source(), office)
    yield opened
    opened.close()


def visiting_grant(world: World, granted: int, balance_fen: int) -> Grant:
    return msgspec.structs.replace(grant(1001, world.journal_id, granted), balance=balance_fen, home=False)


def visitor(world: World, granted: int = 0, balance_fen: int = 0) -> None:
    world.add(resident(home_site=ELSEWHERE))
    world.publish(Kind.GRANT, {grant_key(OWN): visiting_grant(world, granted, balance_fen)})


def meal_of(counter: Counter, receipt: str) -> MealServed:
    with counter.reader.connect() as connection:
        found = original(connection, counter.journal.key, int(receipt.split("-")[0]))
    assert found is not None
    return decode_meal(found.record.body)


def test_who_has_money_at_home_is_not_kept_waiting_for_anybody(
    world: World, counter: Counter, office: Office
) -> None:
    world.add(resident(), fen=1000)
    outcome = tap(counter)
    assert office.asked == []
    assert not meal_of(counter, outcome.receipt).provisional
    assert outcome.result.courtesy_fen == 0


def test_a_visitor_is_granted_what_is_needed_and_asked_once(
    world: World, counter: Counter, office: Office
) -> None:
    visitor(world, granted=300, balance_fen=9000)
    office.answer = Answer(verdict=Verdict.GRANTED, grant=visiting_grant(world, 1000, 9000))
    outcome = tap(counter)
    assert office.asked == [(OWN, 700, "2026-11-23", "lunch")]
    assert (outcome.result.own_fen, outcome.result.balance_fen) == (1000, 8000)
    assert meal_of(counter, outcome.receipt).provisional
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (-1000, 0)
    assert balance(counter, programme("elder-meals")) == -500


def test_a_visitor_with_a_right_is_asked_about_for_the_meal_alone(
    world: World, counter: Counter, office: Office
) -> None:
    visitor(world, granted=1000, balance_fen=9000)
    assert tap(counter).result.own_fen == 1000
    assert office.asked == [(OWN, 0, "2026-11-23", "lunch")]
    assert balance(counter, OWN) == -1000


def test_a_meal_had_elsewhere_is_not_subsidised_twice(world: World, counter: Counter, office: Office) -> None:
    visitor(world, granted=5000, balance_fen=9000)
    office.answer = Answer(verdict=Verdict.EATEN, eaten_at=ELSEWHERE)
    with pytest.raises(EatenElsewhere) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"place": ELSEWHERE, "second_fen": 1500}
    assert counter[Canteen].second_portion(1001, "request-1").result.own_fen == 1500
    assert (balance(counter, OWN), balance(counter, programme("elder-meals"))) == (-1500, 0)


def test_the_offices_no_is_a_no(world: World, counter: Counter, office: Office) -> None:
    world.add(resident(), fen=400)
    office.answer = Answer(verdict=Verdict.NO_MONEY, grant=grant(1001, world.journal_id, 400))
    with pytest.raises(NotEnoughMoney) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"price_fen": 1000, "balance_fen": 400, "missing_fen": 600}
    assert balance(counter, OWN) == balance(counter, LENT_TO) == 0


def test_money_that_another_kiosk_holds_is_waited_for_and_not_for_long(
    world: World, counter: Counter, office: Office
) -> None:
    visitor(world, balance_fen=8000)
    office.answer = Answer(verdict=Verdict.NO_MONEY, grant=visiting_grant(world, 0, 8000))
    for _ in range(2):
        with pytest.raises(MoneyOnItsWay):
            tap(counter)
        world.time.advance(seconds=3)
    outcome = tap(counter)
    assert (outcome.result.own_fen, outcome.result.courtesy_fen) == (0, 1000)
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (0, -1000)


def test_money_that_came_while_waiting_is_taken(world: World, counter: Counter, office: Office) -> None:
    visitor(world, balance_fen=8000)
    office.answer = Answer(verdict=Verdict.NO_MONEY, grant=visiting_grant(world, 0, 8000))
    with pytest.raises(MoneyOnItsWay):
        tap(counter)
    office.answer = Answer(verdict=Verdict.GRANTED, grant=visiting_grant(world, 1000, 8000))
    assert tap(counter).result.own_fen == 1000
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (-1000, 0)


def test_offline_the_missing_part_is_courtesy(world: World, counter: Counter) -> None:
    world.add(resident(), fen=400)
    outcome = tap(counter)
    parts = {"own_fen": 400, "subsidy_fen": 500, "courtesy_fen": 600}
    assert outcome.result == Served(**parts, owed_fen=600, balance_fen=0, meal="lunch")
    assert (balance(counter, OWN), balance(counter, LENT_TO), balance(counter, EARNED)) == (-400, -600, 1500)


def test_the_courtesy_of_one_resident_ends_at_its_cap(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    tap(counter)
    counter[Canteen].second_portion(1001, "request-1")
    with pytest.raises(CourtesyUsedUp) as refusal:
        counter[Canteen].second_portion(1001, "request-2")
    assert vars(refusal.value) == {
        "price_fen": 1500,
        "missing_fen": 1500,
        "owed_fen": 2500,
        "left_fen": 500,
    }
    assert (balance(counter, OWN), balance(counter, LENT_TO), balance(counter, EARNED)) == (0, -2500, 3000)


def test_the_pool_of_one_kiosk_ends_at_its_cap_and_is_filled_by_repayment(
    world: World, counter: Counter
) -> None:
    world.publish(Kind.SITE, {SITE: site(courtesy_pool_fen=2500)})
    world.add_many((1001, 1002, 1003), fen=0)
    tap(counter, 1001)
    tap(counter, 1002)
    with pytest.raises(CourtesyUsedUp) as refusal:
        tap(counter, 1003)
    assert refusal.value.left_fen == 500
    world.publish(Kind.COURTESY, {world.journal_id.hex(): CourtesyPool(repaid_fen=500)})
    assert tap(counter, 1003).result.courtesy_fen == 1000
    assert [balance(counter, courtesy(number)) for number in (1001, 1002, 1003)] == [-1000] * 3


@pytest.mark.parametrize("off", [{"courtesy_resident_fen": 0}, {"courtesy_pool_fen": 0}])
def test_a_site_may_give_no_courtesy(world: World, counter: Counter, off: dict[str, int]) -> None:
    world.publish(Kind.SITE, {SITE: site(**off)})
    world.add(resident(), fen=400)
    with pytest.raises(NotEnoughMoney):
        tap(counter)
    visitor(world, balance_fen=8000)
    with pytest.raises(RightElsewhere):
        tap(counter)
    assert balance(counter, OWN) == balance(counter, LENT_TO) == 0


def test_a_visitor_is_fed_offline_at_the_subsidised_price(world: World, counter: Counter) -> None:
    world.publish(Kind.RESIDENT, {"1001": resident(home_site=ELSEWHERE)})
    world.publish(Kind.CARD, {card().token: card()})
    outcome = tap(counter)
    assert (outcome.result.courtesy_fen, outcome.result.subsidy_fen) == (1000, 500)
    assert meal_of(counter, outcome.receipt).provisional
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (0, -1000)
    with pytest.raises(AlreadyServed):
        tap(counter)


def test_a_repeated_request_with_courtesy_gets_its_first_answer(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    first = counter[Canteen].second_portion(1001, "request-1")
    assert counter[Canteen].second_portion(1001, "request-1") == first
    assert (balance(counter, LENT_TO), balance(counter, EARNED)) == (-1500, 1500)


@pytest.mark.parametrize(("head_seq", "head_hash"), [(2, b"x" * 32), (99, b"x" * 32)])
def test_a_right_given_to_another_history_of_this_journal_is_not_spent(
    world: World, counter: Counter, head_seq: int, head_hash: bytes
) -> None:
    """As after an older copy of the journal was put back beside a newer catalogue."""
    world.without_courtesy()
    world.add(resident())
    bound = msgspec.structs.replace(
        grant(1001, world.journal_id, 9000), head_seq=head_seq, head_hash=head_hash
    )
    world.publish(Kind.GRANT, {grant_key(OWN): bound})
    with pytest.raises((RightElsewhere, NotEnoughMoney)):
        tap(counter)
    here = msgspec.structs.replace(
        bound, head_seq=counter.journal.head.seq, head_hash=counter.journal.head.hash
    )
    world.publish(Kind.GRANT, {grant_key(OWN): here})
    assert tap(counter).result.own_fen == 1000
    assert balance(counter, OWN) == -1000


def test_what_was_lent_to_a_visitor_counts_when_they_have_moved_here(world: World, counter: Counter) -> None:
    """The former home collects it, but it is owed: the cap is for the person."""
    world.publish(Kind.RESIDENT, {"1001": resident(home_site=ELSEWHERE)})
    world.publish(Kind.CARD, {card().token: card()})
    tap(counter)
    world.add(resident(), fen=0)
    head = counter.journal.head
    told = msgspec.structs.replace(
        grant(1001, world.journal_id, 0), owed=-1000, head_seq=head.seq, head_hash=head.hash
    )
    world.publish(Kind.GRANT, {grant_key(OWN): told})
    assert counter[Canteen].second_portion(1001, "request-1").result.courtesy_fen == 1500
    with pytest.raises(CourtesyUsedUp):
        counter[Canteen].second_portion(1001, "request-2")
    assert balance(counter, LENT_TO) == -2500
