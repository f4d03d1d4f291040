"""The office is away for the whole lunch of 72 elders, and comes back."""

from __future__ import annotations

import json
from pathlib import Path

from drivers.contracts import Authentication, CardFamily, CardTap, CodeScan
from drivers.sim.cards.spec import CardKind
from kiosk.app import Kiosk, create_app
from kiosk.settings import load
from sync.demo import population
from sync.demo.people import ELDERS
from sync.demo.population import TrayCard
from tests.stories.town import Office, Station, today
from tests.tiers import in_both

MANY_MS = 60_000


def lay_down(kiosk: Kiosk, card: TrayCard, n: int) -> str:
    """What the drivers would report of this card; the wire has a story of its own."""
    if card.spec is None:
        at_s = kiosk.counter().clock.now().wall_ms // 1000
        kiosk.taps.handle(CodeScan(card.code_at(at_s), n * MANY_MS))
    else:
        genuine = card.spec.kind is CardKind.NTAG424
        family = CardFamily.NTAG424 if genuine else CardFamily.NTAG21X
        proof = Authentication.PASSED if genuine else Authentication.NOT_OFFERED
        kiosk.taps.handle(CardTap(card.spec.uid, family, proof, card.spec.record, n * MANY_MS))
    return kiosk.board.recent[0].code


@in_both("database_url", fast=["sqlite"], deep=["postgresql"], indirect=True)
def test_totals_are_equal_to_the_fen_at_both_ends(tmp_path: Path, database_url: str) -> None:
    office = Office(tmp_path, database_url)
    with office.open():
        station = Station(tmp_path / "front", office)
        station.sync("once")
    elders = population.tray(today(), office.keys)[:ELDERS]
    kiosk = create_app(load(station.config), lambda *_: [])
    kiosk.look()
    answers = [lay_down(kiosk, card, n) for n, card in enumerate(elders)]
    again = [lay_down(kiosk, card, ELDERS + n) for n, card in enumerate(elders) if card.spec]
    kiosk.counter().close()
    assert answers == ["served"] * ELDERS
    assert set(again) == {"already_served"}

    exported = [json.loads(line) for line in station.kiosk("journal", "export").splitlines()]
    meals = [line for line in exported if line["kind"] == "meal"]
    own_fen = sum(-p["quantity"] for m in meals for p in m["postings"] if p["account"].startswith("own/"))
    subsidy_fen = sum(
        -p["quantity"] for m in meals for p in m["postings"] if p["account"].startswith("programme/")
    )
    assert [own_fen, subsidy_fen] == [ELDERS * 1000, ELDERS * 500]

    with office.open():
        station.sync("once")
        station.sync("once")
    totals = office.meals()["total"]
    assert (totals["portions"], totals["own_fen"], totals["subsidy_fen"]) == (ELDERS, own_fen, subsidy_fen)
    assert totals["full_fen"] == own_fen + subsidy_fen
    office.command("verify")
    status = json.loads(station.kiosk("status", "--json"))
    assert status["unsent"] == 0
