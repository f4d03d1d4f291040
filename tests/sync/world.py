"""An office behind real HTTP, and kiosks with real files, for stories about the two."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from waitress.server import create_server

from kiosk.catalogue.items import Kind
from kiosk.catalogue.reader import Catalogue
from kiosk.common.books import Kinds
from kiosk.ledger import tables
from kiosk.ledger.accounts import cash_box, courtesy, opening, own_money, programme, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting, posting
from kiosk.ledger.journal import Journal, kiosk_metadata
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import Chained, ClockQuality, Moment, chain_hash, decode, encode
from kiosk.people.residents import Resident
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.listed import BOOKS, KINDS
from kiosk.services.till.records import TOP_UP, ToppedUp
from kiosk.store.engine import disposing, open_journal
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.enrolling.enrolment import Enrolment
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.books.verify import Discrepancy, verify
from sync.office.catalogue.publishing import publish
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.rights import rights
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES
from sync.office.serving.app import create_office
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, snapshot, writing
from sync.office.store.tables import journals, reviews
from sync.stages.push import Pushed
from sync.wire.transport import Transport
from tests.waiting import PATIENCE_S

SITE = "tianping"
PRICE_FEN, SUBSIDY_FEN = 1000, 500
_LISTENING_ON = "127.0.0.1:0"


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL of an application behind a real HTTP server on loopback."""
    server = create_server(app, listen=_LISTENING_ON, threads=12)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=PATIENCE_S, map=server._map, count=1)

    running = threading.Thread(target=run, name="office")
    running.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stopping.set()
        server.pull_trigger()
        running.join()
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map)


@dataclass
class OfficeWorld:
    """The office's side of a story."""

    office: Office
    url: str

    def resident(self, number: int = 1, *, site: str = SITE, opening_fen: int = 0) -> None:
        someone = Resident(id=number, name=f"测试{number}", born=date(1945, 1, 1), home_site=site)
        with writing(self.office.engine) as connection:
            publish(
                connection, self.office.region_id, Kind.RESIDENT, str(number), someone, label=someone.name
            )
            rights.refresh(connection, self.office.region_id, [own_money(number)])
        if opening_fen:
            self.enter(f"opening {number}", own_money(number), opening_fen)

    def enter(self, request_id: str, account: str, fen: int, **options: Any) -> Chained:
        both = (Posting(account, fen), Posting(opening(), -fen))
        with writing(self.office.engine) as connection:
            (booked,) = own_journal.enter(
                connection,
                self.office.region_id,
                [Entry(request_id, "opening", both)],
                operator="clerk",
                at_ms=self.office.now_ms(),
                **options,
            )
        return booked

    def publish(self, kind: str, key: str, value: msgspec.Struct, **options: Any) -> int:
        with writing(self.office.engine) as connection:
            return publish(connection, self.office.region_id, kind, key, value, **options)

    def code(self, name: str = "kiosk", site: str = SITE, replaces: bytes | None = None) -> str:
        with writing(self.office.engine) as connection:
            return devices.new_code(
                connection,
                self.office.region_id,
                office_key=self.office.key.public,
                name=name,
                site=site,
                at_ms=self.office.now_ms(),
                replaces=replaces,
            )

    def lend(self, journal_id: bytes, account: str, fen: int) -> None:
        """At least so much in all of somebody's money, to a kiosk that asked for it."""
        region_id = self.office.region_id
        values = {"region_id": region_id, "journal_id": journal_id, "account": account, "fen": fen}
        with writing(self.office.engine) as connection:
            connection.execute(sa.text(_LEND), values)

    def balance_fen(self, account: str) -> int:
        return self._ask(
            "SELECT coalesce(sum(credits - debits), 0) FROM balances"
            " WHERE region_id = :region_id AND account = :account AND unit = 'FEN'",
            region_id=self.office.region_id,
            account=account,
        )[0][0]

    def head_seq(self, journal_id: bytes) -> int:
        rows = self._ask(
            "SELECT head_seq FROM journals WHERE journal_id = :journal_id", journal_id=journal_id
        )
        return rows[0][0] if rows else 0

    def tables(self) -> list[sa.Table]:
        """All of its database; other offices of this process may list other services."""
        return self.office.offered.tables

    def count(self, table: sa.Table) -> int:
        with reading(self.office.engine) as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def reviews(self) -> list[Finding]:
        with reading(self.office.engine) as connection:
            mine = sa.select(reviews).where(reviews.c.region_id == self.office.region_id)
            rows = connection.execute(mine.order_by(reviews.c.seq, reviews.c.code))
            return [Finding(row.seq, row.code, row.detail) for row in rows]

    def put_up(self, code: str) -> set[tuple[bytes, int, str]]:
        """Journal, seq and detail of the reviews with a code."""
        rows = self._ask("SELECT journal_id, seq, detail FROM reviews WHERE code = :code", code=code)
        return {(bytes(row[0]), row[1], row[2]) for row in rows}

    def seal(self, journal_id: bytes) -> None:
        with writing(self.office.engine) as connection:
            connection.execute(
                journals.update().where(journals.c.journal_id == journal_id).values(sealed=True)
            )

    def revoke(self, device_id: bytes) -> None:
        with writing(self.office.engine) as connection:
            devices.revoke(connection, self.office.region_id, device_id, self.office.now_ms())

    def discrepancies(self) -> list[Discrepancy]:
        with snapshot(self.office.engine) as connection:
            return verify(connection, self.office.region_id, self.office.offered.derived)

    def _ask(self, query: str, **values: Any) -> list[Any]:
        with reading(self.office.engine) as connection:
            return list(connection.execute(sa.text(query), values))


_SPENT = (  # the least that must have been lent for no account to have sunk below it
    "SELECT account, -min(left_fen) FROM (SELECT account, sum(quantity) OVER"
    " (PARTITION BY account ORDER BY seq, n) AS left_fen FROM postings"
    " WHERE journal_id = :journal_id AND account LIKE 'own/%' AND unit IN ('FEN', 'RIGHT')) AS running"
    " GROUP BY account HAVING min(left_fen) < 0"
)
_LEND = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted, home)"
    " VALUES (:region_id, :journal_id, :account, 'FEN', :fen, false)"
    " ON CONFLICT (region_id, journal_id, account, unit) DO UPDATE SET granted ="
    " CASE WHEN grants.granted < excluded.granted THEN excluded.granted ELSE grants.granted END"
)


class Kiosk:
    """The kiosk's side: a store folder, an enrolment, a journal that is sold into, and a sync agent."""

    def __init__(
        self,
        folder: Path,
        office: OfficeWorld,
        name: str = "kiosk",
        site: str = SITE,
        replaces: bytes | None = None,
    ) -> None:
        self.folder, self.office, self.site = folder, office, site
        self._sold = Counter[int]()  # by resident
        self.enrolment: Enrolment = enrol(folder, office.url, office.code(name, site, replaces))
        self.journal = self._open_journal()
        self.agent = Agent(folder, kinds=lambda: KINDS)
        self.catalogue = Catalogue(folder / "catalogue.db")
        self.transport = Transport(office.url)

    @property
    def journal_id(self) -> bytes:
        return self.enrolment.journal

    def sell(self, count: int, resident_id: int = 1) -> None:
        """So many lunches, each of a day of its own."""
        with self.journal.writing() as writing_:
            for _ in range(count):
                seq = writing_.head.seq + 1
                day = date(2026, 3, 2) + timedelta(days=self._sold[resident_id])
                self._sold[resident_id] += 1
                meal = MealServed(resident_id, resident_id, self.site, day, "lunch", "60+", "lunch-60+", 1, 1)
                writing_.append(*MEAL_SERVED, meal, *meal_postings(resident_id, self.site), at=moment(seq))
        self._is_lent()

    def write(self, kind: str, version: int, body: msgspec.Struct, *postings: Posting) -> None:
        with self.journal.writing() as writing_:
            writing_.append(kind, version, body, *postings, at=moment(writing_.head.seq + 1))

    def write_raw(self, make: Callable[[int], bytes]) -> None:
        """A link whose bytes the journal itself would not write."""
        head = self.journal.head
        raw = make(head.seq + 1)
        link = Link(head.seq + 1, raw, chain_hash(head.hash, raw))
        self.close_journal()
        engine = open_journal(self.folder / "journal.db")
        key = (self.enrolment.region_id, self.journal_id)
        with engine.begin() as connection:
            names = ("region_id", "journal_id", "seq", "raw", "hash")
            row = dict(zip(names, (*key, link.seq, link.raw, link.hash), strict=True))
            connection.execute(tables.records.insert(), row)
        engine.dispose()
        self.journal = self._open_journal()

    def last_raw(self) -> bytes:
        """The bytes of the last record."""
        with self.journal.engine.connect() as connection:
            query = sa.select(tables.records.c.raw).order_by(tables.records.c.seq.desc()).limit(1)
            return connection.execute(query).scalar_one()

    def serve(self, *postings: Posting, resident_id: int = 1) -> None:
        """A portion that was paid for so; not the one that is due once."""
        meal = MealServed(resident_id, 1, self.site, date(2026, 3, 2), "lunch", "60+", "lunch-60+", 2, 1)
        self.write(*MEAL_SERVED, meal, *postings)

    def lend(self, fen: int, resident_id: int = 1) -> None:
        """A portion as courtesy."""
        self.serve(Posting(courtesy(resident_id), -fen), Posting(revenue("canteen", self.site), fen))

    def pay_in(self, fen: int, *, repaid_fen: int = 0, resident_id: int = 1) -> None:
        """Cash, some of which repays what was lent."""
        self.write(
            *TOP_UP,
            ToppedUp(resident_id, self.site, fen),
            Posting(own_money(resident_id), fen - repaid_fen),
            Posting(courtesy(resident_id), repaid_fen),
            Posting(cash_box(self.site), -fen),
        )

    def _is_lent(self) -> None:
        """The office has lent what was spent here, whoever that was."""
        with self.journal.engine.connect() as connection:
            spent = connection.execute(sa.text(_SPENT), {"journal_id": self.journal_id}).all()
        for account, fen in spent:
            self.office.lend(self.journal_id, account, fen)

    def push(self) -> list[Pushed]:
        self._is_lent()
        return self.agent.push_stage.run(self.transport, self.enrolment.pinned)

    def push_all(self) -> None:
        self._is_lent()
        self.agent.push_all(self.transport, lambda stage, done, left: None)

    def pull_all(self) -> None:
        self.agent.pull_all(self.transport, lambda stage, done, left: None)

    def fetch_history(self) -> int:
        """Fetch all there is; returns how many records came."""
        count, fetched = 0, self.agent.history_stage.run(self.transport, self.enrolment.pinned)
        while fetched.more:
            count += fetched.records
            fetched = self.agent.history_stage.run(self.transport, self.enrolment.pinned)
        return count

    def acked_seq(self) -> int:
        return self.agent.cursor.acked_seq(self.journal_id)

    def close_journal(self) -> None:
        self.journal.close()
        self.journal.engine.dispose()

    def start_again(self, kinds: Sequence[Kinds] = KINDS) -> None:
        """The sync process ends, and another one begins."""
        self.agent.close()
        self.agent = Agent(self.folder, kinds=lambda: kinds)

    def close(self) -> None:
        self.transport.close()
        self.agent.close()
        self.catalogue.close()
        self.close_journal()

    @contextmanager
    def other_journal(self, journal_id: bytes) -> Iterator[Journal]:
        """Another journal in the same file, for one block."""
        journal = self._open_journal(journal_id)
        with disposing(journal.engine), closing(journal):
            yield journal

    def _open_journal(self, journal_id: bytes = b"") -> Journal:
        engine = open_journal(self.folder / "journal.db")
        tables.metadata.create_all(engine)
        kiosk_metadata.create_all(engine)
        key = JournalKey(self.enrolment.region_id, journal_id or self.journal_id)
        return Journal(engine, key, BOOKS.projections)


def meal_postings(resident_id: int, site: str = SITE) -> tuple[Posting, ...]:
    return (
        posting(own_money(resident_id), Amount(-PRICE_FEN)),
        posting(programme("elders"), Amount(-SUBSIDY_FEN)),
        posting(revenue("canteen", site), Amount(PRICE_FEN + SUBSIDY_FEN)),
    )


def moment(seq: int) -> Moment:
    return Moment(boot=1, monotonic_ms=7000 * seq, boot_wall_ms=1_772_400_000_000, quality=ClockQuality.KEPT)


def altered(raw: bytes, seq: int, **changes: Any) -> bytes:
    """A record with another number and whatever else is changed in it."""
    return encode(msgspec.structs.replace(decode(raw), seq=seq, **changes))


def eventually(check: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    """Whether something that other threads bring about becomes true."""
    until, tick = time.monotonic() + within_s, threading.Event()
    while not check():
        if time.monotonic() > until:
            return False
        tick.wait(0.01)
    return True


@contextmanager
def open_world(
    data: Path, database_url: str, services: Sequence[OfficeService] = SERVICES, **settings: Any
) -> Iterator[OfficeWorld]:
    settings = {"proxies": 0, **settings}
    app = create_office(OfficeSettings(data=data, database=database_url, **settings), services)
    office: Office = app.extensions["office"]
    try:
        with served(app) as url:
            yield OfficeWorld(office, url)
    finally:
        office.close()
