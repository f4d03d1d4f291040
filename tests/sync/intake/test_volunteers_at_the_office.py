"""Volunteers' meals at the office: claimed of their programme, and never taken for the same person twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kiosk.ledger.accounts import programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.records import encode_body
from kiosk.services.canteen.beside.away_table import away_portions
from kiosk.services.canteen.beside.records import TAKEN_AWAY, VOLUNTEER_MEAL, TakenAway, VolunteerFed
from sync.office.services.canteen.reports import MealsReport, meals_report
from sync.office.store.database import reading
from tests.sync.world import Kiosk, OfficeWorld

DAY = date(2026, 3, 2)
FEN = 1200


def feed(kiosk: Kiosk, number: str) -> VolunteerFed:
    fed = VolunteerFed(kiosk.site, DAY, "lunch", "0+", "lunch-volunteer", number)
    kiosk.write(*VOLUNTEER_MEAL, fed, *paid(kiosk, FEN))
    return fed


def paid(kiosk: Kiosk, fen: int) -> tuple[Posting, Posting]:
    return Posting(programme("volunteers"), -fen), Posting(revenue("canteen", kiosk.site), fen)


def report(office: OfficeWorld) -> MealsReport:
    with reading(office.office.engine) as connection:
        found = meals_report(connection, 1, DAY, DAY)
    assert found.proof.holds
    assert office.discrepancies() == []
    return found


@pytest.fixture
def two(make_kiosk: Callable[..., Kiosk]) -> tuple[Kiosk, Kiosk]:
    return make_kiosk("here"), make_kiosk("there", site="elsewhere")


def test_the_programme_pays_for_each_and_nobody_is_taken_for_a_duplicate(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    for kiosk in two:
        for number in ("023", "024"):
            feed(kiosk, number)
        kiosk.push_all()
    assert office.reviews() == []
    total = report(office).total
    assert (total.portions, total.own_fen, total.claimed_fen("volunteers")) == (4, 0, 4 * FEN)
    assert office.balance_fen(programme("volunteers")) == -4 * FEN


def test_what_was_taken_back_is_not_claimed(office: OfficeWorld, two: tuple[Kiosk, Kiosk]) -> None:
    kiosk, _ = two
    fed = feed(kiosk, "023")
    body = GivenBack(1, FEN, kiosk.journal_id, *VOLUNTEER_MEAL, encode_body(fed))
    kiosk.write(*REVERSAL, body, *paid(kiosk, -FEN))
    kiosk.push_all()
    total = report(office).total
    assert (total.portions, total.claimed_fen("volunteers"), office.reviews()) == (0, 0, [])


def test_a_portion_taken_away_moves_nothing_and_asks_nobody(
    office: OfficeWorld, two: tuple[Kiosk, Kiosk]
) -> None:
    kiosk, _ = two
    feed(kiosk, "023")
    kiosk.write(*TAKEN_AWAY, TakenAway(1, True, kiosk.site, DAY, "lunch"))
    kiosk.push_all()
    assert office.reviews() == []
    assert office.count(away_portions) == 1
    assert report(office).total.portions == 1
