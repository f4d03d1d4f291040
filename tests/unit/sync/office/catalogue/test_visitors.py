"""What a kiosk elsewhere is told: enough for the right price on every day to come, and no more."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.catalogue.pricing.tariffs import NoTariff, TariffRule, rule_for
from kiosk.people.residents import Resident, age_on
from sync.office.catalogue.visitors import needs_of, visitor_of
from tests.factories import resident, tariff

TODAY = date(2026, 3, 2)
FROM_60 = needs_of(tariff())


def rule(name: str, from_age: int = 0, to_age: int = 200, category: str = "*") -> TariffRule:
    first = date(2026, 1, 1)
    return TariffRule(
        id=name,
        meal="lunch",
        category=category,
        from_age=from_age,
        to_age=to_age,
        first_day=first,
        full_fen=0,
        own_fen=0,
    )


def price(rules: list[TariffRule], born: date, categories: tuple[str, ...], day: date) -> str:
    try:
        found = rule_for(
            rules, site="any", meal="lunch", day=day, age=age_on(born, day), categories=categories
        )
    except NoTariff:
        return ""
    return found.id


def test_neither_name_nor_building_nor_telephone_goes_along() -> None:
    whole = resident(1, name="陈桂英", building="3 栋", phone_tail="1234", diet=("no_peanuts",))
    told = visitor_of(whole, FROM_60, TODAY)
    assert {field: getattr(told, field) for field in told.__struct_fields__} == {
        "id": 1,
        "born": date(whole.born.year, 1, 1),
        "categories": (),
        "diet": ("no_peanuts",),
        "status": whole.status,
    }


def test_a_category_goes_along_if_a_price_names_it() -> None:
    whole = resident(1, categories=("living_alone", "low_income"))
    needs = needs_of([rule("a", category="low_income"), rule("b")])
    assert visitor_of(whole, needs, TODAY).categories == ("low_income",)


def test_whoever_turns_60_this_year_is_told_to_the_day() -> None:
    soon = resident(1, born=date(1966, 9, 3))
    assert visitor_of(soon, FROM_60, TODAY).born == date(1966, 9, 3)


@given(
    born=st.dates(date(1920, 1, 1), date(2020, 12, 31)),
    ages=st.lists(st.integers(0, 100), min_size=1, max_size=4),
    ahead=st.integers(-31, 34_000),  # nobody becomes 200
)
@example(born=date(1966, 3, 2), ages=[60], ahead=-1)
@example(born=date(1965, 12, 31), ages=[60], ahead=0)
def test_the_price_is_the_same_on_every_day_to_come(born: date, ages: list[int], ahead: int) -> None:
    rules = [rule("any", to_age=ages[0]), *(rule(f"from-{age}", from_age=age) for age in ages)]
    told = visitor_of(Resident(id=1, name="x", born=born, home_site="any"), needs_of(rules), TODAY)
    day = TODAY + timedelta(days=ahead)
    if age_on(born, day) >= 0:
        assert price(rules, told.born, (), day) == price(rules, born, (), day)
