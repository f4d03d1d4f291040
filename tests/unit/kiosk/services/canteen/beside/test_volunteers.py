"""Who helps, eats: a programme pays, nobody's account is touched, and no cash changes hands."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import NoTariff, Share, TariffRule
from kiosk.common.lent import Meals
from kiosk.counter import Counter
from kiosk.front.retelling import retell
from kiosk.ledger.accounts import cash_box, own_money, programme, revenue
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.beside.volunteers import Volunteers
from kiosk.services.canteen.errors import OutsideMealHours, VolunteerPays, VolunteerUnnamed
from kiosk.services.till.actions import Till
from kiosk.services.till.reporting import takings
from kiosk.services.till.shifts import Shifts
from tests.factories import SITE, TOLD, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

PAYS, EARNED = programme("volunteers"), revenue("canteen", SITE)
RULE = TariffRule(
    id="lunch-volunteer",
    meal="lunch",
    category="volunteer",
    first_day=date(2026, 1, 1),
    full_fen=1200,
    own_fen=0,
    shares=(Share("volunteers", 1200),),
)


def publish(world: World, rule: TariffRule = RULE) -> None:
    world.publish(Kind.TARIFF, {rule.id: rule})


def books(counter: Counter) -> tuple[int, int, int]:
    return balance(counter, PAYS), balance(counter, EARNED), balance(counter, cash_box(SITE))


def test_a_volunteer_without_an_account_is_fed_and_the_programme_pays(world: World, counter: Counter) -> None:
    publish(world)
    fed = counter[Volunteers].feed(" 023 ", "touch")
    assert (fed.code, fed.person, fed.result.volunteer) == ("volunteer_fed", None, "023")
    assert books(counter) == (-1200, 1200, 0)
    assert counter[Volunteers].feed(" 023 ", "touch") == fed
    assert books(counter) == (-1200, 1200, 0)


def test_a_volunteer_who_is_a_resident_just_taps(world: World, counter: Counter) -> None:
    publish(world)
    world.add(resident(categories=("volunteer",)))
    assert tap(counter).result.own_fen == 0
    assert (books(counter), balance(counter, own_money(1001))) == ((-1200, 1200, 0), 0)


def test_a_slip_of_the_finger_goes_back_to_the_programme(world: World, counter: Counter) -> None:
    publish(world)
    fed = counter[Volunteers].feed("023", "touch")
    with counter.reader.connect() as connection, connection.begin():
        assert counter[Volunteers].portions(connection) == 1
    assert counter[Till].undo(fed.receipt, "undo").code == "undone"
    assert books(counter) == (0, 0, 0)
    with counter.reader.connect() as connection, connection.begin():
        assert counter[Volunteers].portions(connection) == 0


def test_volunteers_are_counted_in_the_shift_and_known_after_a_restart(
    world: World, counter: Counter
) -> None:
    publish(world)
    world.add(resident())
    counter[Shifts].open(0, (), "open")
    tap(counter)
    for number in ("023", "024"):
        counter[Volunteers].feed(number, f"touch {number}")
    with counter.reader.connect() as connection, connection.begin():
        report = takings(
            connection,
            counter.journal.key,
            counter[Shifts].last(),
            counter.journal.head.seq,
            counter.opened.get(Meals),
        )
    assert (report.meals.volunteer_portions, report.meals.first_portions) == (2, 3)
    assert (report.meals.own_fen, report.meals.subsidy_fen) == (1000, 500 + 2 * 1200)
    counter.close()
    again = world.open()
    assert [each.code for each in retell(again, TOLD, 2)] == ["volunteer_fed", "volunteer_fed"]
    again.close()


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        (None, NoTariff),
        (msgspec.structs.replace(RULE, from_age=60), NoTariff),  # nobody asks how old a volunteer is
        (msgspec.structs.replace(RULE, own_fen=200, shares=(Share("volunteers", 1000),)), VolunteerPays),
    ],
)
def test_without_a_rule_that_pays_in_full_nobody_is_fed_for_nothing(
    world: World, counter: Counter, rule: TariffRule | None, refusal: type[Refusal]
) -> None:
    if rule:
        publish(world, rule)
    with pytest.raises(refusal):
        counter[Volunteers].feed("023", "touch")
    assert books(counter) == (0, 0, 0)


@pytest.mark.parametrize("name", ["", "   ", "x" * 21])
def test_somebody_has_to_be_named(world: World, counter: Counter, name: str) -> None:
    publish(world)
    with pytest.raises(VolunteerUnnamed):
        counter[Volunteers].feed(name, "touch")


def test_between_meals_there_is_none(world: World, counter: Counter) -> None:
    publish(world)
    world.time.advance(hours=3)
    with pytest.raises(OutsideMealHours):
        counter[Volunteers].feed("023", "touch")
