"""Both fees apart, rounded once, and nothing made or lost whatever flowed."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction

import pytest

from kiosk.services.charging.items import Basis, ChargingTariff, Tier
from kiosk.services.charging.machine.pricing import Price, Use, fen_per_hour, half_up, price, tier_of
from kiosk.services.charging.records import TierTime

DAY = date(2026, 1, 1)
BY_ENERGY = ChargingTariff(
    id="e", first_day=DAY, basis=Basis.ENERGY, electricity_fen_per_kwh=60, service_fen_per_kwh=40
)
BY_TIME = ChargingTariff(id="t", first_day=DAY, basis=Basis.TIME, tiers=(Tier(1200, 20, 10),))
BY_POWER = ChargingTariff(
    id="p", first_day=DAY, basis=Basis.POWER, tiers=(Tier(180, 10, 5), Tier(360, 20, 10), Tier(540, 30, 15))
)
RANDOM_SESSIONS, VERY_MANY = 3_000, 200_000


def test_electricity_and_service_are_priced_apart() -> None:
    assert price(BY_ENERGY, Use(1250, 3600), 500) == Price(75, 50, 0)


def test_an_hour_and_a_half_by_time() -> None:
    assert price(BY_TIME, Use(0, 5400), 500) == Price(30, 15, 0)


def test_each_tier_of_power_by_its_own_time() -> None:
    times = (TierTime(180, 3600), TierTime(540, 1800))
    assert price(BY_POWER, Use(700, 5400, times), 500) == Price(25, 13, 0)  # 12.5 fen is rounded up


def test_half_a_fen_is_rounded_up_and_less_is_dropped() -> None:
    assert [half_up(Fraction(n, 4)) for n in (1, 2, 3, 5)] == [0, 1, 1, 1]


def test_a_programme_pays_its_part_rounded_down() -> None:
    tariff = _with(BY_ENERGY, programme="elders", subsidy_percent=33)
    assert price(tariff, Use(1250, 3600), 500) == Price(75, 50, 41)


def test_what_goes_beyond_the_hold_is_nobodys_and_the_service_fee_yields_first() -> None:
    assert price(BY_ENERGY, Use(1250, 3600), 100) == Price(75, 25, 0)
    assert price(BY_ENERGY, Use(1250, 3600), 60) == Price(60, 0, 0)


def test_a_programme_that_pays_half_makes_the_hold_last_twice_as_long() -> None:
    tariff = _with(BY_ENERGY, programme="elders", subsidy_percent=50)
    assert price(tariff, Use(4000, 3600), 100) == Price(200, 0, 100)
    assert price(tariff, Use(4000, 3600), 0).due_fen == 0


def test_free_minutes_are_not_billed() -> None:
    tariff = _with(BY_TIME, free_minutes=30, service_fen_per_start=7)
    assert price(tariff, Use(0, 1800), 500) == Price(0, 0, 0)
    assert price(tariff, Use(0, 5400), 500) == Price(20, 17, 0)


def test_a_monthly_pass_covers_the_service_fee_of_the_time_it_lasts() -> None:
    assert price(BY_TIME, Use(0, 7200, pass_s=7200), 500) == Price(40, 0, 0)
    assert price(BY_TIME, Use(0, 7200, pass_s=3600), 500) == Price(40, 10, 0)


def test_a_session_without_current_costs_nothing_not_even_its_start() -> None:
    assert price(_with(BY_ENERGY, service_fen_per_start=50), Use(), 500) == Price(0, 0, 0)


def test_the_tier_is_the_lowest_that_holds_the_power() -> None:
    assert [tier_of(BY_POWER, dw) for dw in (0, 1800, 1801, 5400, 9000)] == [0, 0, 1, 2, 2]
    assert tier_of(BY_ENERGY, 1000) is None


def test_what_an_hour_costs_at_this_power() -> None:
    assert fen_per_hour(BY_ENERGY, 5000) == 50
    assert fen_per_hour(BY_POWER, 2000) == 30


def test_what_is_held_is_always_the_sum_of_its_parts() -> None:
    _check_random_sessions(RANDOM_SESSIONS, seed=1)


@pytest.mark.deep
def test_very_many_sessions_make_and_lose_no_fen() -> None:
    _check_random_sessions(VERY_MANY, seed=2)


def _check_random_sessions(count: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(count):
        tariff, use, held_fen = _random_tariff(dice), _random_use(dice), dice.randint(0, 2000)
        found = price(tariff, use, held_fen)
        rest_fen = held_fen - found.due_fen
        parts = found.electricity_fen, found.service_fen, found.subsidy_fen, rest_fen
        assert min(parts) >= 0, (tariff, use, held_fen, found)
        assert held_fen == found.electricity_fen + found.service_fen - found.subsidy_fen + rest_fen
        exact = (found.electricity_fen + found.service_fen) * Fraction(tariff.subsidy_percent, 100)
        assert 0 <= exact - found.subsidy_fen < 1


def _random_tariff(dice: random.Random) -> ChargingTariff:
    base = dice.choice([BY_ENERGY, BY_TIME, BY_POWER])
    return _with(
        base,
        electricity_fen_per_kwh=dice.randint(0, 200),
        service_fen_per_kwh=dice.randint(0, 200),
        service_fen_per_start=dice.choice([0, 0, 50]),
        free_minutes=dice.choice([0, 0, 0, 5, 60]),
        subsidy_percent=dice.choice([0, 0, 10, 33, 50, 99, 100]),
        programme="elders",
    )


def _random_use(dice: random.Random) -> Use:
    charged_s = dice.choice([0, dice.randint(0, 90), dice.randint(0, 90_000)])
    cut = sorted(dice.randint(0, charged_s) for _ in range(2))
    times = (TierTime(180, cut[0]), TierTime(360, cut[1] - cut[0]), TierTime(540, charged_s - cut[1]))
    return Use(dice.randint(0, 5000), charged_s, times, dice.choice([0, charged_s, dice.randint(0, 9999)]))


def _with(tariff: ChargingTariff, **changed: object) -> ChargingTariff:
    return ChargingTariff(**{name: getattr(tariff, name) for name in tariff.__struct_fields__} | changed)
