"""Cards tapped on a reader that only speaks PN532, through the production driver, to the office's books."""

from __future__ import annotations

import dataclasses
import json
import queue
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.readers.vpcd import VpcdSimulator
from kiosk.app import Kiosk, create_app
from kiosk.commands.doctor import examine
from kiosk.commands.running import real_devices
from kiosk.common.board import News
from kiosk.common.outcomes import Outcome
from kiosk.settings import load
from sync.demo import population
from sync.demo.people import ELDERS, uid_of
from tests.drivers.pcscd import pcscd
from tests.stories.town import (
    OPENING_FEN,
    PATIENCE_S,
    Devices,
    Station,
    devices,
    employed_office,
    today,
    until,
)
from tests.tiers import in_both
from tests.waiting import first_told

UNKNOWN = CardSpec(CardKind.FELICA, bytes.fromhex("012e4cd2a1b3c4d5"))


@pytest.fixture
def hardware(tmp_path: Path) -> Iterator[Devices]:
    with devices(tmp_path) as opened:
        yield opened


@contextmanager
def running(station: Station) -> Iterator[tuple[Kiosk, queue.Queue[News]]]:
    kiosk = create_app(load(station.config), real_devices)
    if kiosk._office:  # what it says matters here; a busy machine takes longer than a counter waits
        kiosk._office._deadline_s = PATIENCE_S
    kiosk.start()
    try:
        until("reader", lambda: kiosk.board.standing.reader_ready)
        with kiosk.board.watching() as news:
            yield kiosk, news
    finally:
        kiosk.stop()


def next_outcome(news: queue.Queue[News]) -> Outcome:
    return first_told(news, lambda told: told.outcome)


def looked_again(hardware: Devices, times: int = 8) -> None:
    looked = hardware.reader.status()["searches"]
    until("more looks", lambda: hardware.reader.status()["searches"] >= looked + times)


def outcomes_in(news: queue.Queue[News]) -> list[str]:
    """What was shown besides, so far."""
    waiting = [news.get_nowait() for _ in range(news.qsize())]
    return [each.outcome.code for each in waiting if each.outcome is not None]


def tap(hardware: Devices, card: CardSpec, news: queue.Queue[News]) -> Outcome:
    """Lay a card down, wait for its answer, take it away."""
    hardware.reader.place(card)
    outcome = next_outcome(news)
    hardware.reader.lift()
    return outcome


@in_both("rounds", fast=[3], deep=[12])
def test_four_kinds_of_cards_again_and_again(tmp_path: Path, hardware: Devices, rounds: int) -> None:
    office = employed_office(tmp_path)
    elders = population.tray(today(), office.keys)[:ELDERS]
    chips = {each.spec.uid: each.spec for each in elders if each.spec}
    genuine_424 = chips[uid_of(1002)]
    cards = {
        "ntag215": chips[uid_of(1003)],
        "ntag424": genuine_424,
        "copied 424": CardSpec(CardKind.NTAG424, uid_of(1005), key=bytes(16)),
        "felica": UNKNOWN,
    }
    with office.open():
        station = Station(tmp_path / "front", office, hardware)
        station.sync("once")
        answers = {name: Counter[str]() for name in cards}
        with running(station) as (_, news):
            for _ in range(rounds):
                for name, card in cards.items():
                    answers[name][tap(hardware, card, news).code] += 1
        station.sync("once")
    assert answers == {
        "ntag215": {"served": 1, "already_served": rounds - 1},
        "ntag424": {"served": 1, "already_served": rounds - 1},
        "copied 424": {"card_copied": rounds},
        "felica": {"chip_number_unusable": rounds},
    }
    assert "records hold" in station.kiosk("journal", "verify")
    meals = meals_of(station)
    assert [line["body"][0] for line in meals] == [1003, 1002]
    assert [line["body"][8] for line in meals] == [2, 3]
    report = office.meals()
    assert report["total"]["portions"] == 2
    assert report["total"]["full_fen"] == meals[-1]["turnover_fen"]
    office.command("verify")
    assert [each for each, _ in office.reviews()] == ["card_authentication_failed"]  # of all attempts


def meals_of(station: Station) -> list[dict[str, Any]]:
    exported = [json.loads(line) for line in station.kiosk("journal", "export").splitlines()]
    return [each for each in exported if each["kind"] == "meal"]


def test_a_card_copied_with_its_memory_is_found_out_at_the_office(tmp_path: Path, hardware: Devices) -> None:
    """The copy goes on from the count that the original had, and is used where the original was not."""
    office = employed_office(tmp_path)
    elders = population.tray(today(), office.keys)[:ELDERS]
    chip = next(each.spec for each in elders if each.spec and each.spec.uid == uid_of(1003))
    meals: list[dict[str, Any]] = []
    own_fen = []
    with office.open():
        stations = [Station(tmp_path / name, office, hardware) for name in ("front", "back")]
        for station in stations:
            station.sync("once")
            with running(station) as (_, news):
                assert tap(hardware, UNKNOWN, news).code == "chip_number_unusable"  # warms up
                served = tap(hardware, chip, news)
            assert served.code == "served"
            own_fen.append(served.result.own_fen)
            meals += meals_of(station)
            # Another chip with this number and memory. A slow machine reads a card more than once.
            chip = dataclasses.replace(chip, kind=CardKind.NTAG216, counter=meals[0]["body"][10] - 1)
        for station in stations:
            station.sync("once")
    assert meals[0]["body"][10] == meals[1]["body"][10] > 0
    assert sorted(each for each, _ in office.reviews() if each.startswith("card_")) == [
        "card_counter_back",
        "card_counter_back",
    ]
    assert office.balance_fen("own/1003") == OPENING_FEN - sum(own_fen)
    office.command("verify")


def test_cards_on_a_pc_sc_reader_are_served_and_proved(tmp_path: Path, hardware: Devices) -> None:
    """A signed card and one that proves itself, by the system's own service, with the doctor's blessing."""
    office = employed_office(tmp_path)
    elders = population.tray(today(), office.keys)[:ELDERS]
    chips = {each.spec.uid: each.spec for each in elders if each.spec}
    with office.open(), pcscd() as service:
        service.plug("ACS ACR1252 Dual Reader PICC")
        station = Station(
            tmp_path / "front", office, dataclasses.replace(hardware, reader_path="pcsc:acr1252")
        )
        station.sync("once")
        assert "ok  reader: ACS ACR1252 Dual Reader PICC 00 00" in "\n".join(
            f"{'ok ' if each.well else '-> '} {each.name}: {each.found}"
            for each in examine(load(station.config))
        )
        with running(station) as (_, news), VpcdSimulator(service.port) as reader:
            served = []
            for number in (1003, 1002):
                reader.place(chips[uid_of(number)])
                served.append(next_outcome(news))
        station.sync("once")
    assert [each.code for each in served] == ["served", "served"]
    for each, number in zip(served, (1003, 1002), strict=True):
        own_fen = each.result.own_fen
        assert each.result.balance_fen == OPENING_FEN - own_fen
        assert office.balance_fen(f"own/{number}") == OPENING_FEN - own_fen
    office.command("verify")


def test_two_cards_at_once_are_answered_calmly_and_nobody_pays_twice(
    tmp_path: Path, hardware: Devices
) -> None:
    office = employed_office(tmp_path)
    elders = population.tray(today(), office.keys)[:ELDERS]
    chips = {each.spec.uid: each.spec for each in elders if each.spec}
    pair = {1002: chips[uid_of(1002)], 1003: chips[uid_of(1003)]}
    with office.open():
        station = Station(tmp_path / "front", office, hardware)
        station.sync("once")
        with running(station) as (_, news):
            hardware.reader.place(pair[1002])
            hardware.reader.beside(pair[1003])
            first, told = next_outcome(news), next_outcome(news)
            looked_again(hardware)
            assert outcomes_in(news) == []
            hardware.reader.lift()
            looked_again(hardware)
            assert (first.code, told.code, told.person) == ("served", "one_of_two", first.person)
            paid = {name: tap(hardware, card, news) for name, card in pair.items()}
        station.sync("once")
    assert first.person is not None
    other = 1002 + 1003 - first.person.resident_id
    assert paid[first.person.resident_id].code == "already_served"
    assert paid[other].code == "served"
    own_fen = {first.person.resident_id: first.result.own_fen, other: paid[other].result.own_fen}
    for number, fen in own_fen.items():
        assert office.balance_fen(f"own/{number}") == OPENING_FEN - int(fen)
    assert office.meals()["total"]["portions"] == 2


@pytest.mark.parametrize("code", ["printed", "phone"])
def test_a_code_held_before_the_scanner_is_served(tmp_path: Path, hardware: Devices, code: str) -> None:
    office = employed_office(tmp_path)
    wanted = {"printed": "纸质码", "phone": "手机码"}[code]
    card = next(each for each in population.tray(today(), office.keys) if each.note == wanted)
    with office.open():
        station = Station(tmp_path / "front", office, hardware)
        station.sync("once")
    with running(station) as (kiosk, news):
        at_s = kiosk.counter().clock.now().wall_ms // 1000
        hardware.scanner.noise()
        assert next_outcome(news).code == "code_mangled"
        hardware.scanner.scan(card.code_at(at_s))
        served = next_outcome(news)
    assert served.code == "served"
    assert served.person is not None
    assert served.result.balance_fen == OPENING_FEN - served.result.own_fen
