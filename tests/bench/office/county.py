"""A whole county in one PostgreSQL: people, kiosks, and as many sales as are asked for. All are invented."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import ClockQuality, Record, chain_hash, encode, encode_body, genesis_hash
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from sync.office.books import heads
from sync.office.books.folding import fold
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import writing
from sync.office.store.tables import batches
from tests.office.books import Books, begin_kiosk, open_books, small_file

FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
FIRST_RESIDENT, KIOSKS_OF_A_SITE = 1001, 10
DAYS = 30
OWN_FEN, SUBSIDY_FEN = 1000, 500
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@contextmanager
def county(folder: Path, database: str, *, residents: int, kiosks: int, sales: int) -> Iterator[Books]:
    """`sales` of the last thirty days, spread over kiosks and people; a manager called `manager`."""
    with open_books(folder, database) as books:
        sites = [f"site{n:03}" for n in range(-(-kiosks // KIOSKS_OF_A_SITE))]
        books.import_(_told(sites, residents))
        today = datetime.fromtimestamp(books.office.now_ms() / 1000, UTC).date()
        of_a_site = residents // len(sites)
        for number in range(kiosks):
            site = number // KIOSKS_OF_A_SITE
            first = FIRST_RESIDENT + site * of_a_site
            people = range(first, first + of_a_site)
            _sell(books, number, sites[site], people, sales // kiosks, today - timedelta(days=DAYS))
        books.hire("manager", as_=[Post(Role.MANAGER)])
        yield books


def _told(sites: Sequence[str], residents: int) -> dict[str, Any]:
    """What is imported: the sites and their people, each with a card."""
    told, chance = small_file(), random.Random(1)
    like = told["sites"][0]
    told["sites"] += [{**like, "name": each, "title": {"zh": f"食堂{each}", "en": each}} for each in sites]
    of_a_site = residents // len(sites)
    for n in range(residents):
        number = FIRST_RESIDENT + n
        name = chance.choice(FAMILY) + chance.choice(GIVEN) + chance.choice(GIVEN)
        born = date(1935 + n % 60, 1 + n % 12, 1 + n % 28).isoformat()
        home = sites[min(n // of_a_site, len(sites) - 1)]
        person = {
            "id": number,
            "name": name,
            "born": born,
            "home_site": home,
            "phone_tail": f"{n % 10000:04}",
        }
        told["residents"].append(person)
        told["cards"].append({"token": f"qr:{number}", "number": number, "resident_id": number, "level": 2})
    return told


def _sell(books: Books, number: int, site: str, people: range, sales: int, first_day: date) -> None:
    """The journal of one kiosk, which told everything a moment ago."""
    device_id = number.to_bytes(16, "big")
    key = JournalKey(books.office.region_id, bytes([1]) + device_id[1:])
    links = _links(key.journal_id, site, people, sales, first_day, random.Random(number))
    with writing(books.office.engine) as connection:
        begin_kiosk(connection, key, device_id, f"kiosk {number:04}", site, books.office.now_ms())
        if links:
            assert fold(connection, key, links, books.office.offered.derived.projections) == []
            heads.advance(connection, key, links[-1].seq, links[-1].hash, links[-1].seq)
            connection.execute(batches.insert(), _arrived(key, links))


def _arrived(key: JournalKey, links: Sequence[Link]) -> list[dict[str, Any]]:
    """Each day's records came that day, an hour after the last."""
    last: dict[int, Record] = {}
    for link in links:
        assert isinstance(link.read, Record)
        last[link.read.wall_ms // DAY_MS] = link.read
    firsts = [1, *(each.seq + 1 for each in last.values())]
    return [
        {
            "region_id": key.region_id,
            "journal_id": key.journal_id,
            "first_seq": first,
            "last_seq": record.seq,
            "received_at_ms": record.wall_ms + HOUR_MS,
        }
        for first, record in zip(firsts, last.values(), strict=False)
    ]


def _links(
    journal_id: bytes, site: str, people: range, sales: int, first_day: date, chance: random.Random
) -> list[Link]:
    """Everybody at most once a meal, as many on each day."""
    links, before, of_a_day = [], genesis_hash(journal_id), -(-sales // DAYS)
    for day in range(DAYS):
        noon = datetime.combine(first_day + timedelta(days=day), time(3, 0), UTC)
        at_ms = int(noon.timestamp() * 1000)
        for resident_id in chance.sample(people, min(of_a_day, sales - len(links), len(people))):
            at_ms += chance.randrange(4_000, 30_000)
            raw = encode(_sale(len(links) + 1, site, resident_id, first_day + timedelta(days=day), at_ms))
            before = chain_hash(before, raw)
            links.append(Link(len(links) + 1, raw, before))
    return links


def _sale(seq: int, site: str, resident_id: int, day: date, at_ms: int) -> Record:
    served = MealServed(resident_id, resident_id, site, day, "lunch", "60+", "lunch-60", 1, 2)
    postings = (
        Posting(own_money(resident_id), -OWN_FEN),
        Posting(programme("elders"), -SUBSIDY_FEN),
        Posting(revenue("canteen", site), OWN_FEN + SUBSIDY_FEN),
    )
    body, turnover_fen = encode_body(served), seq * (OWN_FEN + SUBSIDY_FEN)
    kept = int(ClockQuality.KEPT)
    return Record(seq, *MEAL_SERVED, 1, 0, at_ms, kept, "", 2, postings, body, seq, turnover_fen)
