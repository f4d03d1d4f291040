"""What charging costs, in sentences for a phone: electricity and service apart (发改办价格〔2024〕537号)."""

from __future__ import annotations

from flask_babel import gettext

from kiosk.services.charging.items import Basis, ChargingTariff
from kiosk.web.words.money import yuan


def price_lines(tariff: ChargingTariff) -> list[str]:
    """One for each tier; then what is free, and who pays a part."""
    lines = []
    if tariff.basis is Basis.ENERGY:
        fees = (yuan(tariff.electricity_fen_per_kwh), yuan(tariff.service_fen_per_kwh))
        lines.append(_said(gettext("Electricity %(e)s yuan and service %(s)s yuan for 1 kWh"), *fees))
    for tier in () if tariff.basis is Basis.ENERGY else tariff.tiers:
        fees = (yuan(tier.electricity_fen_per_h), yuan(tier.service_fen_per_h))
        line = _said(gettext("Electricity %(e)s yuan and service %(s)s yuan an hour"), *fees)
        upto = gettext("up to %(w)s W", w=tier.to_w) if tariff.basis is Basis.POWER else ""
        lines.append(f"{line} {upto}".strip())
    if tariff.service_fen_per_start:
        lines.append(gettext("Service %(s)s yuan for each start", s=yuan(tariff.service_fen_per_start)))
    if tariff.free_minutes:
        lines.append(gettext("The first %(min)s minutes are free", min=tariff.free_minutes))
    if tariff.subsidy_percent:
        lines.append(gettext("A subsidy pays %(p)s%% of it", p=tariff.subsidy_percent))
    return lines


def _said(message: str, electricity: str, service: str) -> str:
    return message % {"e": electricity, "s": service}
