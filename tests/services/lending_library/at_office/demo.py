"""A shelf at every site of the demo, and somebody who only comes to read."""

from __future__ import annotations

from datetime import date

from kiosk.people.cards import Card, CardLevel, nfc_token
from kiosk.people.residents import Resident
from sync.office.importing.invented import Invented, Village, Villager
from tests.services.lending_library.items import Shelf

READER = 1301
BOOKS = ("water_margin", "three_kingdoms")


def invented(village: Village) -> Invented:
    resident = Resident(id=READER, name="钱书友", born=date(1950, 2, 3), home_site=village.sites[0])
    card = Card(
        token=nfc_token(b"\x04" + READER.to_bytes(5, "big") + b"\x80"),
        number=READER,
        resident_id=READER,
        level=CardLevel.UID,
    )
    return Invented(
        people=[Villager(resident, card, 0)],
        parts={"shelves": [Shelf(site=each, books=BOOKS) for each in village.sites]},
    )
