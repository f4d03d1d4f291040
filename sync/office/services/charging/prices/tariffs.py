"""The table of charging tariffs, as the pages of prices show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kiosk.catalogue.pricing.tariffs import ANY
from kiosk.services.charging.items import CHARGING_TARIFF, Basis, ChargingTariff
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.prices.changes import Entries, TableChange
from sync.office.console.prices.form import in_days
from sync.office.console.prices.tables import PriceTable
from sync.office.console.reporting.sheets import Cell, Column, Shape
from sync.office.services.charging.prices.form import GROUPS, given, read
from sync.office.services.charging.prices.trying import try_on
from sync.office.services.charging.words import BASES

COLUMNS = (
    Column("site", _("Site"), Shape.WORD),
    Column("category", _("Category"), Shape.WORD),
    Column("first_day", _("From"), Shape.TEXT),
    Column("last_day", _("Until"), Shape.TEXT),
    Column("basis", _("Billed by"), Shape.WORD),
    Column("electricity", _("Electricity, yuan"), Shape.TEXT),
    Column("service", _("Service, yuan"), Shape.TEXT),
    Column("per_start", _("For each charge"), Shape.FEN),
    Column("free_minutes", _("Free minutes"), Shape.COUNT),
    Column("subsidy", _("Subsidy"), Shape.TEXT),
)


def _figure(tariff: ChargingTariff) -> str:
    kwh = [tariff.electricity_fen_per_kwh, tariff.service_fen_per_kwh]
    rates = [f"{yuan(kwh[0])} + {yuan(kwh[1])} /kWh"] if any(kwh) else []
    rates += [
        f"{each.to_w} W {yuan(each.electricity_fen_per_h)} + {yuan(each.service_fen_per_h)} /h"
        for each in tariff.tiers
    ]
    if tariff.service_fen_per_start:
        rates.append(f"+ {yuan(tariff.service_fen_per_start)}")
    if tariff.subsidy_percent:
        rates.append(f"- {tariff.subsidy_percent} % {tariff.programme}")
    until = "" if tariff.last_day == date.max else f" – {tariff.last_day}"
    return f"{tariff.first_day}{until}: " + ", ".join(rates)


def _row(tariff: ChargingTariff, names: Names) -> Sequence[Cell]:
    if tariff.basis is Basis.ENERGY:
        fees = [(tariff.electricity_fen_per_kwh, tariff.service_fen_per_kwh)]
    else:
        fees = [(each.electricity_fen_per_h, each.service_fen_per_h) for each in tariff.tiers]
    electricity, service = (" / ".join(str(yuan(each)) for each in part) for part in zip(*fees, strict=True))
    return (
        ANY if tariff.site == ANY else names.site(tariff.site),
        tariff.category,
        tariff.first_day.isoformat(),
        in_days(tariff.last_day),
        tariff.basis.value,
        electricity,
        service,
        tariff.service_fen_per_start,
        tariff.free_minutes,
        f"{tariff.subsidy_percent} %" if tariff.subsidy_percent else "",
    )


TARIFFS = PriceTable(
    name="charging_tariffs",
    title=_("Prices of charging"),
    place=20,
    lead=_(
        "What charging costs, electricity and service apart. A change holds from tomorrow at the earliest;"
        " until then the present price does."
    ),
    entries=Entries(kind=CHARGING_TARIFF, key=lambda each: each.id, figure=_figure),
    payload=TableChange[ChargingTariff],
    columns=COLUMNS,
    row=_row,
    words={**BASES, ANY: _("All")},
    days=lambda each: (each.first_day, each.last_day),
    groups=GROUPS,
    given=given,
    read=read,
    try_on=try_on,
)
