"""A kiosk that sells to its own people, by cards whose chips count how often they were read."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.ledger import tables
from kiosk.ledger.accounts import opening, own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.journal import Journal, kiosk_metadata
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.people.residents import Resident
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.listed import BOOKS
from kiosk.store.engine import open_journal
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from sync.wire.transport import Transport
from tests.bench.loopback import relay

RESIDENTS, RICH_FEN = 400, 9_000_000
FIRST_DAY, SWITCHED_ON_MS = date(2026, 3, 2), 1_772_420_400_000  # 11:00 in China
DAY_MS = 86_400_000
LUNCH = MealPeriod(meal="lunch", name={"zh": "午餐"}, opens=time(10, 30), closes=time(14, 30))
TARIFF = TariffRule(
    id="lunch-60",
    meal="lunch",
    from_age=60,
    first_day=date(2026, 1, 1),
    full_fen=1500,
    own_fen=1000,
    shares=(Share("elder-meals", 500),),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kiosk stands, and the number of the first of its people."""

    site: str
    first_resident: int

    @property
    def residents(self) -> range:
        return range(self.first_resident, self.first_resident + RESIDENTS)


class Seller:
    """A kiosk with a store folder, enrolled at the office."""

    def __init__(self, folder: Path, settings: OfficeSettings, url: str, place: Place) -> None:
        self._url, self.place = url, place
        self._eaters = _eaters(place.residents, random.Random(1))
        self._enrolment = enrol(folder, url, _prepare(settings, place))
        engine = open_journal(folder / "journal.db")
        tables.metadata.create_all(engine)
        kiosk_metadata.create_all(engine)
        key = JournalKey(self._enrolment.region_id, self._enrolment.journal)
        self.journal = Journal(engine, key, BOOKS.projections)
        self._agent = Agent(folder)

    @property
    def journal_id(self) -> bytes:
        return self._enrolment.journal

    @property
    def sold(self) -> int:
        """Records so far; of sales, one for each."""
        return self.journal.head.seq

    def sell(self, count: int) -> None:
        with self.journal.writing() as writing_:
            for _ in range(count):
                day, resident_id, after_ms = next(self._eaters)
                site = self.place.site
                served = (site, FIRST_DAY + timedelta(days=day), "lunch", "60+", TARIFF.id, 1, 2)
                body = MealServed(resident_id, resident_id + 5000, *served, counter=day + 1)
                at = Moment(3, after_ms, SWITCHED_ON_MS, ClockQuality.KEPT)
                postings = _postings(resident_id, site)
                writing_.append(*MEAL_SERVED, body, *postings, at=at, tariff_revision=REVISION)

    def push_all(self) -> None:
        with Transport(self._url) as transport:
            self._agent.push_all(transport, lambda stage, done, left: None)

    def push_counted(self) -> tuple[int, int]:
        """The same through a relay; bytes up and down, HTTP headers included."""
        with relay(self._url) as (url, counts), Transport(url) as transport:
            self._agent.push_all(transport, lambda stage, done, left: None)
        return counts["up"], counts["down"]

    def close(self) -> None:
        self._agent.close()
        self.journal.close()
        self.journal.engine.dispose()


REVISION = 60_000  # of the catalogue that it goes by: newer than any here


def _eaters(residents: range, chance: random.Random) -> Iterator[tuple[int, int, int]]:
    """Day, resident and how long after the kiosk was switched on (ms): everybody once a day."""
    for day in itertools.count():
        in_turn = list(residents)
        chance.shuffle(in_turn)
        after_ms = day * DAY_MS
        for resident_id in in_turn:
            after_ms += chance.randrange(4_000, 30_000)
            yield day, resident_id, after_ms


def _postings(resident_id: int, site: str) -> tuple[Posting, ...]:
    return (
        Posting(own_money(resident_id), -TARIFF.own_fen),
        *(Posting(programme(each.programme), -each.fen) for each in TARIFF.shares),
        Posting(revenue("canteen", site), TARIFF.full_fen),
    )


def _prepare(settings: OfficeSettings, place: Place) -> str:
    """What sales are judged by, residents with money, and an enrolment code."""
    office = Office(settings, offered(SERVICES))
    site = Site(name=place.site, title={"zh": place.site}, time_zone="Asia/Shanghai", meals=(LUNCH,))
    with writing(office.engine) as connection:
        residents = [
            Resident(id=n, name=f"测试{n}", born=date(1945, 1, 1), home_site=place.site)
            for n in place.residents
        ]
        changes = [Change(Kind.RESIDENT, str(each.id), each) for each in residents]
        changes += [Change(Kind.TARIFF, TARIFF.id, TARIFF), Change(Kind.SITE, place.site, site)]
        publish_all(connection, settings.region_id, changes)
        entries = [
            Entry(
                f"opening {n}", "opening", (Posting(own_money(n), 9_000_000), Posting(opening(), -9_000_000))
            )
            for n in place.residents
        ]
        own_journal.enter(connection, settings.region_id, entries, operator="", at_ms=office.now_ms())
        code = devices.new_code(
            connection,
            settings.region_id,
            office_key=office.key.public,
            name=f"kiosk at {place.site}",
            site=place.site,
            at_ms=office.now_ms(),
        )
    office.close()
    return code
