"""Badges on a reader that only speaks PN532, through the production driver: who is signed in, and where."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.app import Kiosk, create_app
from kiosk.commands.running import real_devices
from kiosk.common.board import Badge, News
from kiosk.people.cards import nfc_token
from kiosk.services.cards.actions import Cards
from kiosk.settings import load
from sync.demo import population
from sync.demo.people import WORKERS, uid_of
from tests.stories.clients import Client
from tests.stories.test_taps_on_the_wire import looked_again
from tests.stories.town import Devices, Station, devices, employed_office, today, until
from tests.waiting import first_told

CHEN_UID = uid_of(next(each.badge_number for each in WORKERS if each.id == "chen"))
FORGED = {
    "blank NTAG215": CardSpec(CardKind.NTAG215, CHEN_UID),
    "NTAG215 with a record of somebody else": CardSpec(CardKind.NTAG215, CHEN_UID, record=b"\x00" * 80),
    "NTAG 424 with another key": CardSpec(CardKind.NTAG424, CHEN_UID, key=bytes(16)),
    "Type 4 card": CardSpec(CardKind.TYPE4, CHEN_UID),
    "processor card that says little": CardSpec(CardKind.SHORT_ATS, CHEN_UID),
    "MIFARE Classic": CardSpec(CardKind.CLASSIC, CHEN_UID),
}


@dataclass
class Scene:
    """A counter whose touchscreen the supervisor opened in the morning, and another client of the machine."""

    kiosk: Kiosk
    hardware: Devices
    station: Station
    news: queue.Queue[News]
    genuine: dict[str, CardSpec]
    screen: Client
    stranger: Client

    def lay_down(self, card: CardSpec) -> Badge:
        """Lay a badge down until the counter knows it, and take it away until the reader does."""
        self.hardware.reader.place(card)
        badge = first_told(self.news, lambda told: told.badge)
        self.hardware.reader.lift()
        looked_again(self.hardware)
        return badge

    @property
    def on_duty(self) -> tuple[str, str]:
        return self.screen.on_duty, self.stranger.on_duty


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    with devices(folder) as hardware:
        office = employed_office(folder)
        cards = population.badges(today(), office.keys)
        genuine = {name: card.spec for name, card in cards.items() if card.spec}
        station = Station(folder / "front", office, hardware)
        kiosk = create_app(load(station.config), real_devices)
        kiosk.start()
        try:
            until("reader", lambda: kiosk.board.standing.reader_ready)
            with kiosk.board.watching() as news:
                screen, stranger = Client(kiosk), Client(kiosk)
                screen.sign_in("chen")
                screen.lock()
                screen.watch()
                stranger.watch()
                yield Scene(kiosk, hardware, station, news, genuine, screen, stranger)
        finally:
            kiosk.stop()


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("badges")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nobody_yet(counter: Scene) -> None:
    counter.screen.lock()
    counter.stranger.lock()


@pytest.mark.parametrize("kind", FORGED)
def test_a_chip_with_the_supervisors_number_chooses_a_name_and_no_more(counter: Scene, kind: str) -> None:
    for _ in range(2):
        assert counter.lay_down(FORGED[kind]) == Badge("chen")
    assert counter.on_duty == ("", "")
    assert counter.screen.get("/shift/").status_code == 401
    assert counter.kiosk.board.recent == []


def test_the_office_hears_of_a_forged_badge_once_a_day(counter: Scene) -> None:
    for _ in range(2):
        counter.lay_down(FORGED["NTAG 424 with another key"])
    exported = counter.station.kiosk("journal", "export").splitlines()
    refused = [line for line in map(json.loads, exported) if line["kind"] == "card_refused"]
    assert [line["body"][3] for line in refused] == ["card_copied"]


def test_a_genuine_badge_signs_in_at_the_touchscreen_alone(counter: Scene) -> None:
    assert counter.lay_down(counter.genuine["chen"]) == Badge("chen")
    assert counter.on_duty == ("陈站长", "")
    assert counter.lay_down(counter.genuine["wang"]) == Badge("wang")  # a signed record
    assert counter.on_duty == ("王师傅", "")


def test_a_plain_card_as_a_badge_needs_the_pin(counter: Scene) -> None:
    assert counter.lay_down(counter.genuine["li"]) == Badge("li")
    assert counter.on_duty == ("", "")
    counter.screen.sign_in("li")
    assert counter.on_duty == ("李阿姨", "")


def test_a_forged_badge_leaves_whoever_works_there_alone(counter: Scene) -> None:
    counter.stranger.sign_in("wang")
    counter.screen.sign_in("li")
    counter.lay_down(FORGED["blank NTAG215"])
    assert counter.on_duty == ("李阿姨", "王师傅")
    counter.lay_down(counter.genuine["chen"])
    assert counter.on_duty == ("陈站长", "王师傅"), "a server's own client gains nothing by the supervisor"


def test_the_signed_record_of_one_card_on_another_proves_nothing(counter: Scene) -> None:
    other = replace(counter.genuine["wang"], uid=CHEN_UID)
    assert counter.lay_down(other) == Badge("chen")
    assert counter.on_duty == ("", "")


def test_a_badge_reported_lost_is_refused_though_it_proves_itself(counter: Scene) -> None:
    cards = counter.kiosk.counter()[Cards]
    cards.report_lost(nfc_token(CHEN_UID), "the badge was left on a bus")
    assert counter.lay_down(counter.genuine["chen"]) == Badge("chen", "card_blocked")
    assert counter.lay_down(FORGED["blank NTAG215"]) == Badge("chen", "card_blocked")
    assert counter.on_duty == ("", "")
    cards.found(nfc_token(CHEN_UID), "the driver brought it")
    counter.lay_down(counter.genuine["chen"])
    assert counter.on_duty == ("陈站长", "")
