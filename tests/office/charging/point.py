"""A charging point of the small office, and what happens there, in a few lines. All of it is invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from kiosk.ledger.accounts import held, own_money, programme, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import HOLD, Held
from kiosk.services.charging.items import ChargingTariff
from kiosk.services.charging.machine.judging import ELECTRICITY, SERVICE
from kiosk.services.charging.records import (
    CHARGING_BEGUN,
    CHARGING_ENDED,
    PURPOSE,
    ChargingBegun,
    ChargingEnded,
    Reading,
)
from tests.office.books import ELDER, HERE, MONDAY, Books, open_books, small_file

PAGE = "https://card.test/c"
LATER = 1000  # a revision after all that is published here


def charging_file() -> dict[str, Any]:
    """Two sockets on one box, by energy for everybody and by power from December on, and a pass."""
    return {
        "charging_sites": [
            {
                "site": HERE,
                "sockets": [
                    {"box": "shed", "number": 1, "label": "A1"},
                    {"box": "shed", "number": 2, "label": "A2", "column": 1},
                ],
                "thresholds": {"hot_c": 60},
                "caps_fen": [300, 500],
                "page": PAGE,
            }
        ],
        "charging_tariffs": [
            {
                "id": "energy",
                "first_day": "2026-01-01",
                "last_day": "2026-11-30",
                "basis": "energy",
                "electricity_fen_per_kwh": 60,
                "service_fen_per_kwh": 40,
            },
            {
                "id": "power",
                "first_day": "2026-12-01",
                "seen_from": "2026-11-20",
                "basis": "power",
                "tiers": [
                    {"to_w": 200, "electricity_fen_per_h": 12, "service_fen_per_h": 8},
                    {"to_w": 600, "electricity_fen_per_h": 30, "service_fen_per_h": 20},
                ],
            },
        ],
        "charging_passes": [
            {"resident_id": ELDER, "first_day": "2026-11-01", "last_day": "2026-11-30", "hours_per_day": 6}
        ],
    }


def tariff(name: str) -> ChargingTariff:
    """One of the file's."""
    said = next(each for each in charging_file()["charging_tariffs"] if each["id"] == name)
    tiers = [[*each.values()] for each in said.get("tiers", ())]
    return msgspec.convert(said | {"tiers": tiers}, ChargingTariff)


@contextmanager
def open_point(folder: Path, database_url: str = "", **settings: Any) -> Iterator[Books]:
    """An office that knows the small file and the point."""
    with open_books(folder, database_url, **settings) as books:
        books.import_(small_file() | charging_file())
        yield books


def session(
    books: Books,
    order: str,
    *,
    resident_id: int = ELDER,
    socket: int = 1,
    day: date = MONDAY,
    first_wh: int = 1000,
    energy_wh: int = 500,
    charged_s: int = 3600,
    **changed: Any,
) -> None:
    """One from its hold to its end, by energy unless it is said otherwise, as its kiosk records it."""
    cap_fen = changed.pop("cap_fen", 300)
    electricity_fen, service_fen = changed.pop("fees_fen", (energy_wh * 60 // 1000, energy_wh * 40 // 1000))
    subsidy_fen = changed.pop("subsidy_fen", 0)
    paid_fen = electricity_fen + service_fen - subsidy_fen
    tariff_id = changed.pop("tariff_id", "energy")
    first = changed.pop("first", Reading("meter-1", first_wh))
    last = changed.pop("last", Reading("meter-1", first_wh + energy_wh))
    own, aside = own_money(resident_id), held(resident_id)
    books.write(
        HOLD,
        Held(resident_id, cap_fen, f"{PURPOSE}{HERE}/{order}"),
        *(Posting(own, -cap_fen), Posting(aside, cap_fen)),
        day=day,
    )
    begun = ChargingBegun(
        *(order, 1, resident_id, changed.pop("started_by", resident_id)),
        *(changed.pop("means", "card"), HERE, "shed", socket),
        *(tariff_id, LATER, cap_fen, first),
        tariff=tariff(tariff_id),
    )
    books.write(CHARGING_BEGUN, begun, day=day)
    if changed.pop("goes_on", False):
        return
    settled = (1, cap_fen, books.journals[HERE][0].journal_id, resident_id, Unit.FEN)
    ended = ChargingEnded(
        *settled,
        *(order, HERE, "shed", socket, changed.pop("reason", "full"), tariff_id, LATER, first, last),
        *(energy_wh, charged_s, changed.pop("dead_s", 0), changed.pop("tiers", ())),
        *(electricity_fen, service_fen, subsidy_fen),
        is_doubtful=changed.pop("is_doubtful", False),
    )
    paid = (
        Posting(own, cap_fen - paid_fen),
        Posting(aside, -cap_fen),
        Posting(revenue(ELECTRICITY, HERE), electricity_fen),
        Posting(revenue(SERVICE, HERE), service_fen),
        Posting(programme("elders"), -subsidy_fen),
    )
    books.write(CHARGING_ENDED, ended, *(each for each in paid if each.quantity), day=day)
    assert not changed, changed
