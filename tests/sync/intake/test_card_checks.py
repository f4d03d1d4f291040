"""A copied card gives itself away by its counter, whichever journal comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from kiosk.ledger.accounts import own_money
from kiosk.ledger.records import ClockQuality
from kiosk.people.records import CARD_REFUSED, CardRefused
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from tests.sync.world import PRICE_FEN, SITE, Kiosk, OfficeWorld, meal_postings, moment

DAY_MS = 86_400_000
OPENING_FEN = 10_000
COUNTER_BACK = "card_counter_back"


def _serve(
    kiosk: Kiosk,
    counter: int,
    *,
    day: int = 0,
    card: int = 7,
    portion: int = 1,
    quality: ClockQuality = ClockQuality.SYNCED,
) -> None:
    on = date(2026, 3, 2 + day)
    served = MealServed(1, card, kiosk.site, on, "lunch", "60+", "lunch-60+", portion, 2, counter=counter)
    with kiosk.journal.writing() as writing:
        at = moment(writing.head.seq + 1)
        at = replace(at, monotonic_ms=at.monotonic_ms + day * DAY_MS, quality=quality)
        writing.append(*MEAL_SERVED, served, *meal_postings(1, kiosk.site), at=at)


def _assert_paid(office: OfficeWorld, portions: int) -> None:
    """What the finding is about was booked all the same, and the books hold."""
    assert office.balance_fen(own_money(1)) == OPENING_FEN - portions * PRICE_FEN
    assert office.discrepancies() == []


@pytest.fixture
def two(make_kiosk: Callable[..., Kiosk], office: OfficeWorld) -> tuple[Kiosk, Kiosk]:
    office.resident(1, opening_fen=OPENING_FEN)
    return make_kiosk("home"), make_kiosk("visited", site="elsewhere")


def test_a_copy_used_at_the_same_counter_counts_less_than_the_original_did(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    home, _ = two
    for day, counter in enumerate((40, 44, 3, 45)):
        _serve(home, counter, day=day)
    home.push_all()
    assert office.put_up(COUNTER_BACK) == {
        (home.journal_id, 3, f"{home.journal_id.hex()} 2 card=7 counted=3 there=44")
    }
    _assert_paid(office, 4)
    home.agent.cursor.move(home.journal_id, 0)
    home.push_all()
    assert len(office.put_up(COUNTER_BACK)) == 1


@pytest.mark.parametrize(
    ("vouched_for", "is_put_up"),
    [
        ("card_blocked", True),
        ("card_copied", True),
        ("card_expired", False),
        ("needs_photo", False),
        ("", False),
    ],
)
def test_who_was_fed_with_a_card_that_nobody_should_hold_is_put_up(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk], vouched_for: str, is_put_up: bool
) -> None:
    home, _ = two
    day = date(2026, 3, 2)
    meal = MealServed(1, 0, home.site, day, "lunch", "60+", "lunch-60+", 1, 0, vouched_for=vouched_for)
    home.write(*MEAL_SERVED, meal, *meal_postings(1, home.site))
    home.push_all()
    detail = f"resident=1 site={home.site} reason={vouched_for}"
    assert office.put_up("card_vouched_for") == ({(home.journal_id, 1, detail)} if is_put_up else set())
    _assert_paid(office, 1)


@pytest.mark.parametrize("first", [0, 1])
def test_a_copy_used_elsewhere_a_day_later_is_found_whoever_is_heard_first(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk], first: int
) -> None:
    home, visited = two
    _serve(home, 40)
    _serve(visited, 3, day=1)
    for kiosk in (two[first], two[1 - first]):
        kiosk.push_all()
    assert office.put_up(COUNTER_BACK) == {
        (visited.journal_id, 1, f"{home.journal_id.hex()} 1 card=7 counted=3 there=40")
    }
    _assert_paid(office, 2)


def test_one_count_in_two_journals_puts_up_both_records(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    home, visited = two
    for kiosk in two:
        _serve(kiosk, 41, quality=ClockQuality.STALE)
        kiosk.push_all()
    assert office.put_up(COUNTER_BACK) == {
        (home.journal_id, 1, f"{visited.journal_id.hex()} 1 card=7 counted=41 there=41"),
        (visited.journal_id, 1, f"{home.journal_id.hex()} 1 card=7 counted=41 there=41"),
    }
    _assert_paid(office, 2)


def test_the_same_records_are_found_in_every_order_of_arrival(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    kiosks = [make_kiosk(name, site=name) for name in (SITE, "b", "c")]
    for card, order in enumerate(permutations(kiosks), start=1):
        for day, (kiosk, counter) in enumerate(zip(kiosks, (40, 3, 20), strict=True)):
            _serve(kiosk, counter, day=3 * card + day, card=card)
        for kiosk in order:
            kiosk.push_all()
        expected = {(kiosk.journal_id, seq) for kiosk in kiosks[1:] for seq in range(1, card + 1)}
        assert {found[:2] for found in office.put_up(COUNTER_BACK)} == expected


HONEST = {
    "one card that goes from kiosk to kiosk": [(0, 40, 7, 0), (1, 41, 7, 1), (0, 42, 7, 2)],
    "two portions of one tap": [(0, 40, 7, 0), (0, 40, 7, 0)],
    "a new card that begins to count anew": [(0, 40, 7, 0), (0, 1, 8, 1)],
    "a chip that does not say": [(0, 40, 7, 0), (0, 0, 7, 1)],
    "a chip that has counted as far as it can": [(0, 0xFFFFFF, 7, 0), (1, 0xFFFFFF, 7, 1)],
    "staff who vouch": [(0, 40, 0, 0), (1, 3, 0, 1)],
}


@pytest.mark.parametrize("case", HONEST)
def test_honest_use_is_no_finding(office: OfficeWorld, two: tuple[Kiosk, Kiosk], case: str) -> None:
    for n, (which, counter, card, day) in enumerate(HONEST[case]):
        portion = 1 + HONEST[case][:n].count((which, counter, card, day))
        _serve(two[which], counter, card=card, day=day, portion=portion)
    for kiosk in reversed(two):
        kiosk.push_all()
    assert office.put_up(COUNTER_BACK) == set()
    _assert_paid(office, len(HONEST[case]))


@pytest.mark.parametrize("doubtful", [0, 1])
def test_a_clock_that_nobody_confirmed_accuses_nobody(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk], doubtful: int
) -> None:
    for n, (kiosk, counter) in enumerate(zip(two, (40, 3), strict=True)):
        _serve(kiosk, counter, day=n, quality=ClockQuality.KEPT if n == doubtful else ClockQuality.SYNCED)
        kiosk.push_all()
    assert office.put_up(COUNTER_BACK) == set()
    _assert_paid(office, 2)


def test_a_card_that_could_not_prove_itself_is_put_up_with_card_and_resident(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    home, _ = two
    home.write(*CARD_REFUSED, CardRefused(1, 7, SITE, "card_copied"))
    home.push_all()
    detail = f"resident=1 card=7 site={SITE} reason=card_copied"
    assert office.put_up("card_authentication_failed") == {(home.journal_id, 1, detail)}
    _assert_paid(office, 0)
