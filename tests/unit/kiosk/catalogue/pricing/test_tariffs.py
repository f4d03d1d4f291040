"""The price of a meal, by age, day, site and category."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.catalogue.pricing.quotes import subsidised, unsubsidised
from kiosk.catalogue.pricing.tariffs import NoTariff, Share, TariffRule, rule_for
from kiosk.people.residents import age_on
from tests.factories import tariff

DAY = date(2026, 11, 23)


def price(rules: list[TariffRule], age: int, *, meal: str = "lunch", day: date = DAY, **where: object) -> int:
    asked = {"site": "huasheng", "categories": (), **where}
    return rule_for(rules, meal=meal, day=day, age=age, **asked).own_fen


@pytest.mark.parametrize(("age", "lunch", "dinner"), [(59, 1500, 800), (60, 1000, 300), (101, 1000, 300)])
def test_sixty_and_over_pay_ten_for_lunch_and_three_for_dinner(age: int, lunch: int, dinner: int) -> None:
    assert price(tariff(), age) == lunch
    assert price(tariff(), age, meal="dinner") == dinner


def banded(name: str, own_fen: int, *shares: Share, **ages: int) -> TariffRule:
    first = date(2026, 1, 1)
    return TariffRule(
        id=name, meal="lunch", first_day=first, full_fen=1000, own_fen=own_fen, shares=shares, **ages
    )


def test_several_bands_hold_side_by_side() -> None:
    bands = [
        banded("a", 1000, to_age=59),
        banded("b", 800, Share("town", 150), Share("county", 50), from_age=60, to_age=79),
        banded("c", 600, Share("town", 400), from_age=80),
    ]
    assert [price(bands, age) for age in (59, 60, 79, 80)] == [1000, 800, 800, 600]
    assert [rule.band for rule in bands] == ["0-59", "60-79", "80+"]


def rule(name: str, own_fen: int, **changes: object) -> TariffRule:
    given = {"first_day": date(2026, 1, 1), **changes}
    return TariffRule(id=name, meal="lunch", full_fen=own_fen, own_fen=own_fen, **given)


def test_a_later_first_day_takes_over_on_that_day() -> None:
    rules = [rule("old", 1000), rule("new", 1200, first_day=DAY)]
    assert price(rules, 70, day=date(2026, 11, 22)) == 1000
    assert price(rules, 70, day=DAY) == 1200


def test_a_named_category_goes_before_a_named_site_and_that_before_any() -> None:
    rules = [
        rule("any", 1000),
        rule("here", 900, site="huasheng"),
        rule("alone", 500, category="living_alone"),
    ]
    assert price(rules, 70) == 900
    assert price(rules, 70, site="fuyuan") == 1000
    assert price(rules, 70, categories=("living_alone",)) == 500


def test_between_equal_rules_the_cheaper_holds() -> None:
    assert price([rule("a", 900), rule("b", 800)], 70) == 800


def test_a_day_after_the_last_has_no_price() -> None:
    with pytest.raises(NoTariff) as refusal:
        price([rule("old", 1000, last_day=date(2026, 11, 22))], 70)
    assert vars(refusal.value) == {"meal": "lunch", "age": 70, "day": "2026-11-23"}


@pytest.mark.parametrize("parts", [(1000, 400), (1000, 600), (-100, 1600)])
def test_parts_that_do_not_make_the_price_are_refused(parts: tuple[int, int]) -> None:
    own, share = parts
    with pytest.raises(ValueError, match="do not make 1500 fen"):
        TariffRule(
            id="x", meal="lunch", first_day=DAY, full_fen=1500, own_fen=own, shares=(Share("town", share),)
        )


def test_a_quote_splits_the_price_into_tenders() -> None:
    lunch = tariff()[0]
    first, second = subsidised(lunch, 1001), unsubsidised(lunch, 1001)
    assert [(tender.account, tender.fen) for tender in first.tenders] == [
        ("own/1001", 1000),
        ("programme/elder-meals", 500),
    ]
    assert (first.full_fen, first.own_fen, first.subsidy_fen) == (1500, 1000, 500)
    assert (second.full_fen, second.own_fen, second.subsidy_fen) == (1500, 1500, 0)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1966, 11, 24), date(2026, 11, 23), 59),
        (date(1966, 11, 24), date(2026, 11, 24), 60),
        (date(1968, 2, 29), date(2028, 2, 28), 59),
        (date(1968, 2, 29), date(2028, 2, 29), 60),
        (date(1964, 2, 29), date(2026, 2, 28), 61),
        (date(1964, 2, 29), date(2026, 3, 1), 62),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_age_is_counted_in_full_years_on_the_day(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age
