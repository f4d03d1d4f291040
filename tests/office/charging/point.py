"""A charging point of the small office, and what happens there, in a few lines. All of it is invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync.office.services.charging.service import CHARGING
from sync.office.services.listed import SERVICES
from tests.office.books import ELDER, HERE, Books, open_books, small_file

PAGE = "https://card.test"


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


@contextmanager
def open_point(folder: Path, database_url: str = "", **settings: Any) -> Iterator[Books]:
    """An office that knows the small file and the point."""
    services = SERVICES if CHARGING in SERVICES else (*SERVICES, CHARGING)
    with open_books(folder, database_url, services, **settings) as books:
        books.import_(small_file() | charging_file())
        yield books
