"""The office burns on Tuesday, keys and all; Monday night's backup is put back, and lunch goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from kiosk.app import create_app
from kiosk.settings import load
from sync.demo import population
from tests.stories.mishaps.test_lunch_without_the_office import lay_down
from tests.stories.town import Station, employed_office, today

MONDAY, TUESDAY, LATER = range(10), range(10, 20), range(20, 25)


def test_a_backup_is_put_back_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    data = tmp_path / "office"
    office = employed_office(tmp_path)
    elders = population.tray(today(), office.keys)[:25]
    with office.open():
        station = Station(tmp_path / "front", office)
        station.sync("once")

    def serve(who: range) -> None:
        kiosk = create_app(load(station.config), lambda *_: [])
        kiosk.look()
        assert [lay_down(kiosk, elders[n], n) for n in who] == ["served"] * len(who)
        kiosk.counter().close()

    serve(MONDAY)
    with office.open():
        station.sync("once")
        office.command("backup", str(tmp_path / "monday.tar"))
    serve(TUESDAY)
    with office.open():
        station.sync("once")
    before = office.meals()
    assert before["total"]["portions"] == 20

    shutil.rmtree(data)
    assert "front at" in office.command("restore", str(tmp_path / "monday.tar"))
    assert office.meals()["total"]["portions"] == 10
    with office.open():
        station.sync("once")  # which sends again what the backup does not have
    assert office.meals() == before
    serve(LATER)  # nobody told the kiosk, and nobody need
    with office.open():
        station.sync("once")
    assert "granted as usual" in office.command("restored", "--list")
    after = office.meals()["total"]
    assert after["portions"] == 25
    assert after["full_fen"] == after["own_fen"] + after["subsidy_fen"]
    office.command("verify")
    station.kiosk("journal", "verify")
    assert json.loads(station.kiosk("status", "--json"))["unsent"] == 0
