"""A real canteen for stories: office, kiosk and screens as they run, cards laid on a simulated reader.

The kiosk runs in this process, so that a story can look into its books; its devices are processes of their
own that speak the wire, and so is the office. The people are the demo's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from drivers.sim.cards.spec import CardSpec
from kiosk.app import Kiosk, create_app
from kiosk.commands.running import real_devices
from kiosk.common.board import Board
from kiosk.common.outcomes import Outcome
from kiosk.settings import load
from kiosk.web.serving import Server
from sync.demo import population
from sync.demo.people import WORKERS
from sync.demo.population import TrayCard
from tests.stories.test_taps_on_the_wire import looked_again
from tests.stories.town import Devices, Office, Station, devices, employed_office, today, until
from tests.waiting import PATIENCE_S


@dataclass
class Place:
    """One counter with everything on it."""

    kiosk: Kiosk
    office: Office
    station: Station
    hardware: Devices
    port: int
    _lifted: bytes = field(default=b"", init=False)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def carried(self, resident_id: int) -> TrayCard:
        """What an invented resident has with them."""
        return population.carried_by(resident_id, today(), self.office.keys)

    def card(self, resident_id: int) -> CardSpec:
        """The chip of an invented resident who has one."""
        chip = self.carried(resident_id).spec
        assert chip is not None
        return chip

    def tap(self, card: CardSpec) -> Outcome:
        """Lay a card down until it is answered, and take it away."""
        if card.uid == self._lifted:
            looked_again(self.hardware)  # or the reader has not seen that it was away
        with self.kiosk.board.watching() as news:
            self.hardware.reader.place(card)
            answer = until("answer", lambda: news.get(timeout=PATIENCE_S).outcome)
        self.hardware.reader.lift()
        self._lifted = card.uid
        return answer

    def present(self, resident_id: int) -> Outcome:
        """Lay down or hold up what a resident has with them: a chip, a printed code or a phone."""
        carried = self.carried(resident_id)
        if carried.spec is not None:
            return self.tap(carried.spec)
        with self.kiosk.board.watching() as news:
            self.hardware.scanner.scan(carried.code_at(int(time.time())))
            return until("answer", lambda: news.get(timeout=PATIENCE_S).outcome)

    def badge(self, staff_id: str = "wang") -> None:
        """Lay somebody's badge on the reader until it is known."""
        card = population.badges(today(), self.office.keys)[staff_id].spec
        assert card is not None
        self.lay_badge(card)

    def lay_badge(self, card: CardSpec) -> None:
        """The same with any chip that has the number of one; then the reader is empty."""
        with self.kiosk.board.watching() as news:
            self.hardware.reader.place(card)
            until("badge", lambda: news.get(timeout=PATIENCE_S).badge)
        self.hardware.reader.lift()
        looked_again(self.hardware)

    def sync(self) -> None:
        """Send all there is and fetch all there is, as the sync process would."""
        self.station.sync("once")


def sign_in(page: Page, staff_id: str = "wang") -> None:
    """By PIN, in the browser of a page that shows the staff's screen."""
    pin = next(each.pin for each in WORKERS if each.id == staff_id)
    form = {"staff": staff_id, "pin": pin}
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    assert token
    address = f"{page.url.partition('/staff')[0]}/duty/in"
    assert page.request.post(address, form=form, headers={"X-CSRFToken": token}).status == 204


def open_staff(page: Page, place: Place | Still, staff_id: str = "wang") -> None:
    """The staff's screen with somebody on duty."""
    page.goto(place.url("/staff"))
    sign_in(page, staff_id)
    expect(page.locator("body[data-live]:not([data-locked])")).to_be_attached()


def open_counter_screen(page: Page, place: Place, staff_id: str = "wang") -> None:
    """The same in the browser where badges sign in, since a supervisor typed the PIN there."""
    page.goto(place.url("/staff"))
    sign_in(page, "chen")
    open_staff(page, place, staff_id)


@contextmanager
def running(office: Office, station: Station, hardware: Devices, port: int = 0) -> Iterator[Place]:
    """The kiosk of a station, until the block ends; may be opened again, on the same port too."""
    kiosk = create_app(load(station.config), real_devices)
    server = Server(kiosk.web, "127.0.0.1", port)
    web = threading.Thread(target=server.run, name="web")
    kiosk.start()
    web.start()
    try:
        until("reader", lambda: kiosk.board.standing.reader_ready)
        yield Place(kiosk, office, station, hardware, server.port)
    finally:
        kiosk.stop()
        server.close()
        web.join()


@dataclass
class Still:
    """A real kiosk that was not started: pages with every service, which show what is hung."""

    board: Board
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def still(folder: Path) -> Iterator[Still]:
    """Its screens are served until the block ends; no device, no tap, no look at how things stand."""
    station = Station(folder / "front", employed_office(folder))
    kiosk = create_app(load(station.config), real_devices)
    kiosk.look()
    server = Server(kiosk.web, "127.0.0.1", 0)
    web = threading.Thread(target=server.run, name="web")
    web.start()
    try:
        yield Still(kiosk.board, server.port)
    finally:
        server.close()
        web.join()
        kiosk.counter().close()


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """An office, a kiosk that has fetched its catalogue, and its devices."""
    with devices(folder) as hardware:
        office = employed_office(folder)
        with office.open():
            station = Station(folder / "front", office, hardware)
            station.sync("once")
            with running(office, station, hardware) as opened:
                yield opened
