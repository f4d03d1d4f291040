"""The power fails at any moment of a sale: what was acknowledged is there, and the journal proves itself."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from kiosk.journal.proof import prove
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.journal import Journal
from kiosk.services.listed import BOOKS, SERVICES
from kiosk.store.engine import open_journal
from tests.powercuts.disk import Disk, PowerCut
from tests.powercuts.lives import KEY, live_on, new_journal, opened_journal, sell, serve
from tests.powercuts.verbs import WISHES, live_at_counters
from tests.tiers import in_both

CUTS, PARTS = 900, 3  # thousands more: `make soak`


@in_both("part", fast=[0], deep=range(1, PARTS))
def test_no_acknowledged_sale_is_lost_and_no_journal_damaged(tmp_path: Path, part: int) -> None:
    tally = live_on(tmp_path, CUTS // PARTS, seed=part)
    assert tally.cuts == CUTS // PARTS
    assert (tally.lost, tally.damaged) == (0, 0)
    assert tally.sales > tally.cuts
    assert tally.in_checkpoint > 0, "no cut fell into the copying of the log"
    assert 0 < tally.kept_unsaid < tally.cuts


@in_both("part", fast=[0], deep=range(1, PARTS))
def test_what_other_services_write_is_neither_lost(tmp_path: Path, part: int) -> None:
    """A book, an hour, a cup that is held and paid: short in the fast tier."""
    cuts = CUTS // PARTS if part else 60
    tally = live_on(tmp_path, cuts, seed=part, work=serve)
    assert (tally.cuts, tally.lost, tally.damaged) == (cuts, 0, 0)
    assert tally.sales > tally.cuts


# SQLite looks at its files while it handles a cut; that it is cut there too can be told to nobody.
@pytest.mark.filterwarnings("ignore:(?s).*PowerCut:pytest.PytestUnraisableExceptionWarning")
@in_both("part", fast=[0], deep=range(1, PARTS))
def test_what_people_ask_of_any_service_is_done_once_and_told_again(tmp_path: Path, part: int) -> None:
    """Through the services' own verbs: what was under way when the power went is asked again."""
    cuts = CUTS // PARTS if part else 30
    tally, asked = live_at_counters(tmp_path, cuts, seed=part)
    assert (tally.cuts, tally.lost, tally.damaged) == (cuts, 0, 0)
    assert tally.sales > tally.cuts
    assert tally.kept_unsaid > 0
    assert min(asked.values()) > 0, f"never done: {asked}"


def test_every_listed_service_is_asked_while_the_power_fails() -> None:
    """Charging has a campaign of its own."""
    assert {each.name for each in SERVICES} - WISHES.keys() <= {"charging"}


@pytest.mark.parametrize("level", ["NORMAL", "OFF"])
def test_with_less_care_acknowledged_sales_are_lost_and_this_is_noticed(tmp_path: Path, level: str) -> None:
    tallies = [live_on(tmp_path / str(n), 20, n, f"PRAGMA synchronous={level}") for n in range(10)]
    assert sum(tally.lost > 0 or tally.damaged > 0 for tally in tallies) == len(tallies)
    assert sum(tally.lost for tally in tallies) > 0


def test_a_seed_gives_the_same_lives_again(tmp_path: Path) -> None:
    assert live_on(tmp_path / "a", 40, seed=7) == live_on(tmp_path / "b", 40, seed=7)


def test_a_kiosk_without_power_has_no_file_open(tmp_path: Path) -> None:
    live_on(tmp_path, 20, seed=5)
    assert [file for file in _open_files() if str(tmp_path) in file] == []


def test_both_builds_of_sqlite_are_as_durable_as_the_journal_asks(tmp_path: Path) -> None:
    """What is proved with the library that can change its file system holds for the one that sells."""
    asked = ("journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint", "page_size", "mmap_size")
    disk = Disk(tmp_path / "disk", random.Random(1), new_journal(tmp_path / "new"))
    with opened_journal(disk) as journal, journal.engine.connect() as here:
        engine = open_journal(tmp_path / "plain.db")
        with engine.connect() as plain:
            levels = {name: here.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}
            assert levels == {name: plain.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}
        engine.dispose()
    assert (levels["journal_mode"], levels["synchronous"]) == ("wal", 2)
    with closing(sqlite3.connect(":memory:")) as plain_build:
        options = {row[0] for row in plain_build.execute("PRAGMA compile_options")}
    for build in (options, set(apsw.compile_options)):
        assert not any(option.startswith(("OMIT_WAL", "DISABLE_DIRSYNC", "NO_SYNC")) for option in build)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "disk", random.Random(3), new_journal(tmp_path / "new"))


def fail_sync(disk: Disk, on: bool) -> None:
    disk.faults.sync = apsw.exception_for(apsw.SQLITE_IOERR_FSYNC) if on else None


def fill_up(disk: Disk, on: bool) -> None:
    disk.faults.write = apsw.exception_for(apsw.SQLITE_FULL) if on else None


def fail_write(disk: Disk, on: bool) -> None:
    disk.faults.write = apsw.exception_for(apsw.SQLITE_IOERR_WRITE) if on else None


@pytest.mark.parametrize("fault", [fail_sync, fill_up, fail_write])
def test_a_failing_disk_is_said_and_gone_on_from_when_it_works_again(
    disk: Disk, fault: Callable[[Disk, bool], None]
) -> None:
    with opened_journal(disk) as journal:
        for _ in range(5):
            sell(journal, disk.chance)
        fault(disk, True)
        for _ in range(3):
            with pytest.raises(JournalUnwritable) as refusal:
                sell(journal, disk.chance)
            assert refusal.value.again_helps
        fault(disk, False)
        told = _hashes(journal)
        assert len(told) == 5
        for _ in range(5):
            sell(journal, disk.chance)
        told = _hashes(journal)
        assert len(told) == 10
        _cut(disk, journal)
    again = Disk(disk.folder.with_name("again"), disk.chance, disk.survivors())
    with opened_journal(again) as journal:
        assert _hashes(journal)[:10] == told
        assert journal.head.seq <= 11


def test_a_disk_that_fails_now_and_then_loses_nothing_that_was_acknowledged(
    tmp_path: Path, disk: Disk
) -> None:
    """Each sale may meet a failing sync; then the power goes."""
    for life in range(60):
        told, failed = [], 0
        with opened_journal(disk) as journal:
            for _ in range(10):
                fail_sync(disk, disk.chance.random() < 0.3)
                try:
                    sell(journal, disk.chance)
                except JournalUnwritable:
                    failed += 1
                else:
                    told.append(journal.head.hash)
            fail_sync(disk, False)
            _cut(disk, journal)
        disk = Disk(tmp_path / f"life {life}", disk.chance, disk.survivors())
        with opened_journal(disk) as journal:
            assert set(told) <= set(_hashes(journal)), f"life {life}: {failed} failed"


def _cut(disk: Disk, journal: Journal) -> None:
    disk.faults.cut_after = 0
    with pytest.raises(PowerCut):
        sell(journal, disk.chance)


def _open_files() -> list[str]:
    """Of this process."""
    return [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]


def _hashes(journal: Journal) -> list[bytes]:
    with journal.engine.connect() as connection, connection.begin():
        assert prove(connection, KEY, BOOKS).findings == []
        return list(connection.exec_driver_sql("SELECT hash FROM records ORDER BY seq").scalars())
