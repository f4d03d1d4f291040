"""A charging point for the demo: sockets, prices and a pass. All of it is made up, and marked `demo`."""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.services.charging.items import (
    Basis,
    ChargingPass,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
    Tier,
)
from sync.office.importing.invented import Invented, Village

BOX, SOCKETS, IN_A_ROW = "shed", 10, 5
PASS_OF = 1012  # a villager who charges every day
MOST_W = 600
FIRST_DAY = date(2026, 1, 1)
DEARER_IN, TOLD_BEFORE = timedelta(days=20), timedelta(days=30)
_NOTE = {"zh": "演示用，非真实价格", "en": "Made up for the demo"}


def invented(village: Village) -> Invented:
    """At the first site; from some day on it costs more, and people see that already."""
    here = village.sites[0]
    dearer = village.today + DEARER_IN
    tariffs = [
        _by_time(),
        _tariff("demo-energy", FIRST_DAY, dearer - timedelta(days=1), 55, 35),
        _tariff("demo-energy-next", dearer, date.max, 58, 37, seen_from=dearer - TOLD_BEFORE),
    ]
    at_home = {each.resident.id for each in village.people if each.resident.home_site == here}
    month = village.today.replace(day=1)
    passes = [ChargingPass(resident_id=PASS_OF, first_day=month, last_day=month + timedelta(days=40))]
    return Invented(
        parts={
            "charging_sites": [ChargingSite(site=here, sockets=tuple(map(_place, range(1, SOCKETS + 1))))],
            "charging_tariffs": tariffs,
            "charging_passes": [each for each in passes if each.resident_id in at_home],
        }
    )


def _by_time() -> ChargingTariff:
    """For a box without meters, such as the demo's."""
    return ChargingTariff(
        id="by-time",
        first_day=FIRST_DAY,
        basis=Basis.TIME,
        tiers=(Tier(to_w=MOST_W, electricity_fen_per_h=12, service_fen_per_h=18),),
        title=_NOTE,
        origin="demo",
    )


def _place(number: int) -> SocketPlace:
    """Two rows, as they would hang in a shelter."""
    row, column = divmod(number - 1, IN_A_ROW)
    return SocketPlace(
        box=BOX, number=number, label=f"{'AB'[row]}{column + 1}", column=column, row=row, is_metered=False
    )


def _tariff(
    id_: str,
    first_day: date,
    last_day: date,
    electricity_fen: int,
    service_fen: int,
    seen_from: date = date.min,
) -> ChargingTariff:
    return ChargingTariff(
        id=id_,
        first_day=first_day,
        last_day=last_day,
        basis=Basis.ENERGY,
        electricity_fen_per_kwh=electricity_fen,
        service_fen_per_kwh=service_fen,
        title=_NOTE,
        origin="demo",
        seen_from=seen_from,
    )
