"""Whoever comes from an earlier release finds everything as it was left, and lunch goes on."""

from __future__ import annotations

import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import ItemKind, Kind, decode_value
from kiosk.common.outcomes import Outcome
from kiosk.people.cards import Card, CardLevel
from kiosk.settings import load
from kiosk.store.engine import open_readonly
from sync.office.store.database import create_engine
from tests.databases import make
from tests.stories.town import Office, Station

PRICES_FEN = {1500, 800}  # a lunch and a dinner, whichever it is now, with what a subsidy pays of it
HUNGRY = 4  # elders who eat today; each kept a UID card
BOOKS = "SELECT account, unit, sum(credits) - sum(debits) FROM balances GROUP BY account, unit"


FIRST, *BETWEEN, LAST = make.RELEASES


@pytest.fixture(params=[FIRST, *(pytest.param(each, marks=pytest.mark.deep) for each in BETWEEN), LAST])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def books_url(version: str, bare_url: str, tmp_path: Path) -> str:
    """The office's database as that release left it; around it `tmp_path` holds the rest of the town."""
    database = "sqlite" if bare_url.startswith("sqlite") else "postgresql"
    with tarfile.open(make.packed(version, database)) as archive:
        make.extract(archive, tmp_path)
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'office' / 'office.db'}"
    load_sql = [
        make.postgresql("psql"),
        "-qv",
        "ON_ERROR_STOP=1",
        "-f",
        tmp_path / make.SQL,
        bare_url,
    ]
    subprocess.run(load_sql, check=True, stdout=subprocess.DEVNULL)
    return bare_url


def test_it_is_migrated_verified_sold_on_and_synced(books_url: str, tmp_path: Path) -> None:
    journal_url = f"sqlite:///{tmp_path / 'front' / 'store' / 'journal.db'}"
    office_left, kiosk_left = what_is_in(books_url), what_is_in(journal_url)
    office = Office(tmp_path, books_url, made=True)
    station = Station(tmp_path / "front", office)

    kiosk = create_app(load(station.config), lambda *_: [])
    kiosk.look()
    kiosk_kept = what_is_in(journal_url)
    answers = [tap(kiosk, card, n) for n, card in enumerate(uid_cards(station)[:HUNGRY])]
    kiosk.counter().close()
    station.kiosk("journal", "verify")
    with office.open():
        office_kept = what_is_in(books_url)
        station.sync("once")
        station.sync("once")
    office.command("verify")

    assert [each.code for each in answers] == ["served"] * HUNGRY
    assert {each.home_site for each in values_of(station, Kind.RESIDENT)} == {"huasheng"}
    assert json.loads(station.kiosk("status", "--json"))["unsent"] == 0
    for left, kept in ((office_left, office_kept), (kiosk_left, kiosk_kept)):
        assert kept.books == left.books
        assert all(kept.rows[name] >= count for name, count in left.rows.items())
    prices_fen = [each.result.own_fen + each.result.subsidy_fen for each in answers]
    assert set(prices_fen) <= PRICES_FEN
    earned_fen = kiosk_left.earned_fen + sum(prices_fen)
    assert office_left.earned_fen < kiosk_left.earned_fen  # there was a backlog
    assert what_is_in(journal_url).earned_fen == what_is_in(books_url).earned_fen == earned_fen


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows each table of a database has, and the balance of each account in each unit."""

    rows: dict[str, int]
    books: dict[tuple[str, str], int]

    @property
    def earned_fen(self) -> int:
        return self.books["revenue/canteen/huasheng", "FEN"]


def what_is_in(url: str) -> Found:
    engine = create_engine(url)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        counts = [connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names]
        books = {(row[0], row[1]): int(row[2]) for row in connection.execute(sa.text(BOOKS))}
    engine.dispose()
    return Found(dict(zip(names, counts, strict=True)), books)


def uid_cards(station: Station) -> list[Card]:
    """Cards of this site that speak by their number alone, the last first: the first ones ate that day."""
    cards: list[Card] = values_of(station, Kind.CARD)
    return sorted((card for card in cards if card.level is CardLevel.UID), key=lambda card: -card.resident_id)


def values_of(station: Station, kind: ItemKind[Any]) -> list[Any]:
    """What the kiosk's catalogue holds of a kind."""
    engine = open_readonly(station.folder / "store" / "catalogue.db")
    with engine.connect() as connection:
        values = connection.exec_driver_sql("SELECT value FROM items WHERE kind = ?", (kind,)).scalars()
        found = [decode_value(kind, value) for value in values]
    engine.dispose()
    return found


def tap(kiosk: Kiosk, card: Card, n: int) -> Outcome:
    uid = bytes.fromhex(card.token.partition(":")[2])
    kiosk.taps.handle(CardTap(uid, CardFamily.NTAG21X, Authentication.NOT_OFFERED, None, n * 60_000))
    return kiosk.board.recent[0]
