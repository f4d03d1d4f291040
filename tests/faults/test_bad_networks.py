"""Real processes and a bad network between them: whatever it does, each sale is at the office once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.catalogue.contact import silent_since_ms
from kiosk.common.clock import machine_time
from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money
from sync.agent import Agent
from sync.errors import OfficeSilent, SyncError
from sync.office.console.reporting.lists import kiosk_lines
from sync.office.store.database import reading
from sync.stages.backoff import LONGEST_S, Backoff
from sync.wire.transport import Transport
from tests.faults.proxy import FAULTS, Fault, Proxy, captive_portal, dead_line, half_open, lost_answer
from tests.office.process import books_beside, running_office
from tests.process_logs import shown_on_failure
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, eventually
from tests.tiers import in_both
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
OPENING_FEN = 10_000_000
KIOSKS = 30
DRAINED_WITHIN_S = 8 * PATIENCE_S
ON_ITS_WAY_MS = 5_000
RETRIED_WITHIN_S = LONGEST_S + PATIENCE_S
HEARD = {"duplicate", "slow_drip"}  # what an agent does not even notice


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeWorld]:
    """The office under gunicorn, and its books beside it."""
    with running_office(tmp_path_factory.mktemp("office")) as running, books_beside(running) as beside:
        yield beside


@pytest.fixture
def network(office: OfficeWorld) -> Iterator[Proxy]:
    with Proxy(office.url) as proxy:
        yield proxy


@pytest.fixture
def kiosk(tmp_path: Path, office: OfficeWorld, network: Proxy) -> Iterator[Kiosk]:
    """A kiosk that knows the office by way of the network."""
    made = Kiosk(tmp_path / "kiosk", OfficeWorld(office.office, network.url), tmp_path.name)
    yield made
    made.close()


@contextmanager
def kiosk_sync(kiosk: Kiosk) -> Iterator[None]:
    """The sync process, as it runs on a counter."""
    config = kiosk.folder / "kiosk.toml"
    config.write_text(f'[kiosk]\nname = "k"\nsite = "{kiosk.site}"\n[store]\nfolder = "."\n')
    words = [sys.executable, "-m", "sync.cli", "--config", str(config), "run"]
    with shown_on_failure(kiosk.folder / "sync.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_after_a_fault_each_sale_is_there_exactly_once(
    office: OfficeWorld, network: Proxy, kiosk: Kiosk, fault: Fault
) -> None:
    """The push stage itself, so that no fault waits until an agent tries again."""
    resident_id = _resident(office, fault.__name__)
    for _ in range(3):
        kiosk.sell(4, resident_id)
        network.fault = fault
        kiosk.transport = Transport(network.url, answer_timeout_s=1.0 if fault is half_open else PATIENCE_S)
        if fault.__name__ in HEARD:
            kiosk.push_all()
        else:
            with pytest.raises(SyncError) as told:
                kiosk.push_all()
            assert told.value.transient or fault.__name__.startswith("flipped"), told.value
            assert not isinstance(told.value, OfficeSilent) or fault is half_open
        network.fault = None
        kiosk.transport.close()  # a connection that the network ended, perhaps without a word
        kiosk.transport = Transport(network.url)
        kiosk.push_all()
        network.deliver_held()  # after the newer ones
    assert network.hits >= 3
    _each_sale_once(office, kiosk, resident_id, 12)


@pytest.mark.slow
def test_the_sync_process_comes_through_all_of_them_by_itself(
    office: OfficeWorld, network: Proxy, kiosk: Kiosk
) -> None:
    resident_id = _resident(office, "process")
    faults = [each for each in FAULTS if each not in (half_open, captive_portal)]
    with kiosk_sync(kiosk):
        for fault in faults:
            network.fault = fault
            kiosk.sell(2, resident_id)
            hits = network.hits
            assert eventually(lambda hits=hits: network.hits > hits, within_s=RETRIED_WITHIN_S)
        network.fault = None
        sold = 2 * len(faults)
        assert eventually(lambda: office.head_seq(kiosk.journal_id) == sold, within_s=RETRIED_WITHIN_S)
        network.deliver_held()
    _each_sale_once(office, kiosk, resident_id, sold)


@pytest.mark.deep
def test_a_line_that_goes_dead_without_a_word_is_told_at_both_ends_within_a_minute(
    office: OfficeWorld, network: Proxy, kiosk: Kiosk
) -> None:
    def at_kiosk() -> int | None:
        now = machine_time()
        return silent_since_ms(kiosk.catalogue.heard(), now.boot_id, now.monotonic_ms(), now.wall_ms())

    def at_office() -> int | None:
        with reading(office.office.engine) as connection:
            lines = kiosk_lines(connection, office.office.region_id, office.office.moment())
        (line,) = [each for each in lines if each.journal == kiosk.journal_id[:4].hex()]
        return line.silent_since_ms

    with kiosk_sync(kiosk):
        assert eventually(lambda: kiosk.catalogue.heard().at_ms > 0)
        assert (at_kiosk(), at_office()) == (None, None)
        network.fault = dead_line
        # A word that was on its way when the line went dead counts as one.
        dead_ms = office.office.now_ms() + ON_ITS_WAY_MS
        assert eventually(lambda: at_kiosk() is not None and at_office() is not None, within_s=60)
        assert all(since_ms is not None and since_ms <= dead_ms for since_ms in (at_kiosk(), at_office()))
        network.fault = None
        assert eventually(lambda: (at_kiosk(), at_office()) == (None, None), within_s=90)


@pytest.mark.slow
@in_both("sales", fast=[30], deep=[120])
def test_after_an_outage_thirty_kiosks_come_back_at_once_and_all_are_served(
    office: OfficeWorld, network: Proxy, tmp_path: Path, sales: int
) -> None:
    resident_id = _resident(office, f"stampede {sales}")
    through = OfficeWorld(office.office, network.url)
    kiosks = [Kiosk(tmp_path / f"k{n}", through, f"stampede {n} of {sales}") for n in range(KIOSKS)]
    for kiosk in kiosks:
        kiosk.sell(sales, resident_id)
    told: list[list[SyncError]] = [[] for _ in kiosks]
    network.fault = lost_answer
    threads = [
        threading.Thread(target=_come_back, args=(kiosk.agent, mine))
        for kiosk, mine in zip(kiosks, told, strict=True)
    ]
    for thread in threads:
        thread.start()
    assert eventually(lambda: all(told), within_s=DRAINED_WITHIN_S), "each finds the network broken"
    began_s, network.fault = time.monotonic(), None
    for thread in threads:
        thread.join(DRAINED_WITHIN_S)
    assert not any(thread.is_alive() for thread in threads), f"{time.monotonic() - began_s:.0f} s"
    codes = {each.code for mine in told for each in mine}
    assert {"office_unreachable"} <= codes <= {"office_unreachable", "office_busy", "office_silent"}
    for kiosk in kiosks:
        assert office.head_seq(kiosk.journal_id) == sales
        kiosk.close()
    assert office.balance_fen(own_money(resident_id)) == OPENING_FEN - KIOSKS * sales * PRICE_FEN
    assert office.discrepancies() == []


def _come_back(agent: Agent, told: list[SyncError]) -> None:
    """What the push loop does, without its looking every quarter of a second."""
    backoff = Backoff()
    with Transport(agent.office) as transport:
        while True:
            try:
                agent.push_all(transport, lambda stage, done, left: None)
            except SyncError as error:
                told.append(error)
                time.sleep(min(backoff.failed(error), 3.0))
            else:
                return


def _resident(office: OfficeWorld, name: str) -> int:
    """Somebody with money, for this story alone."""
    number = 1 + office.count(tables.records)
    office.resident(number, opening_fen=OPENING_FEN)
    return number


def _each_sale_once(office: OfficeWorld, kiosk: Kiosk, resident_id: int, sold: int) -> None:
    assert office.head_seq(kiosk.journal_id) == kiosk.journal.head.seq == sold
    assert office.balance_fen(own_money(resident_id)) == OPENING_FEN - sold * PRICE_FEN
    assert office.discrepancies() == []
    assert office.reviews() == []
