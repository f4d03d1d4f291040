"""A charging point as it runs: a kiosk with its screens, ten sockets of a simulated board, invented people.

The board speaks its wire on a pseudo terminal; cards are put where a reader would put them. Sockets hang in
two rows of five.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
from argon2 import PasswordHasher

from drivers.contracts import Authentication, CardFamily, CardTap, CodeScan
from drivers.sim.outlets import battery
from drivers.sim.outlets.dianchuan import SOCKETS, DianchuanSimulator
from drivers.sim.outlets.shelter import Shelter
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.clock import machine_time
from kiosk.common.outcomes import Outcome
from kiosk.people.staff import Role, Staff
from kiosk.services.charging.actions import NOBODY, Charging
from kiosk.services.charging.items import (
    CHARGING_KEY,
    CHARGING_SITE,
    CHARGING_TARIFF,
    Basis,
    ChargingKey,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
    Tier,
)
from kiosk.services.charging.looks import Look
from kiosk.services.charging.phone.screens import PhonePages
from kiosk.services.charging.picture import Picture, look_of
from kiosk.services.charging.running.begun import begun
from kiosk.services.contract import sections
from kiosk.services.listed import SERVICES
from kiosk.settings import Settings, load
from kiosk.web.serving import Server
from tests.factories import SITE, World, resident, site, uid_of

T = TypeVar("T")
SECRET = bytes(range(32))
GRANDMA, HELPER = 1001, 1002
START_FEN = 10
PIN = "258046"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
STAFF = (
    Staff(id="wang", name="王师傅", site=SITE, roles=(Role.SERVER,), pin_hash=CHEAP.hash(PIN)),
    Staff(id="lin", name="林电工", site=SITE, roles=(Role.TECHNICIAN, Role.SERVER), pin_hash=CHEAP.hash(PIN)),
)
PATIENCE_S = 90
PAGE = "https://card.example.org/charge"
PLACES = tuple(
    SocketPlace(box="shed", number=n, label=f"A{n}", column=(n - 1) % 5, row=(n - 1) // 5)
    for n in range(1, SOCKETS + 1)
)
TARIFF = ChargingTariff(
    id="by-time",
    first_day=date(2020, 1, 1),
    basis=Basis.TIME,
    tiers=(Tier(to_w=10_000, electricity_fen_per_h=12, service_fen_per_h=18),),
    service_fen_per_start=START_FEN,
    title={"zh": "按时间", "en": "By time"},
)


def until(what: str, found: Callable[[], T | None]) -> T:
    end_s = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        assert time.monotonic() < end_s, f"no {what} in {PATIENCE_S} s"
        time.sleep(0.05)
    return answer


@dataclass
class Point:
    """One charging point with all that is on it."""

    kiosk: Kiosk
    world: World
    board: DianchuanSimulator
    shelter: Shelter
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def phone_url(self, path: str) -> str:
        """On the kiosk's own network."""
        pages = self.kiosk.counter().opened[PhonePages]
        return f"http://127.0.0.1:{pages.port}{path}"

    def all_free(self) -> bool:
        """Whether the whole box was seen, and nothing is wrong with it."""
        shown = self.kiosk.board.standing.live.get("charging")
        return isinstance(shown, Picture) and all(each.look is Look.FREE for each in shown.sockets)

    @property
    def charging(self) -> Charging:
        return self.kiosk.counter()[Charging]

    def record_of_session(self, order: str) -> msgspec.Raw:
        """What was written of how it began."""
        counter = self.kiosk.counter()
        with counter.reader.connect() as connection:
            found = begun(connection, counter.journal.key.region_id, order)
        assert found is not None
        return found.record.body

    def stop(self, label: str) -> None:
        counter = self.kiosk.counter()
        self.charging.stop(label, by=NOBODY, at=counter.clock.now())

    def until_look(self, label: str, look: str) -> None:
        until(f"{label} {look}", lambda: look_of(self.charging.socket(label)) == look)

    def until_chosen(self, label: str) -> None:
        until(f"{label} chosen", lambda: (chosen := self.charging.chosen) and chosen.label == label)

    def until_charged(self, label: str) -> None:
        until(f"{label} has charged for a second", lambda: self.charging.socket(label).charged_s)

    def until_zero(self, label: str) -> None:
        until("no power", lambda: self.charging.socket(label).power_dw == 0)

    def plug(self, socket: int, name: str = "bicycle", percent: float = 30) -> None:
        self.shelter[socket].load = battery.load(name, percent)

    def unplug(self, socket: int) -> None:
        self.shelter[socket].load = None

    def tap(self, resident_id: int = GRANDMA) -> Outcome:
        """Lay a card down until it is answered."""
        return self._answered(
            CardTap(uid_of(resident_id), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, _now_ms())
        )

    def scan(self, text: str) -> Outcome:
        return self._answered(CodeScan(text, _now_ms()))

    def _answered(self, event: CardTap | CodeScan) -> Outcome:
        with self.kiosk.board.watching() as news:
            self.kiosk.taps.events.put(event)
            return until("answer", lambda: news.get(timeout=PATIENCE_S).outcome)

    def said(self, code: str, label: str) -> Outcome:
        """Wait until a screen was told so of a socket."""
        return until(
            f"{code} of {label}",
            lambda: next(
                (
                    each
                    for each in self.kiosk.board.recent
                    if each.code == code and getattr(each.result, "label", "") == label
                ),
                None,
            ),
        )


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _settings(folder: Path, port: str) -> Settings:
    config = folder / "kiosk.toml"
    config.write_text(
        f'[kiosk]\nname = "shed"\nsite = "{SITE}"\n[store]\nfolder = "{folder / "kiosk"}"\n'
        f'[[outlets]]\ndriver = "dianchuan"\nname = "shed"\nport = "{port}"\n'
        '[charging]\nphones = "127.0.0.1:0"\n'
    )
    return load(config, sections(SERVICES))


@contextmanager
def point(folder: Path, *, meals: bool = False) -> Iterator[Point]:
    """Open until the block ends. `meals`: it is a canteen as well."""
    (folder / "kiosk").mkdir()
    world = World(folder / "kiosk")
    here = site(offers=("charging",), meals=()) if not meals else site(offers=("canteen", "charging"))
    world.publish(Kind.SITE, {SITE: here})
    world.publish(CHARGING_SITE, {SITE: ChargingSite(site=SITE, sockets=PLACES, page=PAGE)})
    world.publish(CHARGING_TARIFF, {TARIFF.id: TARIFF})
    world.publish(CHARGING_KEY, {SITE: ChargingKey(site=SITE, secret=SECRET)})
    world.publish(Kind.STAFF, {each.id: each for each in STAFF})
    for each in (GRANDMA, HELPER):
        world.add(resident(each))
    shelter = Shelter(SOCKETS)
    with DianchuanSimulator(folder / "shed", shelter) as board:
        kiosk = create_app(_settings(folder, board.path), lambda *_: [], machine_time(battery=True))
        server = Server(kiosk.web, "127.0.0.1", 0)
        web = threading.Thread(target=server.run, name="web")
        kiosk.start()
        web.start()
        try:
            opened = Point(kiosk, world, board, shelter, server.port)
            until("all sockets", opened.all_free)
            yield opened
        finally:
            kiosk.stop()
            server.close()
            web.join()
