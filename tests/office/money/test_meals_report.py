"""The meals report against figures added up by hand, and against the ledger."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import programme, revenue
from kiosk.ledger.tables import balances
from kiosk.services.canteen.records import GUEST_MEAL, Line
from kiosk.services.canteen.tables import servings
from sync.office.services.canteen.reports import Claim, MealFigures
from sync.office.store.database import reading, writing
from tests.office.books import HERE, MONDAY, THERE, TUESDAY, WEDNESDAY, YOUNG, Books


def a_few_days(books: Books) -> None:
    books.sell(day=MONDAY, elders=500)
    books.sell(day=MONDAY, elders=500)
    books.sell(YOUNG, day=MONDAY, band="0-59", own_fen=1500)
    books.sell(day=TUESDAY, meal="dinner", own_fen=300, elders=400, town=100)
    books.sell(day=TUESDAY, site=THERE, elders=500)
    books.sell(day=WEDNESDAY, site=THERE, own_fen=0)  # given away: no money moves, but somebody ate


def figures(portions: int, full: int, own: int, **claims: tuple[int, int]) -> MealFigures:
    return MealFigures(
        portions=portions,
        full_fen=full,
        own_fen=own,
        subsidy_fen=sum(fen for _, fen in claims.values()),
        other_fen=0,
        claims=tuple(Claim(programme=name, portions=n, fen=fen) for name, (n, fen) in claims.items()),
    )


def test_lines_by_day_site_meal_and_age(on_both):
    a_few_days(on_both)
    lines = [(line.day, line.site, line.meal, line.band, line.figures) for line in on_both.report().lines]
    assert lines == [
        (MONDAY, HERE, "lunch", "0-59", figures(1, 1500, 1500)),
        (MONDAY, HERE, "lunch", "60+", figures(2, 3000, 2000, elders=(2, 1000))),
        (TUESDAY, THERE, "lunch", "60+", figures(1, 1500, 1000, elders=(1, 500))),
        (TUESDAY, HERE, "dinner", "60+", figures(1, 800, 300, elders=(1, 400), town=(1, 100))),
        (WEDNESDAY, THERE, "lunch", "60+", figures(1, 0, 0)),
    ]


def with_guests(books: Books) -> None:
    books.sell(day=MONDAY, elders=500)
    books.sell_beside(Line(GUEST_MEAL, 2, 1800), Line("soup", 1, 300), day=MONDAY)
    books.sell_beside(Line("soup", 2, 300), resident_id=YOUNG, day=TUESDAY, site=THERE)


def test_guests_and_extras_are_listed_and_part_of_what_the_canteen_earned(on_both):
    with_guests(on_both)
    report = on_both.report()
    assert [(each.day, each.site, each.guests, each.fen) for each in report.extras] == [
        (MONDAY, HERE, 2, 3900),
        (TUESDAY, THERE, 0, 600),
    ]
    proof = report.proof
    assert (proof.extras_fen, proof.extras_revenue_fen) == (4500, 4500)
    assert (proof.books_fen, proof.explained_fen, proof.holds) == (6000, 6000, True)


@pytest.mark.parametrize(
    "planted",
    [
        "DELETE FROM extra_sales WHERE guests = 2",
        "UPDATE extra_sales SET fen = fen + 1 WHERE guests = 2",
        "UPDATE balances SET credits = credits + 1 WHERE account = 'revenue/extras/huasheng'",
        "UPDATE postings SET quantity = quantity - 1 WHERE account = 'revenue/extras/huasheng'",
    ],
)
def test_a_guest_who_is_in_the_till_and_in_no_list_breaks_the_proof(on_both, planted):
    with_guests(on_both)
    with writing(on_both.office.engine) as connection:
        assert connection.execute(sa.text(planted)).rowcount == 1
    assert not on_both.report().proof.holds


def test_total(on_both):
    a_few_days(on_both)
    assert on_both.report().total == figures(6, 6800, 4800, elders=(4, 1900), town=(1, 100))


def test_total_is_what_the_ledger_says(on_both):
    a_few_days(on_both)
    report = on_both.report()
    with reading(on_both.office.engine) as connection:
        rows = connection.execute(sa.select(balances.c.account, balances.c.credits - balances.c.debits))
        fen: Counter[str] = Counter()
        for account, change in rows:
            fen[account] += change
    assert report.total.full_fen == fen[revenue("canteen", HERE)] + fen[revenue("canteen", THERE)]
    for claim in report.total.claims:
        assert claim.fen == -fen[programme(claim.programme)]
    assert report.proof.holds
    assert report.proof.books_fen == report.proof.explained_fen == 6800


def test_only_the_days_asked_for(on_both):
    a_few_days(on_both)
    report = on_both.report(TUESDAY, TUESDAY)
    assert {line.day for line in report.lines} == {TUESDAY}
    assert report.total.portions == 2
    assert report.proof.holds
    assert report.proof.revenue_fen == 2300
    assert report.proof.books_fen == 6800


def test_no_meals(on_both):
    report = on_both.report()
    assert report.lines == ()
    assert report.total == figures(0, 0, 0)
    assert report.proof.holds


def test_other_payers_are_neither_own_money_nor_subsidy(on_both):
    on_both.sell(own_fen=200, elders=500, cash__huasheng=800)
    total = on_both.report().total
    assert (total.full_fen, total.own_fen, total.subsidy_fen, total.other_fen) == (1500, 200, 500, 800)
    assert on_both.report().proof.holds


def test_a_serving_that_says_something_else_breaks_the_proof(on_both):
    a_few_days(on_both)
    with writing(on_both.office.engine) as connection:
        connection.execute(servings.update().where(servings.c.full_fen == 800).values(full_fen=900))
    assert not on_both.report().proof.holds


def test_a_serving_that_blames_the_resident_breaks_the_proof(on_both):
    a_few_days(on_both)
    with writing(on_both.office.engine) as connection:
        connection.execute(servings.update().where(servings.c.own_fen == 300).values(own_fen=800))
    assert not on_both.report().proof.holds


def test_revenue_that_nobody_ate_breaks_the_proof(on_both):
    a_few_days(on_both)
    with writing(on_both.office.engine) as connection:
        connection.execute(servings.delete().where(servings.c.full_fen == 800))
    assert not on_both.report(WEDNESDAY, WEDNESDAY).proof.holds


def test_another_region_is_another_book(on_both):
    a_few_days(on_both)
    on_both.office.region_id += 1
    assert on_both.report().total.portions == 0
