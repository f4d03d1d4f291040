"""Small worlds for tests: a site, invented residents with cards and money, a catalogue file, a counter.

All people are invented.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec
import sqlalchemy as sa

from kiosk.catalogue import tables as catalogue
from kiosk.catalogue.contact import Heard
from kiosk.catalogue.items import Kind, encode_value, grant_key
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.common.clock import TimeSource
from kiosk.counter import Counter, open_counter
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.rights import Grant
from kiosk.people.cards import Card, CardLevel, nfc_token
from kiosk.people.residents import Resident
from kiosk.services.contract import offered, said, told
from kiosk.services.listed import SERVICES
from kiosk.settings import KioskSection, Settings, StoreSection
from kiosk.store.engine import disposing

OFFERED, TOLD, WORDS = offered(SERVICES), told(SERVICES), said(SERVICES)
SITE = "huasheng"
REGION = 1
LUNCHTIME = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)  # 11:42 in Shanghai

LUNCH = MealPeriod(meal="lunch", name={"zh": "午餐", "en": "Lunch"}, opens=time(10, 30), closes=time(13))
DINNER = MealPeriod(
    meal="dinner", name={"zh": "晚餐", "en": "Dinner"}, opens=time(16, 30), closes=time(18, 30)
)


def open_files(folder: Path) -> list[Path]:
    """What this process has open below a folder."""
    held = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sorted(each for each in held if each.is_relative_to(folder))


def site(name: str = SITE, meals: tuple[MealPeriod, ...] = (LUNCH, DINNER), **changes: object) -> Site:
    plain = Site(name=name, title={"zh": "长者食堂", "en": "Canteen"}, time_zone="Asia/Shanghai", meals=meals)
    return msgspec.structs.replace(plain, **changes)


def tariff() -> list[TariffRule]:
    """The source's prices for 60 and over; the others are ours."""
    first = date(2026, 1, 1)
    elder = Share("elder-meals", 500)
    return [
        TariffRule(
            id="lunch-60",
            meal="lunch",
            from_age=60,
            first_day=first,
            full_fen=1500,
            own_fen=1000,
            shares=(elder,),
        ),
        TariffRule(
            id="dinner-60",
            meal="dinner",
            from_age=60,
            first_day=first,
            full_fen=800,
            own_fen=300,
            shares=(elder,),
        ),
        TariffRule(id="lunch", meal="lunch", to_age=59, first_day=first, full_fen=1500, own_fen=1500),
        TariffRule(id="dinner", meal="dinner", to_age=59, first_day=first, full_fen=800, own_fen=800),
    ]


def resident(number: int = 1001, **changes: object) -> Resident:
    elder = Resident(
        id=number,
        name=f"测试{number}",
        honorific="奶奶",
        born=date(1944, 5, 6),
        home_site=SITE,
        building="2 号楼",
    )
    return msgspec.structs.replace(elder, **changes)


def uid_of(number: int) -> bytes:
    return b"\x04" + number.to_bytes(6, "big")


def card(number: int = 1001, level: CardLevel = CardLevel.UID, **changes: object) -> Card:
    made = Card(token=nfc_token(uid_of(number)), number=number, resident_id=number, level=level)
    return msgspec.structs.replace(made, **changes)


def grant(resident_id: int, journal_id: bytes, fen: int) -> Grant:
    """All of a balance, to one journal."""
    return Grant(
        account=own_money(resident_id),
        unit=Unit.FEN,
        journal_id=journal_id,
        granted=fen,
        balance=fen,
        credits=0,
        debits=0,
        head_seq=0,
        head_hash=b"",
    )


@dataclass(slots=True)
class TestTime:
    """A clock that moves when told."""

    __test__ = False
    wall_ms: int = int(LUNCHTIME.timestamp() * 1000)
    monotonic_ms: int = 1_000_000
    boot_id: str = "first-boot"
    battery: bool = True

    def source(self) -> TimeSource:
        return TimeSource(self.boot_id, lambda: self.wall_ms, lambda: self.monotonic_ms, self.battery)

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        step = int(hours * 3_600_000 + seconds * 1000)
        self.wall_ms += step
        self.monotonic_ms += step


@dataclass(slots=True)
class World:
    """A kiosk's folder with an enrolment and a catalogue that tests write as the sync process would."""

    folder: Path
    journal_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    time: TestTime = field(default_factory=TestTime)
    revision: int = 0

    def __post_init__(self) -> None:
        enrolment = {"region_id": REGION, "journal_id": self.journal_id.hex()}
        (self.folder / "enrolment.json").write_text(json.dumps(enrolment))
        with self.writing_catalogue() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            catalogue.metadata.create_all(connection)
        self.publish(Kind.SITE, {SITE: site()})
        self.publish(Kind.TARIFF, {rule.id: rule for rule in tariff()})

    def hear_the_office(self, heard: Heard) -> None:
        """As the sync process writes it down."""
        with self.writing_catalogue() as connection:
            connection.execute(catalogue.contact.delete())
            of = {"id": 1, "acked_seq": 0, "journal_id": self.journal_id}
            connection.execute(catalogue.contact.insert().values(**of, **asdict(heard)))

    def withdraw(self, kind: str, key: str) -> None:
        """Take one item out of the catalogue."""
        with self.writing_catalogue() as connection:
            wanted = (catalogue.items.c.kind == kind, catalogue.items.c.key == key)
            connection.execute(catalogue.items.delete().where(*wanted))

    def publish(self, kind: str, values: Mapping[str, msgspec.Struct]) -> None:
        """Put items into the catalogue, replacing those of the same keys."""
        self.revision += 1
        rows = [
            {"kind": kind, "key": key, "revision": self.revision, "value": encode_value(value)}
            for key, value in values.items()
        ]
        with self.writing_catalogue() as connection:
            for row in rows:
                connection.execute(
                    sa.delete(catalogue.items).where(
                        catalogue.items.c.kind == row["kind"], catalogue.items.c.key == row["key"]
                    )
                )
            connection.execute(catalogue.items.insert(), rows)

    def add(self, who: Resident, *cards: Card, fen: int = 10_000) -> Resident:
        """A resident with cards, and with all of their money granted to this kiosk."""
        self.publish(Kind.RESIDENT, {str(who.id): who})
        self.publish(Kind.CARD, {each.token: each for each in (cards or (card(who.id),))})
        self.publish(Kind.GRANT, {grant_key(own_money(who.id)): grant(who.id, self.journal_id, fen)})
        return who

    def add_many(self, numbers: Iterable[int], fen: int = 10_000) -> None:
        people = [resident(number) for number in numbers]
        self.publish(Kind.RESIDENT, {str(each.id): each for each in people})
        self.publish(Kind.CARD, {card(each.id).token: card(each.id) for each in people})
        grants = {grant_key(own_money(each.id)): grant(each.id, self.journal_id, fen) for each in people}
        self.publish(Kind.GRANT, grants)

    def without_courtesy(self) -> None:
        """The site gives no courtesy."""
        self.publish(Kind.SITE, {SITE: site(courtesy_resident_fen=0)})

    def settings(self, **sections: msgspec.Struct) -> Settings:
        store = StoreSection(folder=self.folder, voice=self.folder / "voice")
        return Settings(kiosk=KioskSection(name="test", site=SITE), store=store, **sections)

    def open(self) -> Counter:
        return open_counter(self.settings(), OFFERED, self.time.source())

    @contextmanager
    def writing_catalogue(self) -> Iterator[sa.Connection]:
        """One transaction, as the sync process writes it."""
        engine = sa.create_engine(f"sqlite:///{self.folder / 'catalogue.db'}")
        with disposing(engine), engine.begin() as connection:
            yield connection
