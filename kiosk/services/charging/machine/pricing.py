"""What a charging session costs: pure, in whole fen, electricity and service apart (发改办价格〔2024〕537号).

Each fee is exact until it is rounded once, half up to the fen. What a programme pays is rounded down.
Whatever flowed, the parts add up: what is held = electricity + service - subsidy + what is free again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from kiosk.services.charging.items import Basis, ChargingTariff, Tier
from kiosk.services.charging.records import TierTime

SECONDS_PER_HOUR = 3600
WH_PER_KWH = 1000


@dataclass(frozen=True, slots=True)
class Use:
    """What was used. `pass_s`: of `charged_s`, what a monthly pass covers."""

    energy_wh: int = 0
    charged_s: int = 0
    tiers: Sequence[TierTime] = ()
    pass_s: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """In fen. `due_fen` is what the resident pays of what was held."""

    electricity_fen: int
    service_fen: int
    subsidy_fen: int

    @property
    def due_fen(self) -> int:
        return self.electricity_fen + self.service_fen - self.subsidy_fen


def price(tariff: ChargingTariff, use: Use, held_fen: int) -> Price:
    """What a session costs, and never more than was held.

    The free minutes, and what a pass covers, count at the session's mean power. What goes beyond the hold is
    nobody's: it is taken off the service fee first.
    """
    electricity, service = _fees(tariff, use)
    billed = _share(use.charged_s - tariff.free_minutes * 60, use.charged_s)
    unpassed = _share(use.charged_s - use.pass_s, use.charged_s)
    per_start = tariff.service_fen_per_start if billed and (use.energy_wh or use.charged_s) else 0
    electricity_fen = half_up(electricity * billed)
    service_fen = half_up((service * billed + per_start) * unpassed)
    most_fen = most_total_fen(tariff.subsidy_percent, held_fen)
    service_fen = max(0, min(service_fen, most_fen - electricity_fen))
    electricity_fen = min(electricity_fen, most_fen)
    return Price(
        electricity_fen, service_fen, (electricity_fen + service_fen) * tariff.subsidy_percent // 100
    )


def _fees(tariff: ChargingTariff, use: Use) -> tuple[Fraction, Fraction]:
    """Electricity and service in fen, before anything is free."""
    match tariff.basis:
        case Basis.ENERGY:
            kwh = Fraction(use.energy_wh, WH_PER_KWH)
            return kwh * tariff.electricity_fen_per_kwh, kwh * tariff.service_fen_per_kwh
        case Basis.TIME:
            return _for_hours(tariff.tiers[0], use.charged_s) if tariff.tiers else (Fraction(0), Fraction(0))
        case Basis.POWER:
            each = [_for_hours(_tier(tariff, time.to_w), time.s) for time in use.tiers]
            return sum((e for e, _ in each), Fraction(0)), sum((s for _, s in each), Fraction(0))


def _for_hours(tier: Tier, seconds: int) -> tuple[Fraction, Fraction]:
    hours = Fraction(seconds, SECONDS_PER_HOUR)
    return hours * tier.electricity_fen_per_h, hours * tier.service_fen_per_h


def _tier(tariff: ChargingTariff, to_w: int) -> Tier:
    """Raises `LookupError` for one that the tariff does not have."""
    for each in tariff.tiers:
        if each.to_w == to_w:
            return each
    raise LookupError(f"no tier to {to_w} W in tariff {tariff.id}")


def tier_of(tariff: ChargingTariff, power_dw: int) -> int | None:
    """By its place in the tariff; what is above the highest is in the highest. None: it has no tiers."""
    fitting = (n for n, each in enumerate(tariff.tiers) if power_dw <= each.to_w * 10)
    return next(fitting, len(tariff.tiers) - 1 if tariff.tiers else None)


def most_total_fen(subsidy_percent: int, held_fen: int) -> int:
    """The largest sum of both fees of which the resident's part is still within what is held."""
    own_percent = 100 - subsidy_percent
    return held_fen * 100 // own_percent if own_percent > 0 else _NO_END_FEN


_NO_END_FEN = 10**9


def half_up(fen: Fraction) -> int:
    return floor(fen + Fraction(1, 2))


def _share(part: int, whole: int) -> Fraction:
    """Of a whole that is nothing, all: what flowed without time is billed as it is."""
    if whole <= 0:
        return Fraction(1)
    return Fraction(min(max(part, 0), whole), whole)


def fen_per_hour(tariff: ChargingTariff, power_dw: int) -> Fraction:
    """What an hour at this power costs before subsidies: for saying how long what is held will last."""
    n = tier_of(tariff, power_dw)
    times = (TierTime(tariff.tiers[n].to_w, SECONDS_PER_HOUR),) if n is not None else ()
    electricity, service = _fees(tariff, Use(power_dw // 10, SECONDS_PER_HOUR, times))
    return electricity + service
