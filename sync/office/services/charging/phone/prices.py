"""What charging costs, in sentences for whoever looks at a socket: electricity and service apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from flask_babel import gettext

from kiosk.services.charging.items import Basis, ChargingTariff
from sync.office.console.formats import yuan


def in_words(tariff: ChargingTariff) -> list[str]:
    """A sentence for each rate."""
    lines = list(_rates(tariff))
    if tariff.service_fen_per_start:
        lines.append(
            gettext("%(service)s yuan service for each charge", service=yuan(tariff.service_fen_per_start))
        )
    if tariff.free_minutes:
        lines.append(gettext("The first %(minutes)s minutes are free", minutes=tariff.free_minutes))
    if tariff.subsidy_percent:
        lines.append(gettext("%(percent)s per cent of it is subsidised", percent=tariff.subsidy_percent))
    return lines


def coming(tariffs: Iterable[ChargingTariff], held: ChargingTariff, today: date) -> Sequence[str]:
    """What will hold instead, from the day on which people are to see it."""
    announced = [
        each
        for each in tariffs
        if (each.site, each.category) == (held.site, held.category)
        and each.seen_from <= today < each.first_day
    ]
    first = min(announced, key=lambda each: each.first_day, default=None)
    if first is None:
        return ()
    return [gettext("From %(day)s on: %(rate)s", day=first.first_day, rate=each) for each in in_words(first)]


def _rates(tariff: ChargingTariff) -> Iterator[str]:
    if tariff.basis is Basis.ENERGY:
        yield gettext(
            "%(electricity)s yuan electricity and %(service)s yuan service for a kWh",
            electricity=yuan(tariff.electricity_fen_per_kwh),
            service=yuan(tariff.service_fen_per_kwh),
        )
    for tier in tariff.tiers:
        fees = {"electricity": yuan(tier.electricity_fen_per_h), "service": yuan(tier.service_fen_per_h)}
        if tariff.basis is Basis.POWER:
            yield gettext(
                "Up to %(watts)s W: %(electricity)s yuan electricity and %(service)s yuan service an hour",
                watts=tier.to_w,
                **fees,
            )
        else:
            yield gettext("%(electricity)s yuan electricity and %(service)s yuan service an hour", **fees)
