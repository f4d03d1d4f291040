"""A canteen for stories about copied folders: a real kiosk, a real sync process, an office over HTTP."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.purses import purse_of
from kiosk.journal.identity import predecessors, read_identity
from kiosk.journal.proof import prove
from kiosk.ledger.accounts import own_money
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record, decode
from kiosk.services.listed import BOOKS, KINDS
from kiosk.settings import KioskSection, Settings, StoreSection
from kiosk.store.engine import open_readonly
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.errors import JournalFault
from tests.factories import SITE, TestTime, card, resident, site, tariff
from tests.sync.world import OfficeWorld
from tests.unit.kiosk.test_tap import chip

OPENING_FEN = 20_000
MINUTES = itertools.count(0, 60_000)


def stock(office: OfficeWorld, people: range) -> None:
    """A site, its prices, and elders with a card and money each."""
    office.publish(Kind.SITE, SITE, site())
    for rule in tariff():
        office.publish(Kind.TARIFF, rule.id, rule)
    for number in people:
        office.publish(Kind.RESIDENT, str(number), resident(number))
        office.publish(Kind.CARD, card(number).token, card(number))
        office.enter(f"opening {number}", own_money(number), OPENING_FEN)


class Canteen:
    """A kiosk's folder, the kiosk that runs on it, and its sync process when it is let run."""

    def __init__(
        self, folder: Path, office: OfficeWorld, time: TestTime, witness: Path | None = None
    ) -> None:
        self.folder, self.office, self.time, self.witness = folder, office, time, witness
        self.kiosk: Kiosk | None = None

    @classmethod
    def enrolled(cls, folder: Path, office: OfficeWorld, witness: Path | None = None) -> Canteen:
        enrol(folder, office.url, office.code("front", SITE))
        canteen = cls(folder, office, TestTime(), witness)
        canteen.sync()
        return canteen

    @property
    def journal(self) -> JournalKey:
        return read_identity(self.folder).journal

    @property
    def reasons(self) -> list[str]:
        """Why earlier journals were left."""
        return [each.reason for each in predecessors(self.folder)]

    def start(self) -> Canteen:
        store = StoreSection(
            folder=self.folder,
            voice=self.folder / "voice",
            witness=self.witness,
        )
        settings = Settings(kiosk=KioskSection(name="front", site=SITE), store=store)
        self.kiosk = create_app(settings, lambda *_: [], self.time.source())
        self.kiosk.look()
        return self

    def stop(self) -> None:
        if self.kiosk is not None and self.kiosk._open is not None:
            self.kiosk._open.close()
        self.kiosk = None

    def tap(self, number: int) -> str:
        assert self.kiosk is not None
        self.time.advance(seconds=7)
        self.kiosk.taps.handle(chip(number, next(MINUTES)))
        return self.kiosk.board.recent[0].code

    def serve(self, *numbers: int) -> None:
        for number in numbers:
            assert self.tap(number) == "served", number

    def sync(self) -> str:
        """One visit of the sync process; what the office holds against the journal, if anything."""
        agent = Agent(self.folder, kinds=lambda: KINDS)
        try:
            agent.once()
        except JournalFault as error:
            return error.code
        finally:
            agent.close()
        return ""

    def settle(self) -> None:
        """Both processes until nothing is left: the kiosk looks, the agent sends."""
        for _ in range(4):
            self.sync()
            if self.kiosk is not None:
                self.kiosk._next_renewal_s = 0.0
                self.kiosk.look()
        assert self.sync() == ""

    def keep_copy(self, to: Path) -> None:
        assert self.kiosk is None, "copied while it is switched off"
        shutil.copytree(self.folder, to)

    def put_back(self, copy: Path) -> None:
        assert self.kiosk is None
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)

    def balance_fen(self, number: int) -> int:
        """What the kiosk would show."""
        assert self.kiosk is not None
        counter = self.kiosk.counter()
        with counter.journal.writing() as writing:
            return purse_of(writing, counter.catalogue, number).balance

    def proved(self) -> bool:
        """`kiosk journal verify`, for every journal in the file."""
        engine = open_readonly(self.folder / "journal.db")
        with closing(sqlite3.connect(self.folder / "journal.db")) as plain:
            journals = [row[0] for row in plain.execute("SELECT DISTINCT journal_id FROM records")]
        try:
            with engine.connect() as connection, connection.begin():
                return all(
                    prove(connection, JournalKey(self.journal.region_id, each), BOOKS).holds
                    for each in journals
                )
        finally:
            engine.dispose()

    def records(self) -> list[Record]:
        """Of the journal that is written now."""
        with closing(sqlite3.connect(self.folder / "journal.db")) as plain:
            rows = plain.execute(
                "SELECT raw FROM records WHERE journal_id = ? ORDER BY seq", (self.journal.journal_id,)
            )
            return [decode(raw) for (raw,) in rows]


def eaten(office: OfficeWorld) -> list[int]:
    """Who had lunch, as the office has it: once for each portion."""
    return sorted(row[0] for row in office._ask("SELECT resident_id FROM servings"))


def codes(office: OfficeWorld) -> set[str]:
    return {each.code for each in office.reviews()}
