"""What the office of a town tells its kiosks of charging."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kiosk.services.charging.items import Basis, ChargingSite, ChargingTariff, SocketPlace, Tier
from tests.simulation.charging.shelter import METERED, SOCKETS, box_of, label_of

CAPS_FEN = (100, 300, 1000)
SINCE = date(2026, 1, 1)


def charging_site(site: str, kiosks: Iterable[str]) -> ChargingSite:
    """The sockets at each of its kiosks."""
    places = tuple(place(each, number, site) for each in kiosks for number in range(1, SOCKETS + 1))
    return ChargingSite(site=site, sockets=places, caps_fen=CAPS_FEN)


def place(kiosk: str, number: int, site: str) -> SocketPlace:
    label = label_of(kiosk, number)
    return SocketPlace(box=box_of(kiosk), number=number, label=label, is_metered=site in METERED)


def tariffs(dearer_fen: int) -> tuple[ChargingTariff, ChargingTariff]:
    """By energy where that is counted; else by time, of which a programme pays half."""
    by_energy = ChargingTariff(
        id="by-energy",
        first_day=SINCE,
        basis=Basis.ENERGY,
        electricity_fen_per_kwh=63 + dearer_fen,
        service_fen_per_kwh=47,
    )
    by_time = ChargingTariff(
        id="by-time",
        first_day=SINCE,
        basis=Basis.TIME,
        tiers=(Tier(1200, 31, 22 + dearer_fen),),
        free_minutes=5,
        programme="elder-charging",
        subsidy_percent=50,
    )
    return by_energy, by_time
