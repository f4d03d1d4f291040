"""A canteen and a charging point in one kiosk: a hundred sockets on ten lines, its sync process, its office.

Cards are tapped while most sockets charge, in turns with a kiosk that has none; its memory and processor are
told; then phones start what is free. The office is under gunicorn on PostgreSQL in memory: what is elsewhere
in truth shall not wait for a kiosk's disk, nor a kiosk for it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg

from drivers.sim.outlets.rs485.making import FIRST_METER
from kiosk.catalogue.items import Kind
from kiosk.common.clock import unix_ms
from kiosk.ledger.accounts import opening, own_money
from kiosk.ledger.entries import Posting
from kiosk.services.charging.items import (
    CHARGING_KEY,
    CHARGING_SITE,
    CHARGING_TARIFF,
    REMOTE_ORDER,
    Basis,
    ChargingKey,
    ChargingSite,
    ChargingTariff,
    RemoteOrder,
    SocketPlace,
)
from sync.enrolling.enrol import enrol
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, publish_all, site_scope
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.bench.charging.phone import Phone
from tests.bench.charging.sheds import LINES, SOCKETS, Sheds, sheds
from tests.bench.figures import percentile
from tests.bench.loopback import new_database, office
from tests.bench.processor import used_s
from tests.factories import LUNCH, SITE, card, resident, site, tariff
from tests.ports import free_port
from tests.postgresql import postgresql_in
from tests.stories.town import BIN, process, until

TAPS, WARM_UP = 400, 20  # of each turn: without sockets, twice as many beside them, without them again
BY_PHONE = 20
WATCHED_S = 30.0
LOOK_EVERY_S = 0.05
CHARGERS = range(9001, 9001 + LINES * SOCKETS)  # who charges at which socket
EATERS = range(1001, 1001 + 4 * TAPS + 3 * WARM_UP)
MONEY_FEN, CAP_FEN = 10_000, 500
SECRET = bytes(range(32))
IN_MEMORY = Path("/dev/shm")
AS_ITS_UNIT_SAYS = "nice", "--adjustment=-5"  # `systemd/kiosk.service`
PLACES = tuple(
    SocketPlace(box=f"line{line}", number=number, label=f"{chr(65 + line)}{number}", column=number, row=line)
    for number in range(1, SOCKETS + 1)
    for line in range(LINES)
)
TARIFF = ChargingTariff(
    id="by-energy",
    first_day=date(2026, 1, 1),
    basis=Basis.ENERGY,
    electricity_fen_per_kwh=60,
    service_fen_per_kwh=40,
)


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, Any]:
    """`tap_p99_ratio` is beside the sockets against without; phones: seconds from the button on."""
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as elsewhere,
        postgresql_in(Path(elsewhere)) as server,
    ):
        settings = OfficeSettings(
            data=Path(elsewhere) / "office",
            database=new_database(server, "point"),
            listen=f"127.0.0.1:{free_port()}",
        )
        with office(settings) as url, _in_step(Path(name), settings, url) as point:
            with point.counter(has_sockets=False) as counter:
                alone = counter.taps(TAPS)
            with sheds(point.folder) as served, point.counter(has_sockets=True) as counter:
                point.charge(served, PLACES[:-BY_PHONE])
                core_percent = counter.core_percent()
                beside = counter.taps(2 * TAPS)
                phones = point.start_by_phone(served, PLACES[-BY_PHONE:])
                resident_mb = counter.resident_mb
            with point.counter(has_sockets=False) as counter:
                alone += counter.taps(TAPS)
    return {
        "load": os.getloadavg()[0],
        "tap_alone_p50_ms": percentile(alone, 50),
        "tap_alone_p99_ms": percentile(alone, 99),
        "tap_beside_p50_ms": percentile(beside, 50),
        "tap_beside_p99_ms": percentile(beside, 99),
        "tap_p99_ratio": percentile(beside, 99) / percentile(alone, 99),
        "resident_mb": resident_mb,
        "core_percent": core_percent,
        **phones,
    }


class _Counter:
    """The kiosk's process."""

    def __init__(self, child: subprocess.Popen[str], eaters: Iterator[int]) -> None:
        self._child, self._eaters = child, eaters

    def taps(self, count: int) -> list[float]:
        """Milliseconds, each card of somebody who has not eaten yet."""
        first, *_ = [next(self._eaters) for _ in range(count + WARM_UP)]
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print(first, count + WARM_UP, file=self._child.stdin, flush=True)
        return list(json.loads(self._child.stdout.readline()))[WARM_UP:]

    def core_percent(self) -> float:
        """Nobody taps, most sockets charge."""
        before_s, began_s = used_s(self._child.pid), time.perf_counter()
        time.sleep(WATCHED_S)
        return 100 * (used_s(self._child.pid) - before_s) / (time.perf_counter() - began_s)

    @property
    def resident_mb(self) -> float:
        return float(psutil.Process(self._child.pid).memory_info().rss / 1e6)


class _Point:
    """The kiosk's folder, its office, and its people."""

    def __init__(self, folder: Path, settings: OfficeSettings, url: str) -> None:
        self.folder, self._settings, self._url = folder, settings, url
        self._eaters = iter(EATERS)

    @contextmanager
    def counter(self, *, has_sockets: bool) -> Iterator[_Counter]:
        config = _configured(self.folder, self._url, has_sockets=has_sockets)
        command = [*AS_ITS_UNIT_SAYS, sys.executable, "-m", "tests.bench.charging.counter", config]
        with (
            (self.folder / "kiosk.log").open("ab") as log,
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            ) as child,
        ):
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n", (self.folder / "kiosk.log").read_text()
            yield _Counter(child, self._eaters)
            child.communicate()  # it ends when nobody taps any more

    def charge(self, served: Sheds, places: Sequence[SocketPlace]) -> None:
        """All at once, each for somebody of their own, as if they had asked by phone."""
        orders = [
            RemoteOrder(
                order=f"{at:016x}",
                site=SITE,
                box=place.box,
                socket=place.number,
                resident_id=CHARGERS[at],
                cap_fen=CAP_FEN,
                is_stop=False,
                until_ms=unix_ms() + 120_000,
            )
            for at, place in enumerate(places)
        ]
        scope = site_scope(SITE)
        _publish(self._settings, [Change(REMOTE_ORDER, each.order, each, scope=scope) for each in orders])
        until("sockets", lambda: served.conducting() == len(places), patience_s=120)
        time.sleep(5)

    def start_by_phone(self, served: Sheds, places: Sequence[SocketPlace]) -> dict[str, float]:
        """One after the other, at any moment."""
        chance = random.Random(1)
        current_s, page_s = [], []
        for who, place in zip(reversed(CHARGERS), places, strict=False):
            phone = Phone(self._url, SITE)
            phone.join(who, SECRET)
            page = phone.ready(place.label)
            time.sleep(chance.uniform(0.5, 1.5))
            began_s = time.perf_counter()
            phone.start(place.label, page, CAP_FEN)
            line, number = int(place.box.removeprefix("line")), place.number
            current_s.append(served.wait_for(line, number) - began_s)
            page_s.append(phone.wait_for_charging(place.label, LOOK_EVERY_S) - began_s)
        heard = [_milliseconds(self._settings, _HEARD), _milliseconds(self._settings, _SEEN)]
        return {
            "phone_to_current_p50_s": percentile(current_s, 50),
            "phone_to_current_p95_s": percentile(current_s, 95),
            "phone_to_page_p50_s": percentile(page_s, 50),
            "phone_to_page_p95_s": percentile(page_s, 95),
            "office_to_kiosk_p50_s": percentile(heard[0], 50) / 1000,
            "office_to_kiosk_p95_s": percentile(heard[0], 95) / 1000,
            "begun_to_seen_p50_s": percentile(heard[1], 50) / 1000,
        }


# Kiosk and office are on one machine here, so that their clocks can be compared.
_BEGUN = " FROM charging_asked AS a JOIN charging_starts AS s USING (region_id, order_id)"
_HEARD = f"SELECT s.wall_ms - a.asked_ms{_BEGUN}"
_SEEN = f"SELECT f.wall_ms - s.wall_ms{_BEGUN} JOIN charging_answers AS f USING (region_id, order_id)"


def _milliseconds(settings: OfficeSettings, query: str) -> list[int]:
    with psycopg.connect(settings.database) as connection:
        return [int(ms) for (ms,) in connection.execute(query.encode())]


@contextmanager
def _in_step(folder: Path, settings: OfficeSettings, url: str) -> Iterator[_Point]:
    """Enrolled, with its people's catalogue; its sync process runs."""
    enrol(folder, url, _prepare(settings))
    config = _configured(folder, url, has_sockets=False)
    command = BIN / "kiosk-sync", "--config", config
    with process(*command, "once", log=folder / "sync.log") as first:
        first.wait()
    with process(*command, "run", log=folder / "sync.log"):
        yield _Point(folder, settings, url)


def _configured(folder: Path, url: str, *, has_sockets: bool) -> Path:
    config = folder / ("sockets.toml" if has_sockets else "kiosk.toml")
    boxes = "".join(
        f'[[outlets]]\nname = "line{line}"\ndriver = "relays"\nport = "{folder / str(line)}"\n'
        f'relays = "timed"\nmeter = "pzem"\nmeters = {[FIRST_METER + at for at in range(SOCKETS)]}\n'
        for line in range(LINES)
    )
    config.write_text(
        f'[kiosk]\nname = "bench"\nsite = "{SITE}"\n[store]\nfolder = "."\n'
        f'[web]\nlisten = "127.0.0.1:{free_port()}"\n[sync]\noffice = "{url}"\n'
        + (boxes if has_sockets else "")
    )
    return config


def _prepare(settings: OfficeSettings) -> str:
    """Prices, sockets, and people with cards and money; returns an enrolment code."""
    all_day = msgspec.structs.replace(LUNCH, opens=time_of_day(0), closes=time_of_day(23, 59, 59))
    sockets = ChargingSite(site=SITE, sockets=PLACES, caps_fen=(CAP_FEN,))
    scope, people = site_scope(SITE), [*EATERS, *CHARGERS]
    changes = [
        Change(Kind.SITE, SITE, site(meals=(all_day,))),
        *(Change(Kind.TARIFF, each.id, each) for each in tariff()),
        Change(CHARGING_TARIFF, TARIFF.id, TARIFF),
        Change(CHARGING_SITE, SITE, sockets, scope=scope),
        Change(CHARGING_KEY, SITE, ChargingKey(site=SITE, secret=SECRET), scope=scope),
        *(Change(Kind.RESIDENT, str(number), resident(number), label="") for number in people),
        *(Change(Kind.CARD, card(number).token, card(number), label=str(number)) for number in people),
    ]
    _publish(settings, changes)
    made = Office(settings, offered(SERVICES))
    entries = [
        Entry(f"opening {n}", "opening", (Posting(own_money(n), MONEY_FEN), Posting(opening(), -MONEY_FEN)))
        for n in people
    ]
    with writing(made.engine) as connection:
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


def _publish(settings: OfficeSettings, changes: Sequence[Change]) -> None:
    made = Office(settings, offered(SERVICES))
    with writing(made.engine) as connection:
        publish_all(connection, settings.region_id, changes)
    made.close()


if __name__ == "__main__":
    main()
