"""How fast and how small a push is, against what the same rows cost PostgreSQL at the least.

`python -m tests.bench.push` pushes 10,000 sales, by cards whose chips count how often they were read, over
HTTP into an office under gunicorn, with signatures, postings, balances, rights and checks, and then loads
the same rows with COPY, a temporary table and INSERT .. ON CONFLICT, in batches of the same size, into the
same server. The best of several rounds of each counts, for what else the machine does only makes it slower.
"""

from __future__ import annotations

import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.ledger import tables
from kiosk.ledger.accounts import opening, own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.journal import Journal, kiosk_metadata
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.people.residents import Resident
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.canteen.tables import servings
from kiosk.services.listed import BOOKS
from kiosk.store.engine import open_journal
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.canteen.tables import card_counters
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from sync.wire.transport import Transport
from tests.bench.loopback import free_port, new_database, office, postgresql, relay

SALES = 10_000
BATCH = 500
RESIDENTS = 400
ROUNDS = 3
SITE = "huasheng"
FIRST_DAY, SWITCHED_ON_MS = date(2026, 3, 2), 1_772_420_400_000  # 11:00 in China
DAY_MS = 86_400_000
TARIFF = TariffRule(
    id="lunch-60",
    meal="lunch",
    from_age=60,
    first_day=date(2026, 1, 1),
    full_fen=1500,
    own_fen=1000,
    shares=(Share("elder-meals", 500),),
)
LOADED = (tables.records, tables.postings, servings, card_counters)


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, float]:
    """Sales per second both ways and their ratio, and bytes on the wire, HTTP headers included."""
    with tempfile.TemporaryDirectory() as name, postgresql(Path(name)) as server:
        return _measure(Path(name), server)


def _measure(folder: Path, server: str) -> dict[str, float]:
    pushed, loaded = [], []
    wire: dict[str, float] = {}
    for n in range(ROUNDS):
        database = new_database(server, f"round{n}")
        settings = OfficeSettings(
            data=folder / f"office{n}", database=database, listen=f"127.0.0.1:{free_port()}"
        )
        with office(settings) as url:
            kiosk = _Kiosk(folder / f"kiosk{n}", settings, url)
            pushed.append(SALES / _timed(kiosk.push_all))
            wire = wire or kiosk.wire()
            kiosk.close()
        loaded.append(SALES / _timed(_loader(database, new_database(server, f"plain{n}"))))
    return {
        "pushed_sales_per_s": round(max(pushed)),
        "copied_sales_per_s": round(max(loaded)),
        "ratio": round(max(pushed) / max(loaded), 2),
        **wire,
    }


class _Kiosk:
    """A kiosk with a store folder full of sales."""

    def __init__(self, folder: Path, settings: OfficeSettings, url: str) -> None:
        self._url = url
        self._eaters = _eaters(random.Random(1))
        self._enrolment = enrol(folder, url, _prepare(settings))
        engine = open_journal(folder / "journal.db")
        tables.metadata.create_all(engine)
        kiosk_metadata.create_all(engine)
        key = JournalKey(self._enrolment.region_id, self._enrolment.journal)
        self._journal = Journal(engine, key, BOOKS.projections)
        self.sell(SALES)
        self._agent = Agent(folder)

    def sell(self, count: int) -> None:
        with self._journal.writing() as writing_:
            for _ in range(count):
                day, resident_id, after_ms = next(self._eaters)
                served = (SITE, FIRST_DAY + timedelta(days=day), "lunch", "60+", "lunch-60", 1, 2)
                body = MealServed(resident_id, resident_id + 5000, *served, counter=day + 1)
                at = Moment(3, after_ms, SWITCHED_ON_MS, ClockQuality.KEPT)
                writing_.append(*MEAL_SERVED, body, *_postings(resident_id), at=at, tariff_revision=812)

    def push_all(self) -> None:
        with Transport(self._url) as transport:
            self._agent.push_all(transport, lambda stage, done, left: None)

    def wire(self) -> dict[str, float]:
        """Bytes of one full batch and of one lone sale, sent through a relay that counts them."""
        self.sell(BATCH)
        up, down = self._counted()
        self.sell(1)
        lone_up, lone_down = self._counted()
        return {
            "batch_up_bytes_per_sale": round(up / BATCH, 2),
            "batch_down_bytes_per_sale": round(down / BATCH, 2),
            "lone_sale_up_bytes": lone_up,
            "lone_sale_down_bytes": lone_down,
            "lone_sale_bytes": lone_up + lone_down,
        }

    def _counted(self) -> tuple[int, int]:
        with relay(self._url) as (url, counts), Transport(url) as transport:
            self._agent.push_all(transport, lambda stage, done, left: None)
        return counts["up"], counts["down"]

    def close(self) -> None:
        self._agent.close()
        self._journal.close()
        self._journal.engine.dispose()


def _eaters(chance: random.Random) -> Iterator[tuple[int, int, int]]:
    """Day, resident and how long after the kiosk was switched on (ms): everybody once a day."""
    for day in itertools.count():
        residents = list(range(1000, 1000 + RESIDENTS))
        chance.shuffle(residents)
        after_ms = day * DAY_MS
        for resident_id in residents:
            after_ms += chance.randrange(4_000, 30_000)
            yield day, resident_id, after_ms


def _postings(resident_id: int) -> tuple[Posting, ...]:
    return (
        Posting(own_money(resident_id), -TARIFF.own_fen),
        *(Posting(programme(each.programme), -each.fen) for each in TARIFF.shares),
        Posting(revenue("canteen", SITE), TARIFF.full_fen),
    )


def _prepare(settings: OfficeSettings) -> str:
    """Residents with money, and an enrolment code."""
    office = Office(settings, offered(SERVICES))
    numbers = range(1000, 1000 + RESIDENTS)
    with writing(office.engine) as connection:
        residents = [Resident(id=n, name=f"测试{n}", born=date(1945, 1, 1), home_site=SITE) for n in numbers]
        changes = [Change(Kind.RESIDENT, str(each.id), each) for each in residents]
        changes.append(Change(Kind.TARIFF, TARIFF.id, TARIFF))  # what each sale is judged by
        publish_all(connection, settings.region_id, changes)
        entries = [
            Entry(f"opening {n}", "opening", (Posting(own_money(n), 900_000), Posting(opening(), -900_000)))
            for n in numbers
        ]
        own_journal.enter(connection, settings.region_id, entries, operator="", at_ms=office.now_ms())
        code = devices.new_code(
            connection,
            settings.region_id,
            office_key=office.key.public,
            name="kiosk",
            site=SITE,
            at_ms=office.now_ms(),
        )
    office.close()
    return code


def _loader(source: str, target: str) -> Callable[[], None]:
    """Loads the rows that the push made into empty tables of the same shape, a batch in a transaction."""
    engine = sa.create_engine(target.replace("postgresql://", "postgresql+psycopg://"))
    tables.metadata.create_all(engine)
    card_counters.create(engine)
    engine.dispose()
    batches = _batches(source)

    def load() -> None:
        with psycopg.connect(target) as connection:
            for table in LOADED:
                connection.execute(f"CREATE TEMP TABLE new_{table.name} (LIKE {table.name})".encode())
            connection.commit()
            for batch in batches:
                for table, rows in zip(LOADED, batch, strict=True):
                    _load_rows(connection, table, rows)
                connection.commit()

    return load


def _load_rows(connection: psycopg.Connection, table: sa.Table, rows: list[tuple[object, ...]]) -> None:
    name = table.name
    connection.execute(f"TRUNCATE new_{name}".encode())
    with connection.cursor() as cursor, cursor.copy(f"COPY new_{name} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(f"INSERT INTO {name} SELECT * FROM new_{name} ON CONFLICT DO NOTHING".encode())


def _batches(source: str) -> list[list[list[tuple[object, ...]]]]:
    with psycopg.connect(source) as connection:
        (journal_id,) = connection.execute(
            "SELECT journal_id FROM journals WHERE device_id IS NOT NULL"
        ).fetchall()[0]
        return [
            [
                connection.execute(
                    f"SELECT * FROM {table.name} WHERE journal_id = %s AND seq > %s AND seq <= %s".encode(),
                    (journal_id, first, first + BATCH),
                ).fetchall()
                for table in LOADED
            ]
            for first in range(0, SALES, BATCH)
        ]


def _timed(work: Callable[[], None]) -> float:
    """Seconds."""
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
