"""Two charging points for the demo: sockets, prices and passes. All of it is made up, and marked `demo`."""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.services.charging.items import (
    Basis,
    ChargingPass,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
    Thresholds,
    Tier,
)
from sync.office.importing.invented import Invented, Village

BOX, SOCKETS, IN_A_ROW = "shed", 10, 5
PASSES_OF = (1012, 1314)  # who charge every day, one at each point
MOST_W = 600
# The demo's time runs faster behind its sockets than at its kiosk: what is full is so after a minute, and a
# meter may run as fast as the time.
QUICK = Thresholds(top_off_s=60, no_load_s=60, register_most_w=10_000)
FIRST_DAY = date(2026, 1, 1)
DEARER_IN, TOLD_BEFORE = timedelta(days=20), timedelta(days=30)
_NOTE = {"zh": "演示用，非真实价格", "en": "Made up for the demo"}


def invented(village: Village) -> Invented:
    """Beside the first site's canteen by a box without meters, and at the shelter by one that has them. From
    some day on it costs more, and people see that already.
    """
    here, shelter = village.sites[0], village.shelter
    dearer = village.today + DEARER_IN
    tariffs = [
        _by_time(),
        _tariff("demo-energy", FIRST_DAY, dearer - timedelta(days=1), 55, 35),
        _tariff("demo-energy-next", dearer, date.max, 58, 37, seen_from=dearer - TOLD_BEFORE),
    ]
    at_home = {each.resident.id for each in village.people if each.resident.home_site in (here, shelter)}
    month = village.today.replace(day=1)
    last_day = month + timedelta(days=40)
    passes = [ChargingPass(resident_id=each, first_day=month, last_day=last_day) for each in PASSES_OF]
    return Invented(
        parts={
            "charging_sites": [
                ChargingSite(site=here, sockets=_places(is_metered=False), page=village.phone_page),
                ChargingSite(
                    site=shelter,
                    sockets=_places(is_metered=True),
                    thresholds=QUICK,
                    page=village.phone_page,
                ),
            ],
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


def _places(*, is_metered: bool) -> tuple[SocketPlace, ...]:
    """Two rows, as they would hang in a shelter."""
    hung = ((number, *divmod(number - 1, IN_A_ROW)) for number in range(1, SOCKETS + 1))
    return tuple(
        SocketPlace(
            box=BOX,
            number=number,
            label=f"{'AB'[row]}{column + 1}",
            column=column,
            row=row,
            is_metered=is_metered,
        )
        for number, row, column in hung
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
