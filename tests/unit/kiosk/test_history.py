"""Portions that the kiosk before this one gave count as had."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from kiosk.counter import Counter
from kiosk.history import history, metadata
from kiosk.ledger.accounts import own_money, programme
from kiosk.services.canteen.errors import AlreadyServed
from tests.factories import World, resident
from tests.unit.kiosk.services.test_canteen import balance, tap


def bring(world: World, *, day: str = "2026-11-23", meal: str = "lunch", portion: int = 1) -> None:
    """What the sync process writes when a page of history arrives."""
    engine = sa.create_engine(f"sqlite:///{world.folder / 'catalogue.db'}")
    metadata.create_all(engine)
    served_ms = world.time.wall_ms - 60_000
    row = (b"before" + bytes(10), portion, b"", bytes(32), 1001, day, meal, portion, served_ms)
    with engine.begin() as connection:
        connection.execute(history.insert().values(row))
    engine.dispose()


def test_who_ate_at_the_kiosk_before_is_not_served_twice(world: World, counter: Counter) -> None:
    world.add(resident())
    bring(world)
    with pytest.raises(AlreadyServed) as refusal:
        tap(counter)
    assert refusal.value.figures == {"at": "11:41", "second_fen": 1500}
    assert balance(counter, own_money(1001)) == balance(counter, programme("elder-meals")) == 0


def test_a_second_portion_at_the_next_kiosk_costs_the_full_price(world: World, counter: Counter) -> None:
    world.add(resident())
    bring(world)
    outcome = counter.canteen.second_portion(1001, "request")
    assert (outcome.figures["portion"], outcome.figures["own_fen"]) == (2, 1500)
    assert balance(counter, own_money(1001)) == -1500
    assert balance(counter, programme("elder-meals")) == 0


@pytest.mark.parametrize("other", [{"meal": "dinner"}, {"day": "2026-11-22"}])
def test_another_meal_or_day_is_another_matter(world: World, counter: Counter, other: dict[str, str]) -> None:
    world.add(resident())
    bring(world, **other)
    assert tap(counter).figures["own_fen"] == 1000
    assert balance(counter, programme("elder-meals")) == -500


def test_the_last_meals_are_there_to_be_shown(world: World, counter: Counter) -> None:
    for day in ("2026-11-20", "2026-11-22", "2026-11-21"):
        bring(world, day=day, portion=int(day[-1]))
    meals = counter.catalogue.earlier_meals(1001, 2)
    assert [(date.fromisoformat(row[0]).day, row[1]) for row in meals] == [(22, "lunch"), (21, "lunch")]
