"""A charging point whose kiosk is enrolled: what it did is pushed to a real office, and judged there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money
from kiosk.people.residents import Resident
from kiosk.services.listed import KINDS
from kiosk.settings import KioskSection, Settings, StoreSection
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.enrolling.enrolment import Enrolment
from sync.wire.transport import Transport
from tests.charging.point import Point
from tests.factories import SITE, TestTime, card, site
from tests.sync.world import OfficeWorld, open_world


@dataclass
class Linked:
    """Stands in the place of a `World`: the catalogue comes from the office."""

    folder: Path
    office: OfficeWorld
    replaces: bytes | None = None
    time: TestTime = field(default_factory=TestTime)

    def __post_init__(self) -> None:
        code = self.office.code("charging", SITE, self.replaces)
        self.enrolment: Enrolment = enrol(self.folder, self.office.url, code)
        self.agent = Agent(self.folder, kinds=lambda: KINDS)
        self.transport = Transport(self.office.url)
        self.pull()

    def publish(self, kind: str, values: Mapping[str, msgspec.Struct]) -> None:
        for key, value in values.items():
            self.office.publish(kind, key, value)
        self.pull()

    def add(self, who: Resident, *, fen: int) -> None:
        self.office.publish(Kind.RESIDENT, str(who.id), who)
        self.office.publish(Kind.CARD, card(who.id).token, card(who.id))
        self.office.enter(f"opening {who.id}", own_money(who.id), fen)
        self.pull()

    def settings(self) -> Settings:
        store = StoreSection(folder=self.folder, voice=self.folder / "voice")
        return Settings(kiosk=KioskSection(name="charging", site=SITE), store=store)

    def pull(self) -> None:
        self.agent.pull_all(self.transport, lambda stage, done, left: None)

    def push(self) -> None:
        self.agent.push_all(self.transport, lambda stage, done, left: None)

    def close(self) -> None:
        self.transport.close()
        self.agent.close()


@contextmanager
def charging_office(folder: Path) -> Iterator[OfficeWorld]:
    with open_world(folder, "") as office:
        office.publish(Kind.SITE, SITE, site())
        yield office


@contextmanager
def linked_point(folder: Path, office: OfficeWorld, **options: object) -> Iterator[Point]:
    """A kiosk of the office's with a box beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    linked = Linked(folder, office)
    point = Point(linked, **options)  # type: ignore[arg-type]
    try:
        yield point
    finally:
        point.close()
        linked.close()
