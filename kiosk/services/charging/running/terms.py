"""On which terms somebody charges: tariff, pass, and how much is held."""

from __future__ import annotations

from datetime import date, datetime, time

from kiosk.common.here import Here
from kiosk.common.purses import purse_of
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Moment
from kiosk.ledger.rights import Purse
from kiosk.people.residents import Resident
from kiosk.services.charging.errors import ChargingMoneyShort
from kiosk.services.charging.items import (
    CHARGING_PASS,
    CHARGING_TARIFF,
    ChargingSite,
    ChargingTariff,
)
from kiosk.services.charging.machine.tariffs import tariff_for
from kiosk.services.charging.running.begun import passed_s

LEAST_HELD_FEN = 100  # whoever has less is told so, and not left with a charge of a few minutes


class Terms:
    """Those of one counter."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def tariff(self, resident: Resident | None, at: Moment, *, is_metered: bool) -> ChargingTariff:
        """Raises `NoChargingTariff`, or `NoCatalogue`."""
        categories = resident.categories if resident is not None else ()
        tariffs = self._here.catalogue.items(CHARGING_TARIFF)
        return tariff_for(tariffs, self._here.site, categories, self._day(at), is_metered=is_metered)

    @property
    def revision(self) -> int:
        """Of the catalogue's newest tariff."""
        return self._here.catalogue.revision(CHARGING_TARIFF)

    def pass_s(self, writing: Writing, resident: Resident, at: Moment) -> int:
        """How long a monthly pass of theirs still covers today."""
        bought, day = self._here.catalogue.item(CHARGING_PASS, str(resident.id)), self._day(at)
        if bought is None or not bought.first_day <= day <= bought.last_day:
            return 0
        midnight = datetime.combine(day, time(), self._here.local(at.wall_ms).tzinfo)
        used_s = passed_s(
            writing.connection, writing.key.region_id, resident.id, int(midnight.timestamp() * 1000)
        )
        return max(0, bought.hours_per_day * 3600 - used_s)

    def purse(self, writing: Writing, resident: Resident) -> Purse:
        return purse_of(writing, self._here.catalogue, resident.id)

    def _day(self, at: Moment) -> date:
        return self._here.local(at.wall_ms).date()


def to_hold_fen(purse: Purse, cap_fen: int | None, site: ChargingSite) -> int:
    """What was chosen; else the site's first sum, or what is there if that is less.

    Raises `ChargingMoneyShort`.
    """
    wanted_fen = cap_fen or site.caps_fen[0]
    least_fen = wanted_fen if cap_fen else min(wanted_fen, LEAST_HELD_FEN)
    if purse.outstanding < least_fen:
        raise ChargingMoneyShort(missing_fen=least_fen - max(0, purse.outstanding), balance_fen=purse.balance)
    return min(wanted_fen, purse.outstanding)
