"""On which terms somebody charges: tariff, pass, and how much is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from kiosk.common.here import Here
from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import own_money
from kiosk.ledger.asking import Answer, Verdict
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Moment
from kiosk.ledger.rights import Purse
from kiosk.people.residents import Resident
from kiosk.services.charging.errors import ChargingMoneyShort, MoneyElsewhere
from kiosk.services.charging.items import (
    CHARGING_PASS,
    CHARGING_TARIFF,
    ChargingSite,
    ChargingTariff,
)
from kiosk.services.charging.machine.tariffs import tariff_for
from kiosk.services.charging.running.begun import passed_s

LEAST_HELD_FEN = 100  # whoever has less is told so, and not left with a charge of a few minutes


@dataclass(frozen=True, slots=True)
class Lent:
    """What came of asking the office for somebody's money."""

    resident_id: int
    answer: Answer


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

    def purse(self, writing: Writing, resident: Resident, lent: Lent | None = None) -> Purse:
        told = lent.answer.grant if lent is not None and lent.resident_id == resident.id else None
        return purse_of(writing, self._here.catalogue, resident.id, told)

    def ask(self, payer: Resident, cap_fen: int | None, site: ChargingSite) -> Lent | None:
        """What the office lends of somebody's money, if they may spend too little here; takes up to 800 ms.

        For whoever holds no lock: what is dangerous must not wait for it.
        """
        with self._here.journal.writing() as writing:
            missing_fen = wanted_fen(cap_fen, site) - self.purse(writing, payer).outstanding
        if missing_fen <= 0:
            return None
        account = own_money(payer.id)
        told = self._here.asking.ask(account, missing_fen, resident_id=payer.id, day="", meal="")
        return Lent(payer.id, told)

    def _day(self, at: Moment) -> date:
        return self._here.local(at.wall_ms).date()


def wanted_fen(cap_fen: int | None, site: ChargingSite) -> int:
    return cap_fen or site.caps_fen[0]


def to_hold_fen(
    purse: Purse, payer: Resident, cap_fen: int | None, site: ChargingSite, lent: Lent | None
) -> int:
    """What was chosen; else the site's first sum, or what is there if that is less.

    Raises `ChargingMoneyShort`, or `MoneyElsewhere` where nobody can know whether it is short.
    """
    wanted = wanted_fen(cap_fen, site)
    least_fen = wanted if cap_fen else min(wanted, LEAST_HELD_FEN)
    if purse.outstanding < least_fen:
        was_heard = lent is not None and lent.answer.verdict is not Verdict.UNREACHABLE
        is_known = payer.home_site == site.site and purse.balance < least_fen
        if not was_heard and not is_known:
            raise MoneyElsewhere
        raise ChargingMoneyShort(missing_fen=least_fen - max(0, purse.outstanding), balance_fen=purse.balance)
    return min(wanted, purse.outstanding)
