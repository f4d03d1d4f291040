"""One subsidised meal per person and period, whoever served it twice, and in whatever order it is heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest

from kiosk.ledger.accounts import contingency, own_money, programme, suspense
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.records import Moment, encode_body
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from sync.office.services.canteen.reports import meals_report
from sync.office.store.database import reading
from tests.sync.world import PRICE_FEN, SITE, SUBSIDY_FEN, Kiosk, OfficeWorld, meal_postings, moment

DAY = date(2026, 3, 2)
ELDERS = programme("elders")


def _serve(
    kiosk: Kiosk, *, provisional: bool = False, meal: str = "lunch", card: int = 7, later_ms: int = 0
) -> MealServed:
    served = MealServed(1, card, kiosk.site, DAY, meal, "60+", "lunch-60+", 1, 1, provisional)
    with kiosk.journal.writing() as writing:
        at = moment(writing.head.seq + 1)
        at = Moment(at.boot, at.monotonic_ms + later_ms, at.boot_wall_ms, at.quality)
        writing.append(*MEAL_SERVED, served, *meal_postings(1, kiosk.site), at=at)
    return served


def _undo(kiosk: Kiosk, served: MealServed, seq: int) -> None:
    full_fen = PRICE_FEN + SUBSIDY_FEN
    body = GivenBack(seq, full_fen, kiosk.journal_id, *MEAL_SERVED, encode_body(served))
    back = tuple(type(each)(each.account, -each.quantity) for each in meal_postings(1, kiosk.site))
    kiosk.write(*REVERSAL, body, *back)


def _claimed_fen(office: OfficeWorld) -> int:
    with reading(office.office.engine) as connection:
        report = meals_report(connection, 1, DAY, DAY)
    assert report.proof.holds
    assert report.total.subsidy_fen == -office.balance_fen(ELDERS)
    assert report.total.other_fen == -office.balance_fen(contingency())
    return report.total.claimed_fen("elders")


@pytest.fixture
def two(make_kiosk: Callable[..., Kiosk], office: OfficeWorld) -> tuple[Kiosk, Kiosk]:
    home, visited = make_kiosk("home"), make_kiosk("visited", site="elsewhere")
    office.resident(1, opening_fen=10_000)
    return home, visited


def test_a_meal_served_twice_is_paid_by_its_programme_once(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    home, visited = two
    _serve(visited, provisional=True)
    visited.push_all()
    assert (office.balance_fen(ELDERS), office.reviews()) == (-SUBSIDY_FEN, [])
    _serve(home)
    home.push_all()
    assert (office.balance_fen(ELDERS), office.balance_fen(contingency())) == (-SUBSIDY_FEN, -SUBSIDY_FEN)
    assert office.balance_fen(own_money(1)) == 10_000 - 2 * PRICE_FEN  # nobody is charged more afterwards
    assert office.put_up("duplicate_meal") == {
        (home.journal_id, 1, f"{visited.journal_id.hex()} 1"),
        (visited.journal_id, 1, f"{home.journal_id.hex()} 1"),
    }
    assert _claimed_fen(office) == SUBSIDY_FEN
    assert office.discrepancies() == []


def test_a_batch_that_comes_again_books_the_loss_once(office: OfficeWorld, two: tuple[Kiosk, Kiosk]) -> None:
    _home, visited = two
    for kiosk in two:
        _serve(kiosk, provisional=kiosk is visited)
        kiosk.push_all()
    visited.agent.cursor.move(visited.journal_id, 0)
    visited.push_all()
    assert office.balance_fen(contingency()) == -SUBSIDY_FEN


def test_meals_of_different_periods_are_no_duplicates(office: OfficeWorld, two: tuple[Kiosk, Kiosk]) -> None:
    home, visited = two
    _serve(home)
    _serve(visited, provisional=True, meal="dinner", later_ms=6 * 3_600_000)
    for kiosk in two:
        kiosk.push_all()
    assert (office.balance_fen(ELDERS), office.reviews()) == (-2 * SUBSIDY_FEN, [])


def test_a_portion_undone_is_no_duplicate_any_more(office: OfficeWorld, two: tuple[Kiosk, Kiosk]) -> None:
    home, visited = two
    _serve(home)
    served = _serve(visited, provisional=True)
    for kiosk in two:
        kiosk.push_all()
    assert office.balance_fen(contingency()) == -SUBSIDY_FEN
    _undo(visited, served, 1)
    visited.push_all()
    assert (office.balance_fen(ELDERS), office.balance_fen(contingency())) == (-SUBSIDY_FEN, 0)
    assert _claimed_fen(office) == SUBSIDY_FEN
    _serve(visited, provisional=True)
    visited.push_all()
    assert (office.balance_fen(ELDERS), office.balance_fen(contingency())) == (-SUBSIDY_FEN, -SUBSIDY_FEN)
    assert office.discrepancies() == []


def test_the_order_of_arrival_does_not_matter(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> None:
    """Three kiosks serve each of six people in turn; every order in which they are heard ends the same."""
    kiosks = [make_kiosk(name, site=name) for name in (SITE, "b", "c")]
    for n, order in enumerate(permutations(kiosks), start=1):
        for kiosk in kiosks:
            served = MealServed(
                n, 0, kiosk.site, DAY, "lunch", "60+", "lunch-60+", 1, 1, kiosk is not kiosks[0]
            )
            kiosk.write(*MEAL_SERVED, served, *meal_postings(n, kiosk.site))
        for kiosk in order:
            kiosk.push_all()
        assert office.balance_fen(ELDERS) == -n * SUBSIDY_FEN
        assert office.balance_fen(contingency()) == -n * 2 * SUBSIDY_FEN
    borne = office._ask("SELECT DISTINCT journal_id FROM duplicate_meals WHERE fen > 0")
    assert {bytes(row[0]) for row in borne} == {kiosk.journal_id for kiosk in kiosks[1:]}


def test_one_card_at_two_sites_within_minutes_is_put_up(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    home, visited = two
    _serve(home)
    _serve(visited, provisional=True, meal="dinner", later_ms=9 * 60_000)
    for kiosk in two:
        kiosk.push_all()
    assert office.put_up("card_at_two_sites") == {
        (home.journal_id, 1, f"{visited.journal_id.hex()} 1 card=7 apart_s=540"),
        (visited.journal_id, 1, f"{home.journal_id.hex()} 1 card=7 apart_s=540"),
    }


@pytest.mark.parametrize(("card", "later_ms"), [(8, 0), (0, 0), (7, 11 * 60_000)])
def test_another_card_or_a_longer_way_is_no_finding(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk], card: int, later_ms: int
) -> None:
    home, visited = two
    _serve(home)
    _serve(visited, provisional=True, meal="dinner", card=card, later_ms=later_ms)
    for kiosk in two:
        kiosk.push_all()
    assert office.put_up("card_at_two_sites") == set()


def test_more_given_back_than_was_paid_is_put_up(office: OfficeWorld, kiosk: Kiosk) -> None:
    served = _serve(kiosk)
    _undo(kiosk, served, 1)
    kiosk.push_all()
    assert office.reviews() == []
    _undo(kiosk, served, 1)
    kiosk.push_all()
    assert [(each.seq, each.code) for each in office.reviews()] == [(3, "nothing_to_follow")]
    assert office.balance_fen(own_money(1)) == 0
    assert office.balance_fen(suspense(own_money(1))) == PRICE_FEN
    assert office.discrepancies() == []
