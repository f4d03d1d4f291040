"""The office is killed again and again while eight kiosks push: nothing is lost, nothing is there twice."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money
from sync.errors import SyncError
from sync.office.serving.app import create_office
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading
from sync.office.store.tables import journals
from tests.office.process import listens
from tests.ports import free_port
from tests.process_logs import shown_on_failure
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, eventually

ROOT = Path(__file__).parents[3]
KIOSKS, SALES_IN_A_BATCH, BATCHES_IN_A_LIFE = 8, 3, 4
SEED = 20261123
OPENING_FEN = 1_000_000_000
ON_A_BUSY_MACHINE = {"office_unreachable", "office_busy", "office_silent"}
PROGRAM = """
import sys
from pathlib import Path
from sync.office.serving.serve import serve
from sync.office.settings import OfficeSettings
data, database, listen = sys.argv[1:]
serve(OfficeSettings(data=Path(data), database=database, listen=listen, threads=16))
"""


class Pusher:
    """A kiosk that sells and pushes until it is told to stop."""

    def __init__(self, kiosk: Kiosk, resident_id: int, stopping: threading.Event) -> None:
        self.kiosk, self._resident_id, self._stopping = kiosk, resident_id, stopping
        self.acknowledged = 0  # batches
        self.failures: set[str] = set()
        self.thread = threading.Thread(target=self._run, name=kiosk.enrolment.name)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.kiosk.sell(SALES_IN_A_BATCH, self._resident_id)
            try:
                while self.kiosk.push():
                    self.acknowledged += 1
            except SyncError as error:
                self.failures.add(error.code)
                self._stopping.wait(0.02)


@pytest.mark.parametrize(
    ("database_url", "kills"),
    [
        ("sqlite", 12),
        ("postgresql", 3),
        pytest.param("sqlite", 30, marks=pytest.mark.deep),
        pytest.param("postgresql", 10, marks=pytest.mark.deep),
    ],
    indirect=["database_url"],
)
def test_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path, database_url: str, kills: int) -> None:
    settings = OfficeSettings(
        data=tmp_path / "office", database=database_url, listen=f"127.0.0.1:{free_port()}"
    )
    beside = OfficeWorld(create_office(settings).extensions["office"], f"http://{settings.listen}")
    kiosks: list[Kiosk] = []
    try:
        for n in range(KIOSKS):
            beside.resident(n + 1, opening_fen=OPENING_FEN)
        with _running(settings) as office:
            kiosks += [Kiosk(tmp_path / f"kiosk {n}", beside, f"kiosk {n}") for n in range(KIOSKS)]
            failures = _kill_while_pushing(office, kiosks, kills)
            for kiosk in kiosks:
                kiosk.push_all()
        assert {"office_unreachable"} <= failures <= ON_A_BUSY_MACHINE
        _nothing_lost_nothing_twice(beside, kiosks)
    finally:
        for kiosk in kiosks:
            kiosk.close()
        beside.office.close()


@contextmanager
def _running(settings: OfficeSettings) -> Iterator[psutil.Process]:
    """The office as it is run: a process that forks the one that works, and another when that dies."""
    port = int(settings.listen.rpartition(":")[2])
    told = (str(settings.data), settings.database, settings.listen)
    with shown_on_failure(settings.data.with_suffix(".log")).open("wb") as log:
        process = psutil.Popen([sys.executable, "-c", PROGRAM, *told], cwd=ROOT, stdout=log, stderr=log)
    try:
        assert eventually(lambda: listens(port))
        yield process
    finally:
        process.terminate()
        process.wait()


def _kill_while_pushing(office: psutil.Process, kiosks: list[Kiosk], kills: int) -> set[str]:
    """Kill in mid-intake so many times; returns what the kiosks were told."""
    chance, stopping = random.Random(SEED), threading.Event()
    pushers = [Pusher(kiosk, n + 1, stopping) for n, kiosk in enumerate(kiosks)]
    for pusher in pushers:
        pusher.thread.start()
    try:
        for _ in range(kills):
            enough = sum(each.acknowledged for each in pushers) + BATCHES_IN_A_LIFE
            assert eventually(lambda enough=enough: sum(each.acknowledged for each in pushers) >= enough)
            time.sleep(chance.uniform(0, 0.02))  # the moment of death is the point: anywhere in an intake
            (worker,) = office.children()
            worker.kill()
    finally:
        stopping.set()
        for pusher in pushers:
            pusher.thread.join()
    return set.union(*(each.failures for each in pushers))


def _nothing_lost_nothing_twice(office: OfficeWorld, kiosks: list[Kiosk]) -> None:
    heads = {each.journal_id: (each.journal.head.seq, each.journal.head.hash) for each in kiosks}
    with reading(office.office.engine) as connection:
        j, r = journals.c, tables.records.c
        held = connection.execute(sa.select(j.journal_id, j.head_seq, j.head_hash)).all()
        counted = connection.execute(sa.select(r.journal_id, sa.func.count()).group_by(r.journal_id)).all()
    assert {row[0]: tuple(row[1:]) for row in held if row[0] in heads} == heads
    assert {row[0]: row[1] for row in counted if row[0] in heads} == {
        journal_id: seq for journal_id, (seq, _) in heads.items()
    }
    for n, kiosk in enumerate(kiosks):
        assert office.balance_fen(own_money(n + 1)) == OPENING_FEN - kiosk.journal.head.seq * PRICE_FEN
    assert office.discrepancies() == []
    assert office.reviews() == []
