"""Portions that the kiosk before this one gave count as had."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.catalogue.earlier import history, metadata
from kiosk.counter import Counter
from kiosk.ledger.accounts import own_money, programme
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import AlreadyServed
from kiosk.services.canteen.kinds import KINDS
from kiosk.services.canteen.tables import earlier_meals, earlier_servings, portions_with, servings
from sync.local.lookups import Lookups
from tests.factories import REGION, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

BEFORE = b"before" + bytes(10)


def bring(
    world: World,
    *,
    day: str = "2026-11-23",
    meal: str = "lunch",
    portion: int = 1,
    served: int = 1,
    journal_id: bytes = BEFORE,
    seq: int = 1,
    own_fen: int = 1000,
) -> None:
    """What the sync process writes when a page of history arrives."""
    served_ms = world.time.wall_ms - 60_000
    of = (1001, "xinglin", day, meal, "60-79", portion, 1500, own_fen, served_ms, served)
    with world.writing_catalogue() as connection:
        metadata.create_all(connection)
        Lookups([KINDS], REGION).prepare(connection)
        connection.execute(history.insert().values((journal_id, seq, b"", bytes(32))))
        connection.execute(servings.insert().values((REGION, journal_id, seq, *of)))


def test_who_ate_at_the_kiosk_before_is_not_served_twice(world: World, counter: Counter) -> None:
    world.add(resident())
    bring(world)
    with pytest.raises(AlreadyServed) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"at": "11:41", "second_fen": 1500}
    assert balance(counter, own_money(1001)) == balance(counter, programme("elder-meals")) == 0


def test_a_second_portion_at_the_next_kiosk_costs_the_full_price(world: World, counter: Counter) -> None:
    world.add(resident())
    bring(world)
    outcome = counter[Canteen].second_portion(1001, "request")
    assert (outcome.result.portion, outcome.result.own_fen) == (2, 1500)
    assert balance(counter, own_money(1001)) == -1500
    assert balance(counter, programme("elder-meals")) == 0


def test_what_was_undone_there_can_be_had_here(world: World, counter: Counter) -> None:
    world.add(resident())
    bring(world)
    bring(world, served=-1, seq=2)
    assert tap(counter).result.own_fen == 1000
    assert balance(counter, own_money(1001)) == -1000


def test_what_is_in_the_file_as_well_counts_once(world: World, counter: Counter) -> None:
    world.add(resident())
    tap(counter)
    bring(world, journal_id=counter.journal.key.journal_id, seq=counter.journal.head.seq)
    counter[Canteen].second_portion(1001, "request")
    wanted = (1001, "2026-11-23", "lunch")
    with counter.reader.connect() as connection:
        earlier = earlier_servings(counter.catalogue, REGION, *wanted)
        had = portions_with(earlier, connection, REGION, *wanted)
    assert [portion for portion, _ in had] == [1, 2]
    assert balance(counter, own_money(1001)) == -2500


@pytest.mark.parametrize("other", [{"meal": "dinner"}, {"day": "2026-11-22"}])
def test_another_meal_or_day_is_another_matter(world: World, counter: Counter, other: dict[str, str]) -> None:
    world.add(resident())
    bring(world, **other)
    assert tap(counter).result.own_fen == 1000
    assert balance(counter, programme("elder-meals")) == -500


def test_the_last_meals_are_there_to_be_shown(world: World, counter: Counter) -> None:
    for day in ("2026-11-20", "2026-11-22", "2026-11-21"):
        bring(world, day=day, seq=int(day[-1]))
    meals = earlier_meals(counter.catalogue, REGION, 1001, 2)
    assert [(date.fromisoformat(row[0]).day, row[1]) for row in meals] == [(22, "lunch"), (21, "lunch")]
