"""A thousand kiosks come back after a week without a network, all at once.

Each kiosk is a thread that pushes its backlog as the sync process would: the same messages, signatures,
transport, patience and delays. Batches are made beforehand, because the office is what is measured. One
office under gunicorn on PostgreSQL; client and office share the machine.
"""

from __future__ import annotations

import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import opening, own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.records import ClockQuality, Record, chain_hash, encode, encode_body, genesis_hash
from kiosk.people.residents import Resident
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from sync.errors import OfficeBusy, SyncError
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from sync.stages.backoff import Backoff
from sync.wire import columns, compression, signing
from sync.wire.messages import HASH_PREFIX_BYTES, MAX_BATCH_RECORDS, Ack, Enrol, Push
from sync.wire.signing import PublicKeys, SigningKey, by_id
from sync.wire.transport import Transport
from tests.bench.loopback import new_database, office
from tests.ports import free_port
from tests.postgresql import postgresql_in

CROWDS = (1, 10, 100, 1000)
DAYS = 7
SALES_PER_DAY = 100
RESIDENTS = 50  # of each kiosk, who eat twice a day
FIRST_DAY = date(2026, 3, 2)
BOOT_WALL_MS = 1_772_400_000_000
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Crowded:
    """One kiosk: who it is, and what it has to tell."""

    number: int
    journal_id: bytes
    seed: bytes  # of its signing key
    pushes: Sequence[Push]

    @property
    def site(self) -> str:
        return site_of(self.number)

    @property
    def key(self) -> SigningKey:
        return SigningKey(self.seed)


@dataclass(slots=True)
class Waits:
    """What the kiosks of one crowd met with; seconds."""

    drained_s: list[float] = field(default_factory=list)  # from the start until a kiosk had told everything
    request_s: list[float] = field(default_factory=list)
    sent_away: int = 0  # told by the office to come back later
    failures: dict[str, int] = field(default_factory=dict)  # by code of the error; kiosks try again

    def met(self, error: SyncError, after_s: float) -> None:
        self.request_s.append(after_s)
        if isinstance(error, OfficeBusy):
            self.sent_away += 1
        else:
            self.failures[error.code] = self.failures.get(error.code, 0) + 1


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure(crowds: Sequence[int] = CROWDS) -> dict[str, Any]:
    """Rate, office memory and waits for each size of crowd."""
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        settings = OfficeSettings(
            data=Path(name) / "office",
            database=new_database(server, "crowd"),
            listen=f"127.0.0.1:{free_port()}",
        )
        kiosks = iter(_prepare(settings, sum(crowds)))
        with office(settings) as url:
            pinned = by_id(SigningKey(settings.key_file.read_bytes()).public)
            return {
                f"kiosks_{size}": _measure_one(url, pinned, [next(kiosks) for _ in range(size)])
                for size in crowds
            }


def _measure_one(url: str, pinned: PublicKeys, kiosks: Sequence[Crowded]) -> dict[str, Any]:
    sales = len(kiosks) * DAYS * SALES_PER_DAY
    waits = Waits()
    with _peak_memory() as peak:
        began_s = time.perf_counter()
        threads = [threading.Thread(target=_drain, args=(url, pinned, each, waits)) for each in kiosks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_s = time.perf_counter() - began_s
    return {
        "sales": sales,
        "sales_per_s": round(sales / took_s),
        "longest_wait_s": round(max(waits.drained_s), 2),
        "longest_request_s": round(max(waits.request_s), 2),
        "sent_away": waits.sent_away,
        "failures": waits.failures,
        "office_peak_mb": round(peak[0] / 1e6),
    }


def _drain(url: str, pinned: PublicKeys, kiosk: Crowded, waits: Waits) -> None:
    began_s = time.perf_counter()
    backoff = Backoff(random.Random(kiosk.number))
    path, context = f"/v1/journals/{kiosk.journal_id.hex()}", signing.push_context(kiosk.journal_id)
    key = kiosk.key
    with Transport(url) as transport:
        for push in kiosk.pushes:
            while not _pushed(transport, path, context, push, key, pinned, backoff, waits):
                pass
    waits.drained_s.append(time.perf_counter() - began_s)


def _pushed(
    transport: Transport,
    path: str,
    context: bytes,
    push: Push,
    key: SigningKey,
    pinned: PublicKeys,
    backoff: Backoff,
    waits: Waits,
) -> bool:
    """Ask once; after a failure wait as the sync process would."""
    asked_s = time.perf_counter()
    try:
        answer = transport.ask(path, context, push, key, pinned)
    except SyncError as error:
        waits.met(error, time.perf_counter() - asked_s)
        time.sleep(backoff.failed(error))
        return False
    waits.request_s.append(time.perf_counter() - asked_s)
    assert isinstance(answer, Ack), answer
    backoff.succeeded()
    return True


@contextmanager
def _peak_memory() -> Iterator[list[int]]:
    """Peak of the resident memory of the office's processes, in bytes."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_EVERY_S):
            peak[0] = max(peak[0], sum(_memory(each) for each in psutil.Process().children(recursive=True)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss) if "postgres" not in process.name() else 0
    except psutil.NoSuchProcess:
        return 0


def site_of(number: int) -> str:
    return f"site{number}"


def residents_of(number: int) -> range:
    return range(number * RESIDENTS, (number + 1) * RESIDENTS)


def _prepare(settings: OfficeSettings, count: int) -> list[Crowded]:
    """Enrolled kiosks with their backlogs, and residents with money whose rights they hold."""
    with ProcessPoolExecutor() as pool:
        kiosks = list(pool.map(_kiosk, range(count), chunksize=10))
    made = Office(settings, offered(SERVICES))
    region_id = settings.region_id
    with writing(made.engine) as connection:
        for kiosk in kiosks:
            code = devices.new_code(
                connection,
                region_id,
                office_key=made.key.public,
                name=kiosk.site,
                site=kiosk.site,
                at_ms=made.now_ms(),
            )
            request = Enrol(code, kiosk.key.public, kiosk.journal_id)
            devices.enrol(connection, region_id, request, made.public_keys, made.now_ms())
        people = [_resident(n, kiosk.site) for kiosk in kiosks for n in residents_of(kiosk.number)]
        publish_all(
            connection, region_id, [Change(Kind.RESIDENT, str(each.id), each, label="") for each in people]
        )
        entries = [
            Entry(
                f"opening {each.id}",
                "opening",
                (Posting(own_money(each.id), 900_000), Posting(opening(), -900_000)),
            )
            for each in people
        ]
        own_journal.enter(connection, region_id, entries, operator="", at_ms=made.now_ms())
    made.close()
    return kiosks


def _resident(number: int, site: str) -> Resident:
    return Resident(id=number, name=f"测试{number}", born=date(1945, 1, 1), home_site=site)


def _kiosk(number: int) -> Crowded:
    """A kiosk with a week's sales, as the batches that its sync process would send."""
    chance = random.Random(number)
    journal_id = chance.randbytes(16)
    last, pushes = genesis_hash(journal_id), []
    records = list(_sales(number, chance))
    for first in range(0, len(records), MAX_BATCH_RECORDS):
        raws = [encode(each) for each in records[first : first + MAX_BATCH_RECORDS]]
        before = last
        for raw in raws:
            last = chain_hash(last, raw)
        packed = compression.compress(columns.pack(raws), compression.SALES)
        pushes.append(
            Push(first + 1, before[:HASH_PREFIX_BYTES], last, len(records), compression.SALES, packed)
        )
    return Crowded(number, journal_id, chance.randbytes(32), pushes)


def _sales(number: int, chance: random.Random) -> Iterator[Record]:
    site, monotonic_ms = site_of(number), 0
    for seq in range(1, DAYS * SALES_PER_DAY + 1):
        day, of_day = divmod(seq - 1, SALES_PER_DAY)
        meal, who = divmod(of_day, RESIDENTS)
        resident_id = number * RESIDENTS + who
        monotonic_ms += chance.randrange(4_000, 30_000)
        body = MealServed(
            resident_id,
            resident_id,
            site,
            FIRST_DAY + timedelta(days=day),
            ("lunch", "dinner")[meal],
            "60+",
            "lunch-60",
            1,
            1,
        )
        yield Record(
            seq=seq,
            kind=MEAL_SERVED[0],
            version=MEAL_SERVED[1],
            boot=1,
            monotonic_ms=monotonic_ms,
            boot_wall_ms=BOOT_WALL_MS,
            quality=int(ClockQuality.KEPT),
            operator="",
            tariff_revision=2,
            postings=(
                Posting(own_money(resident_id), -1000),
                Posting(programme("elder-meals"), -500),
                Posting(revenue("canteen", site), 1500),
            ),
            body=encode_body(body),
            count=seq,
            turnover_fen=seq * 1500,
        )


if __name__ == "__main__":
    main()
