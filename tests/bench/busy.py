"""Taps while the sync process is at its busiest, and how soon the office knows of a lone sale.

A kiosk with a real counter in this process, `kiosk-sync run` in another, and an office under gunicorn on
PostgreSQL: all three on this machine, where on a counter the office would be elsewhere. So the office's files
are kept in memory: a tap waits for no disk that a kiosk does not have.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import psycopg

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import opening, own_money
from kiosk.ledger.entries import Posting
from kiosk.people.residents import Resident
from kiosk.settings import KioskSection, Settings, StoreSection
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.local.cursor import Cursor
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.bench.figures import percentile
from tests.bench.loopback import new_database, office
from tests.factories import SITE, TestTime, card, site, tariff, uid_of
from tests.ports import free_port
from tests.postgresql import postgresql_in
from tests.stories.town import BIN, process

AT_HOME = range(1001, 2001)
ELSEWHERE = range(100_001, 200_001)
BACKLOG_DAYS = 20
TAP_EVERY_S = 0.02
IN_MEMORY = Path("/dev/shm")
QUIET_TAPS, LEAST_BUSY_TAPS = 1000, 500
LONE_SALES = 40


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure(elsewhere: range = ELSEWHERE) -> dict[str, Any]:
    """Milliseconds; `p99_ratio` is busy against quiet."""
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as elsewhere_name,
        postgresql_in(Path(elsewhere_name)) as server,
    ):
        settings = OfficeSettings(
            data=Path(elsewhere_name) / "office",
            database=new_database(server, "busy"),
            listen=f"127.0.0.1:{free_port()}",
        )
        with office(settings) as url, _counter(Path(name) / "kiosk", settings, url) as counter:
            counter.sell(BACKLOG_DAYS * len(AT_HOME), every_s=0)
            quiet = counter.sell(QUIET_TAPS, every_s=TAP_EVERY_S)
            _publish(settings, [_resident(number, "elsewhere") for number in elsewhere])
            revision = _revision(settings)
            _as_on_another_machine(settings.database)
            with process(*counter.sync_command, log=Path(name) / "sync.log"):
                busy, took_s = counter.sell_until(revision)
                lone = [counter.lone_sale_ms(settings.database) for _ in range(LONE_SALES)]
    return {
        "residents_applied": len(elsewhere),
        "records_drained": counter.head_seq,
        "applied_and_drained_in_s": round(took_s, 1),
        "taps_meanwhile": len(busy),
        "quiet_p50_ms": percentile(quiet, 50),
        "quiet_p99_ms": percentile(quiet, 99),
        "busy_p50_ms": percentile(busy, 50),
        "busy_p99_ms": percentile(busy, 99),
        "p99_ratio": percentile(busy, 99) / percentile(quiet, 99),
        "lone_sale_known_p50_ms": percentile(lone, 50),
        "lone_sale_known_max_ms": max(lone),
    }


class _Counter:
    """The kiosk: taps by its own loop, each resident once in a meal period, then the next day."""

    def __init__(self, folder: Path, kiosk: Kiosk, clock: TestTime) -> None:
        self._folder, self._kiosk, self._clock = folder, kiosk, clock
        self._chance = random.Random(1)
        self._tapped = 0

    @property
    def sync_command(self) -> tuple[str | Path, ...]:
        command = BIN / "kiosk-sync", "--config", self._folder / "kiosk.toml", "run"
        return *_AS_ITS_UNIT_SAYS, *command

    @property
    def head_seq(self) -> int:
        return self._kiosk.counter().journal.head.seq

    def sell(self, taps: int, *, every_s: float) -> list[float]:
        return [self._tap(every_s) for _ in range(taps)]

    def sell_until(self, revision: int) -> tuple[list[float], float]:
        """Tap until the sync process has fetched everything and sent everything but the last few."""
        taps, began_s = [], time.perf_counter()
        while len(taps) < LEAST_BUSY_TAPS or not self._in_step(revision):
            taps.append(self._tap(TAP_EVERY_S))
        return taps, time.perf_counter() - began_s

    def lone_sale_ms(self, database: str) -> float:
        """From the tap until the sale is durable at the office."""
        time.sleep(self._chance.uniform(0.3, 0.8))
        began_s = time.perf_counter()
        self._tap(0)
        with psycopg.connect(database, autocommit=True) as connection:
            while _office_head(connection) < self.head_seq:
                time.sleep(0.002)
        return (time.perf_counter() - began_s) * 1000

    def _in_step(self, revision: int) -> bool:
        counter = self._kiosk.counter()
        acked_seq = counter.catalogue.contact(counter.journal.key.journal_id).acked_seq
        cursor = Cursor(self._folder)
        position = cursor.position()
        cursor.close()
        return self.head_seq - acked_seq < 50 and min(position.cursors) >= revision

    def _tap(self, every_s: float) -> float:
        day, number = divmod(self._tapped, len(AT_HOME))
        if number == 0 and day:
            self._clock.advance(hours=24)
        self._tapped += 1
        event = CardTap(
            uid_of(AT_HOME[number]), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, 2000 * self._tapped
        )
        began_s = time.perf_counter()
        self._kiosk.taps.handle(event)
        took_s = time.perf_counter() - began_s
        assert self._kiosk.board.recent[0].code == "served", self._kiosk.board.recent[0]
        time.sleep(max(every_s - took_s, 0))
        return took_s * 1000


# `systemd/kiosk-sync.service`: Nice=10, IOSchedulingClass=idle
_AS_ITS_UNIT_SAYS = "nice", "--adjustment=10", "ionice", "--class=idle"


def _as_on_another_machine(database: str) -> None:
    """The office and its database, which are not beside a kiosk's counter, get what time is left here."""
    with psycopg.connect(database) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
    assert server is not None
    for each in (server, *server.children(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's helpers come and go
            each.nice(19)


@contextmanager
def _counter(folder: Path, settings: OfficeSettings, url: str) -> Iterator[_Counter]:
    """Enrolled, with its own residents' catalogue fetched once; nothing syncs."""
    enrol(folder, url, _prepare(settings))
    agent = Agent(folder)
    agent.once()
    agent.close()
    (folder / "kiosk.toml").write_text(
        f'[kiosk]\nname = "bench"\nsite = "{SITE}"\n[store]\nfolder = "."\n[sync]\noffice = "{url}"\n'
    )
    store = StoreSection(folder=folder, voice=folder)
    clock = TestTime()
    kiosk = create_app(
        Settings(kiosk=KioskSection(name="bench", site=SITE), store=store), lambda *_: [], clock.source()
    )
    kiosk.look()
    kiosk.counter()._prover.join()
    try:
        yield _Counter(folder, kiosk, clock)
    finally:
        kiosk.counter().close()


def _prepare(settings: OfficeSettings) -> str:
    """Prices, this site's residents with cards and money; returns an enrolment code."""
    made = Office(settings, offered(SERVICES))
    with writing(made.engine) as connection:
        fixed = [Change(Kind.SITE, SITE, site()), *(Change(Kind.TARIFF, each.id, each) for each in tariff())]
        cards = [Change(Kind.CARD, card(number).token, card(number)) for number in AT_HOME]
        publish_all(connection, settings.region_id, [*fixed, *cards])
    _publish(settings, [_resident(number, SITE) for number in AT_HOME])
    with writing(made.engine) as connection:
        entries = [
            Entry(
                f"opening {number}",
                "opening",
                (Posting(own_money(number), 10**8), Posting(opening(), -(10**8))),
            )
            for number in AT_HOME
        ]
        own_journal.enter(connection, settings.region_id, entries, operator="", at_ms=made.now_ms())
        code = devices.new_code(
            connection,
            settings.region_id,
            office_key=made.key.public,
            name="bench",
            site=SITE,
            at_ms=made.now_ms(),
        )
    made.close()
    return code


def _publish(settings: OfficeSettings, people: list[Resident]) -> None:
    made = Office(settings, offered(SERVICES))
    changes = [Change(Kind.RESIDENT, str(each.id), each, label=each.name) for each in people]
    with writing(made.engine) as connection:
        publish_all(connection, settings.region_id, changes)
    made.close()


def _resident(number: int, home_site: str) -> Resident:
    return Resident(id=number, name=f"测试{number}", born=date(1945, 1, 1), home_site=home_site)


def _revision(settings: OfficeSettings) -> int:
    with psycopg.connect(settings.database) as connection:
        row = connection.execute("SELECT revision FROM regions").fetchone()
    assert row is not None
    return int(row[0])


def _office_head(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT max(head_seq) FROM journals WHERE device_id IS NOT NULL").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
