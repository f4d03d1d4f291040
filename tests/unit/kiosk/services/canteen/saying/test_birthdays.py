"""Somebody has a birthday: greeted aloud at the first meal of the day, and only then."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.counter import Counter
from kiosk.people.residents import age_on, has_birthday
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import AlreadyServed
from tests.factories import World, resident
from tests.unit.kiosk.services.canteen.test_canteen import tap

BORN_TODAY = date(1944, 11, 23)  # the world's day is 23 November


@pytest.mark.parametrize(
    ("born", "day", "has"),
    [
        (date(1944, 11, 23), date(2026, 11, 23), True),
        (date(1944, 11, 23), date(2026, 11, 22), False),
        (date(1944, 11, 23), date(2026, 11, 24), False),
        (date(1944, 2, 29), date(2028, 2, 29), True),
        (date(1944, 2, 29), date(2028, 3, 1), False),
        (date(1944, 2, 29), date(2026, 2, 28), False),
        (date(1944, 2, 29), date(2026, 3, 1), True),
    ],
)
def test_a_birthday_is_the_day_on_which_the_age_turns(born: date, day: date, has: bool) -> None:
    assert has_birthday(born, day) is has
    assert (age_on(born, day) > age_on(born, date.fromordinal(day.toordinal() - 1))) is has


def test_the_first_meal_of_the_day_is_greeted_and_no_other(world: World, counter: Counter) -> None:
    world.add(resident(born=BORN_TODAY))
    lunch = tap(counter)
    assert lunch.result.birthday == 1
    assert lunch.person is not None and lunch.person.birthday
    second = counter[Canteen].second_portion(1001, "second")
    world.time.advance(hours=6)
    dinner = tap(counter)
    for later in (second, dinner):
        assert not later.result.birthday
        assert later.person is not None and later.person.birthday


def test_on_other_days_nobody_is(world: World, counter: Counter) -> None:
    world.add(resident(born=date(1944, 11, 24)))
    served = tap(counter)
    assert not served.result.birthday
    assert served.person is not None and not served.person.birthday


def test_the_greeting_of_last_year_does_not_count(world: World, counter: Counter) -> None:
    world.add(resident(born=BORN_TODAY))
    tap(counter)
    world.time.advance(hours=24 * 365)
    assert tap(counter).result.birthday == 1


def test_a_tap_that_is_refused_is_not_greeted_aloud(world: World, counter: Counter) -> None:
    world.add(resident(born=BORN_TODAY))
    tap(counter)
    world.time.advance(seconds=60)
    with pytest.raises(AlreadyServed) as refusal:
        tap(counter)
    assert "birthday" not in vars(refusal.value)
