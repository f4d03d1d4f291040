"""The books are what the journals say: whoever is heard first, and whichever database keeps them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest
import sqlalchemy as sa

from kiosk.ledger import tables as ledger
from kiosk.ledger.accounts import cash_box, contingency, courtesy, lent_rights, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.journal import Journal, kiosk_metadata
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, encode_body, genesis_hash
from kiosk.ledger.sql import run_many
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.listed import BOOKS
from kiosk.services.till.records import TOP_UP, ToppedUp
from kiosk.store.engine import open_journal
from sync.office.books.verify import verify
from sync.office.intake import intake
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.canteen.checks import card_counters
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing
from sync.office.store.tables import reviews
from sync.wire import messages
from sync.wire.messages import Ack
from tests.sync.batches import batch
from tests.sync.world import PRICE_FEN, SITE, SUBSIDY_FEN, altered, meal_postings, moment

JOURNALS = {bytes([n]) * 16: site for n, site in enumerate((SITE, "elsewhere", SITE), start=1)}
ORDERS = 4  # of delivery, on each database
DAY = date(2026, 3, 2)
RECEIVED_MS = moment(1).boot_wall_ms + 86_400_000
LENT_FEN = 100_000  # to each kiosk, of everybody's money
_LEND = "INSERT INTO grants (region_id, journal_id, account, unit, granted, home) VALUES (?, ?, ?, ?, ?, ?)"


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[bytes, list[bytes]]:
    """What three kiosks wrote: their records' bytes."""
    folder, chance = tmp_path_factory.mktemp("kiosks"), random.Random(3)
    return {journal_id: _history(folder, journal_id, chance) for journal_id in JOURNALS}


def _history(folder: Path, journal_id: bytes, chance: random.Random) -> list[bytes]:
    engine = open_journal(folder / f"{journal_id[0]}.db")
    ledger.metadata.create_all(engine)
    kiosk_metadata.create_all(engine)
    journal = Journal(engine, JournalKey(1, journal_id), BOOKS.projections)
    with journal.writing() as writing_:
        eaten: list[tuple[int, MealServed]] = []  # and not undone; by the number of the record
        for seq in range(1, 41):
            kind, version, body, *postings = _record(journal_id, seq, eaten, chance)
            at = replace(moment(seq), quality=ClockQuality.SYNCED)
            writing_.append(kind, version, body, *postings, at=at)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(ledger.records.c.raw).order_by(ledger.records.c.seq)).scalars()
        raws = list(rows)
    raws.append(
        altered(raws[0], 41, kind="meal", body=encode_body(messages.Busy(0)))
    )  # whose body is no meal
    journal.close()
    engine.dispose()
    return raws


def _record(
    journal_id: bytes, seq: int, eaten: list[tuple[int, MealServed]], chance: random.Random
) -> tuple[str, int, msgspec.Struct, *tuple[Posting, ...]]:
    resident_id, site = chance.randrange(1, 6), JOURNALS[journal_id]
    own = own_money(resident_id)
    match chance.choice(["meal", "meal", "meal", "topup", "undo", "courtesy", "return", "unknown"]):
        case "topup":
            paid = ToppedUp(resident_id, site, 4000)
            return *TOP_UP, paid, Posting(own, 4000), Posting(cash_box(site), -4000)
        case "undo" if eaten:
            original_seq, meal = eaten.pop(chance.randrange(len(eaten)))
            body = GivenBack(
                original_seq, PRICE_FEN + SUBSIDY_FEN, journal_id, *MEAL_SERVED, encode_body(meal)
            )
            back = (Posting(each.account, -each.quantity) for each in meal_postings(meal.resident_id, site))
            return *REVERSAL, body, *back
        case "courtesy":
            owed = (Posting(courtesy(resident_id), -300), Posting(contingency(), 300))
            return "unheard_of", 1, messages.Busy(0), *owed
        case "return":
            rights = (Posting(own, -50, Unit.RIGHT), Posting(lent_rights(), 50, Unit.RIGHT))
            return "return", 1, messages.Busy(0), *rights
        case "unknown":
            return "mystery", 3, messages.Busy(seq)
        case _:
            meal = _meal(resident_id, site, chance)
            eaten.append((seq, meal))
            return *MEAL_SERVED, meal, *meal_postings(resident_id, site)


def _meal(resident_id: int, site: str, chance: random.Random) -> MealServed:
    meal = chance.choice(["lunch", "dinner"])
    return MealServed(
        resident_id,
        resident_id,
        site,
        DAY,
        meal,
        "60+",
        "rule",
        chance.choice([1, 2]),
        1,
        site != SITE,
        counter=chance.randrange(40),
    )


def _books(data: Path, url: str, histories: dict[bytes, list[bytes]], chance: random.Random) -> bytes:
    """Deliver everything in batches of any size, journals and repeats mixed; returns the books as bytes."""
    office = Office(OfficeSettings(data=data, database=url), offered(SERVICES))
    try:
        for journal_id, site in JOURNALS.items():
            _enrol(office, journal_id, site)
        waiting = dict.fromkeys(histories, 0)
        while waiting:
            journal_id = chance.choice(sorted(waiting))
            waiting[journal_id] = _deliver(
                office, journal_id, histories[journal_id], waiting[journal_id], chance
            )
            if waiting[journal_id] == len(histories[journal_id]):
                del waiting[journal_id]
        with reading(office.engine) as connection:
            assert verify(connection, office.region_id, office.offered.derived) == []
            return b"\n".join(_dumped(connection, office.offered.derived.tables))
    finally:
        office.close()


def _enrol(office: Office, journal_id: bytes, site: str) -> None:
    public_key = journal_id * 2
    code = {"office_key": office.key.public, "name": f"kiosk {journal_id[0]}", "site": site, "at_ms": 1}
    with writing(office.engine) as connection:
        text = devices.new_code(connection, 1, **code)
        devices.enrol(connection, 1, messages.Enrol(text, public_key, journal_id), (office.key.public,), 2)
        rows = [(1, journal_id, own_money(n), Unit.FEN.value, LENT_FEN, False) for n in range(1, 6)]
        run_many(connection, _LEND, rows)


def _deliver(office: Office, journal_id: bytes, raws: list[bytes], sent: int, chance: random.Random) -> int:
    first = max(0, sent - chance.randrange(3))  # some of it once more
    last = min(len(raws), sent + chance.randrange(1, 15))
    previous = genesis_hash(journal_id)
    for raw in raws[:first]:
        previous = batch(1, previous, [raw]).head_hash
    push = batch(first + 1, previous, raws[first:last])
    with writing(office.engine) as connection:
        device_id = connection.execute(
            sa.text("SELECT device_id FROM journals WHERE journal_id = :id"), {"id": journal_id}
        ).scalar_one()
        device = devices.find_device(connection, 1, bytes(device_id))
        key = JournalKey(1, journal_id)
        answer = office.intake.take_in(connection, device, key, push, intake.unpack(push), RECEIVED_MS)
    assert isinstance(answer, Ack)
    return answer.head_seq


def _dumped(connection: sa.Connection, folded: Sequence[sa.Table]) -> Iterator[bytes]:
    """Every row that a kiosk's journal brought, and the copied cards found in them, in one order."""
    found = sa.select(reviews.c.journal_id, reviews.c.seq).where(reviews.c.code == card_counters.COUNTER_BACK)
    copies = [msgspec.msgpack.encode([_plain(value) for value in row]) for row in connection.execute(found)]
    assert copies
    yield from sorted(copies)
    for table in folded:
        rows = connection.execute(sa.select(table).where(table.c.journal_id.in_(list(JOURNALS))))
        yield table.name.encode()
        yield from sorted(msgspec.msgpack.encode([_plain(value) for value in row]) for row in rows)


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


@contextmanager
def _databases(server: str) -> Iterator[Callable[[], str]]:
    """Makes empty PostgreSQL databases, which are gone at the end."""
    made: list[str] = []
    with psycopg.connect(server, autocommit=True) as admin:

        def make() -> str:
            made.append(f"books_{uuid4().hex}")
            admin.execute(f"CREATE DATABASE {made[-1]}")  # type: ignore[call-overload]  # our own name
            return server.replace("/postgres?", f"/{made[-1]}?")

        yield make
        for name in made:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def test_every_order_of_delivery_gives_the_same_books_on_both_databases(
    tmp_path: Path, histories: dict[bytes, list[bytes]], postgresql: str
) -> None:
    with _databases(postgresql) as new:
        found = {
            _books(tmp_path / f"{kind}{order}", url(), histories, random.Random(order))
            for order in range(ORDERS)
            for kind, url in (("sqlite", str), ("postgresql", new))
        }
    assert len(found) == 1
    (books,) = found
    assert books.count(b"\n") > 300
