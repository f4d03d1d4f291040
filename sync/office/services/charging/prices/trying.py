"""Other tariffs tried on: what each session of the last month would have cost.

The prices are those of the very functions that kiosks ask. What was used stands in the records; where a
session did not count its time by power and the tariff bills it so, all of it is taken at its mean power.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from kiosk.people.residents import Resident
from kiosk.services.charging.errors import NoChargingTariff
from kiosk.services.charging.items import Basis, ChargingTariff
from kiosk.services.charging.machine.pricing import Price, Use, price, tier_of
from kiosk.services.charging.machine.tariffs import tariff_for
from kiosk.services.charging.records import ChargingEnded, TierTime
from sync.office.catalogue.published import residents_by_id
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.prices.tables import Trial, Tried
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet
from sync.office.services.charging.places import Places
from sync.office.services.charging.recorded import ended_since

MONTH = timedelta(days=30)
MOST_SESSIONS = 10_000  # the latest of them: more would keep whoever waits for the page
DIFFERENCES_SHOWN = 200

COLUMNS = (
    Column("ended_ms", _("Ended at"), Shape.TIME),
    Column("site", _("Site"), Shape.SITE),
    Column("resident_id", _("Resident"), Shape.RESIDENT),
    Column("minutes", _("Minutes"), Shape.MINUTES),
    Column("energy_wh", _("Energy, kWh"), Shape.WH),
    Column("paid_fen", _("Paid"), Shape.FEN),
    Column("then_fen", _("Would have paid"), Shape.FEN),
    Column("more_fen", _("Difference"), Shape.FEN),
)


def try_on(trial: Trial[ChargingTariff]) -> Tried:
    """Held against what was billed, for people as they are known today and on the change's first day."""
    day = max([trial.today, *(each.first_day for each in trial.change.entries)])
    zone = formats.zone("")
    since_ms = formats.midnight_ms(trial.today - MONTH, zone.key)
    sessions = ended_since(trial.connection, trial.region_id, since_ms, MOST_SESSIONS)
    people = residents_by_id(
        trial.connection, trial.region_id, (ended.resident_id for _at, ended in sessions)
    )
    prices = _Prices(trial, people, day)
    sums: Counter[str] = Counter()
    rows: list[tuple[Cell, ...]] = []
    differing = unpriced = 0
    for ended_ms, ended in sessions:
        then = prices.of(ended)
        if then is None:
            unpriced += 1
            continue
        billed = Price(ended.electricity_fen, ended.service_fen, ended.subsidy_fen)
        if then == billed:
            continue
        differing += 1
        sums.update(_more(billed, then))
        if len(rows) < DIFFERENCES_SHOWN:
            rows.append(_row(ended_ms, ended, billed, then))
    said = [(_SUMS[name], formats.signed_yuan(sums[name])) for name in _SUMS]
    counted = [
        (_("Sessions that would have cost otherwise"), f"{differing:,} / {len(sessions):,}"),
        *([(_("Sessions without a price: nobody could charge so"), f"{unpriced:,}")] if unpriced else ()),
    ]
    lead = _(
        "What the sessions of the last %(days)s days would have cost, the latest %(most)s of them at most:"
    )
    none = _("No session would have cost anything else.")
    sheet = Sheet("charging_tried", _("Sessions"), none, COLUMNS, rows)
    return Tried(lead, {"days": MONTH.days, "most": MOST_SESSIONS}, [*counted, *said], sheet)


_SUMS: Mapping[str, str] = {
    "due": _("Residents, yuan"),
    "electricity": _("Electricity fee, yuan"),
    "service": _("Service fee, yuan"),
    "subsidy": _("Programmes, yuan"),
}


def _more(billed: Price, then: Price) -> Mapping[str, int]:
    return {
        "due": then.due_fen - billed.due_fen,
        "electricity": then.electricity_fen - billed.electricity_fen,
        "service": then.service_fen - billed.service_fen,
        "subsidy": then.subsidy_fen - billed.subsidy_fen,
    }


def _row(ended_ms: int, ended: ChargingEnded, billed: Price, then: Price) -> tuple[Cell, ...]:
    return (
        *(ended_ms, ended.site, ended.resident_id, ended.charged_s // 60, ended.energy_wh),
        *(billed.due_fen, then.due_fen, then.due_fen - billed.due_fen),
    )


class _Prices:
    """What sessions cost by the tariffs as they would be."""

    def __init__(self, trial: Trial[ChargingTariff], people: Mapping[int, Resident], day: date) -> None:
        self._tariffs, self._people, self._day = trial.after, people, day
        sites = Places.read(trial.connection, trial.region_id).sites.values()
        self._metered = {
            (site.site, place.box, place.number): place.is_metered for site in sites for place in site.sockets
        }

    def of(self, ended: ChargingEnded) -> Price | None:
        """None: nobody could charge there then."""
        person = self._people.get(ended.resident_id)
        is_metered = self._metered.get((ended.site, ended.box, ended.socket), bool(ended.energy_wh))
        try:
            tariff = tariff_for(
                self._tariffs,
                ended.site,
                person.categories if person else (),
                self._day,
                is_metered=is_metered,
            )
        except NoChargingTariff:
            return None
        use = Use(ended.energy_wh, ended.charged_s, tuple(_tiers(tariff, ended)), ended.pass_s)
        return price(tariff, use, ended.quantity)


def _tiers(tariff: ChargingTariff, ended: ChargingEnded) -> Iterator[TierTime]:
    """Its time by the tiers of this tariff."""
    known = {each.to_w for each in tariff.tiers}
    if tariff.basis is not Basis.POWER:
        return
    if ended.tiers and all(each.to_w in known for each in ended.tiers):
        yield from ended.tiers
        return
    mean_dw = ended.energy_wh * 36_000 // ended.charged_s if ended.charged_s else 0
    n = tier_of(tariff, mean_dw)
    if n is not None:
        yield TierTime(tariff.tiers[n].to_w, ended.charged_s)
