"""An office with a little history, told in a few lines. All people are invented."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kiosk.ledger.accounts import Account, cash_box, own_money, programme, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting, balanced, posting
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import Record, chain_hash, encode, encode_body, genesis_hash
from kiosk.services.canteen.records import MEAL_SERVED, NOBODY, SALE, Line, MealServed, Sold
from sync.office.books import heads, reviews
from sync.office.books.folding import fold
from sync.office.importing import Imported, import_file
from sync.office.office import Office
from sync.office.people import clerks
from sync.office.people.access import posts
from sync.office.people.access.posts import Post
from sync.office.services.canteen.reports import MealsReport, meals_report
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES
from sync.office.serving.app import create_office
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from sync.office.store.tables import devices

TODAY = date(2026, 11, 23)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
HERE, THERE = "huasheng", "fuyuan"
ELDER, YOUNG = 1, 2
CLERK, PASSWORD = "wang", "four meals a day"
SECURE = "https://office.test"
LOG_OUT_TOKEN = 'name="csrf_token" value="'


def small_file() -> dict[str, Any]:
    """Two sites, one elder, one who is younger, a card of each kind."""
    lunch = {"meal": "lunch", "name": {"zh": "午餐", "en": "Lunch"}, "opens": "10:30", "closes": "13:00"}
    dinner = {"meal": "dinner", "name": {"zh": "晚餐", "en": "Dinner"}, "opens": "16:30", "closes": "18:30"}
    return {
        "sites": [
            _site(HERE, "华圣食堂", "Huasheng", [lunch, dinner]),
            _site(THERE, "富源食堂", "Fuyuan", [dict(lunch)]),
        ],
        "programmes": [
            {"name": "elders", "title": {"zh": "长者助餐", "en": "Elder meals"}},
            {"name": "town", "title": {"zh": "镇补贴", "en": "Town"}},
        ],
        "tariff": [
            {
                "id": "lunch-60",
                "meal": "lunch",
                "from_age": 60,
                "first_day": "2026-01-01",
                "full_fen": 1500,
                "own_fen": 1000,
                "shares": [{"programme": "elders", "fen": 500}],
            }
        ],
        "residents": [
            {"id": ELDER, "name": "陈测试", "born": "1944-05-06", "home_site": HERE, "opening_fen": 10_000},
            {"id": YOUNG, "name": "李测试", "born": "1990-01-01", "home_site": THERE, "opening_fen": 5_000},
        ],
        "cards": [
            {"token": "nfc:04000000000001", "number": 1, "resident_id": ELDER, "level": 3},
            {"token": "qr:2", "number": 2, "resident_id": ELDER, "level": 2},
            {"token": "nfc:04000003", "number": 3, "resident_id": YOUNG, "level": 1},
        ],
        "card_keys": [{"token": "nfc:04000000000001", "key": "00112233445566778899aabbccddeeff"}],
        "issuer_keys": [{"id": 1, "public_key": "ab" * 32}],
        "menus": [{"site": HERE, "day": "2026-11-23", "meal": "lunch", "dishes": ["红烧豆腐", "米饭"]}],
    }


def _site(name: str, chinese: str, english: str, meals: list[dict[str, Any]]) -> dict[str, Any]:
    title = {"zh": chinese, "en": english}
    return {"name": name, "title": title, "time_zone": "Asia/Shanghai", "meals": meals}


@dataclass
class Books:
    """The office, and a kiosk at each site that sells something."""

    app: Flask
    journals: dict[str, list[Any]] = field(default_factory=dict)  # site -> [key, seq, hash]

    @property
    def office(self) -> Office:
        return self.app.extensions["office"]

    def import_(self, content: Mapping[str, Any]) -> Imported:
        with writing(self.office.engine) as connection:
            return import_file(
                connection,
                self.office.region_id,
                json.dumps(content).encode(),
                self.office.offered.parts,
                today=TODAY,
                at_ms=self.office.now_ms(),
            )

    def sell(
        self,
        resident_id: int = ELDER,
        *,
        site: str = HERE,
        day: date = MONDAY,
        meal: str = "lunch",
        band: str = "60+",
        own_fen: int = 1000,
        **others_fen: int,
    ) -> None:
        """One portion. `others_fen` are shares by programme, or by a whole account with `__` for `/`."""
        payers = {own_money(resident_id): own_fen}
        payers |= {_account(name): fen for name, fen in others_fen.items()}
        full = posting(revenue("canteen", site), Amount(sum(payers.values())))
        parts = balanced(full, *(posting(account, Amount(-fen)) for account, fen in payers.items()))
        served = MealServed(resident_id, 1, site, day, meal, band, "rule", 1, 3)
        assert self.write(MEAL_SERVED, served, *parts, site=site, day=day) == []

    def sell_beside(
        self, *lines: Line, resident_id: int = NOBODY, site: str = HERE, day: date = MONDAY
    ) -> None:
        """Guests' meals and products, for cash unless a resident pays."""
        fen = sum(each.fen for each in lines)
        payer = own_money(resident_id) if resident_id else cash_box(site)
        parts = balanced(posting(revenue("extras", site), Amount(fen)), posting(payer, Amount(-fen)))
        assert (
            self.write(SALE, Sold(resident_id, site, day, "lunch", lines), *parts, site=site, day=day) == []
        )

    def write(
        self,
        kind: tuple[str, int],
        what: msgspec.Struct,
        *parts: Posting,
        site: str = HERE,
        day: date = MONDAY,
        operator: str = "",
    ) -> list[Finding]:
        """One record of the site's kiosk; returns what was found odd about it."""
        journal = self.journals.setdefault(site, self._begin(site))
        key, seq, previous = journal
        noon_ms = int(datetime(day.year, day.month, day.day, 4, tzinfo=UTC).timestamp() * 1000) + seq
        body = encode_body(what)
        raw = encode(Record(seq + 1, *kind, 1, 0, noon_ms, 3, operator, 1, parts, body, seq + 1, 0))
        journal[1:] = [seq + 1, chain_hash(previous, raw)]
        with writing(self.office.engine) as connection:
            found = fold(
                connection, key, [Link(seq + 1, raw, journal[2])], self.office.offered.derived.projections
            )
            reviews.put_up(connection, key, found)
            heads.advance(connection, key, *journal[1:], seq + 1)
        return found

    def _begin(self, site: str) -> list[Any]:
        """A kiosk at the site, named after it. Its ids follow from the name, so receipts do as well."""
        if site in self.journals:
            return self.journals[site]
        device_id = site.encode().ljust(16, b"-")
        key = JournalKey(self.office.region_id, device_id[::-1])
        with writing(self.office.engine) as connection:
            begin_kiosk(connection, key, device_id, f"kiosk at {site}", site, self.office.now_ms())
        return [key, 0, genesis_hash(key.journal_id)]

    def report(self, first_day: date = MONDAY, last_day: date = WEDNESDAY) -> MealsReport:
        with writing(self.office.engine) as connection:
            return meals_report(connection, self.office.region_id, first_day, last_day)

    def hire(self, name: str = CLERK, password: str = PASSWORD, as_: Iterable[Post] = posts.USUAL) -> None:
        with writing(self.office.engine) as connection:
            clerks.store(connection, self.office.region_id, clerks.make(name, password))
            posts.appoint(connection, self.office.region_id, name, as_)

    def browser(self, address: str = "127.0.0.1", **headers: str) -> Browser:
        """A browser at this address; `headers` are added by whatever stands before the office."""
        client = self.app.test_client()
        said = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        client.environ_base |= {"REMOTE_ADDR": address, **said}
        return Browser(client)


def begin_kiosk(
    connection: sa.Connection, key: JournalKey, device_id: bytes, name: str, site: str, seen_ms: int
) -> None:
    """A kiosk that is enrolled and was heard at `seen_ms`, with a journal of which nothing is there yet."""
    row = {
        "region_id": key.region_id,
        "device_id": device_id,
        "name": name,
        "site": site,
        "public_key": device_id * 2,
        "enrolled_at_ms": 0,
        "last_seen_ms": seen_ms,
        "last_counter": 0,
    }
    connection.execute(devices.insert(), row)
    heads.begin_journal(connection, key, device_id, site)


def _account(name: str) -> Account:
    return Account(name.replace("__", "/")) if "__" in name else programme(name)


@dataclass
class Browser:
    """A clerk's browser, over TLS as far as the office knows."""

    client: FlaskClient

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, base_url=SECURE, **options)

    def text(self, path: str, **headers: str) -> str:
        """What a page shows."""
        answer = self.get(path, headers=headers)
        assert answer.status_code == 200
        return str(answer.get_data(as_text=True))

    def post(self, path: str, form: Mapping[str, str], **options: Any) -> Any:
        return self.client.post(path, data=form, base_url=SECURE, headers={"Referer": SECURE}, **options)

    def log_out(self) -> Any:
        page = self.get("/").get_data(as_text=True)
        return self.post("/logout", {"csrf_token": page.partition(LOG_OUT_TOKEN)[2].partition('"')[0]})

    def token(self, path: str = "/login") -> str:
        page = self.get(path).get_data(as_text=True)
        return page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]

    def log_in(self, name: str = CLERK, password: str = PASSWORD, path: str = "/login") -> Any:
        form = {"username": name, "password": password, "csrf_token": self.token()}
        return self.post(path, form)


@contextmanager
def open_books(
    folder: Path, database_url: str = "", services: Sequence[OfficeService] = SERVICES, **settings: Any
) -> Iterator[Books]:
    """An office on an empty database, or on what is there."""
    app = create_office(OfficeSettings(data=folder, database=database_url, **settings), services)
    app.testing = True
    books = Books(app)
    try:
        yield books
    finally:
        books.office.close()
