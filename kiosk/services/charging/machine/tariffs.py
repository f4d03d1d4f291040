"""Which tariff holds for somebody, somewhere, on a day: by kiosk, office and judge alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kiosk.catalogue.pricing.tariffs import ANY
from kiosk.services.charging.errors import NoChargingTariff
from kiosk.services.charging.items import Basis, ChargingTariff


def tariff_for(
    tariffs: Iterable[ChargingTariff], site: str, categories: Iterable[str], day: date, *, is_metered: bool
) -> ChargingTariff:
    """The one that says most of whom and where it is for; of equals, that by energy, as rule 537 wants it.

    `is_metered`: energy can be billed there.

    Raises `NoChargingTariff`.
    """
    of = {ANY, *categories}
    fitting = [
        each
        for each in tariffs
        if each.site in (ANY, site)
        and each.category in of
        and each.first_day <= day <= each.last_day
        and (is_metered or each.basis is not Basis.ENERGY)
    ]
    if not fitting:
        raise NoChargingTariff
    return max(fitting, key=_precedence)


def _precedence(each: ChargingTariff) -> tuple[bool, bool, bool, date, str]:
    return each.category != ANY, each.site != ANY, each.basis is Basis.ENERGY, each.first_day, each.id
