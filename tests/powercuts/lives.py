"""A kiosk that lives from power cut to power cut on a disk that forgets, and what must hold after each."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk.journal.proof import prove
from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import capture, hold
from kiosk.ledger.holds.under_way import OpenHolds
from kiosk.ledger.journal import Journal, Writing
from kiosk.ledger.machine.lifecycle import STARTED
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment, decode
from kiosk.ledger.rights import Purse
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.contract import offered
from kiosk.services.listed import SERVICES
from kiosk.store.engine import disposing, open_journal
from kiosk.store.schema import migrate
from tests.powercuts.disk import Disk, PowerCut
from tests.powercuts.driver import opened_on
from tests.services.lending_library.records import BOOK_LENT, BookLent
from tests.services.three import THREE
from tests.services.time_purse.records import TIME_GIVEN, TimeMoved, given

KEY = JournalKey(1, bytes(range(16)))
FILE = "journal.db"
CUTS_IN_A_JOURNAL = 30  # then a new one begins, for proving a long one takes its time
# Every second journal copies the log into its file so often that the power is cut in the middle of that, too.
OFTEN = "PRAGMA wal_autocheckpoint=20"
CHANGES_IN_A_LIFE = 120  # at most: some lives end while the journal is opened, some after ten sales
DAY = date(2026, 11, 23)


Work = Callable[[Journal, random.Random], None]
# What is opened on a disk for one life: the journal, and what is done again and again until the power is cut.
AtWork = Callable[[Disk, random.Random], AbstractContextManager[tuple[Journal, Callable[[], None]]]]
ALL_BOOKS = offered((*SERVICES, *(each.service for each in THREE))).books


@dataclass(slots=True)
class Tally:
    """What many lives came to."""

    cuts: int = 0
    in_checkpoint: int = 0  # of these, while the log was being copied into the file
    sales: int = 0  # acknowledged
    kept_unsaid: int = 0  # under way at a cut, and in the journal after it
    lost: int = 0  # acknowledged, and not in the journal any more
    damaged: int = 0  # journals that could not be opened or do not prove themselves

    def add(self, other: Tally) -> None:
        for name in Tally.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Kiosk:
    """One journal, from life to life. Whatever is done at work comes to one record at most."""

    def __init__(self, folder: Path, seed: int, at_work: AtWork) -> None:
        self._at_work = at_work
        self.chance = random.Random(seed)
        self.tally = Tally()
        self._folder, self._lives = folder, count(1)
        self._files = new_journal(folder / "new")
        self._acknowledged: list[bytes] = []  # the hash of each record that was told to somebody

    def live(self) -> bool:
        """Open, prove, sell until the power is cut. False if what was found after the last cut is wrong."""
        disk = Disk(self._folder / str(next(self._lives)), self.chance, self._files)
        disk.faults.cut_after = self.chance.randrange(CHANGES_IN_A_LIFE)
        try:
            with self._at_work(disk, self.chance) as (journal, work):
                if not self._is_right(journal):
                    return False
                while True:
                    work()
                    if journal.head.seq > len(self._acknowledged):
                        self._acknowledged.append(journal.head.hash)
                        self.tally.sales += 1
        except PowerCut:
            self.tally.cuts += 1
            self.tally.in_checkpoint += bool(disk.files[FILE].changes)
        except sa.exc.DatabaseError:
            self.tally.damaged += 1
            return False
        finally:
            self._files = disk.survivors()
            disk.unregister()
            shutil.rmtree(disk.folder)
        return True

    def _is_right(self, journal: Journal) -> bool:
        """Whether the journal proves itself and holds all that was acknowledged, and one more at most.

        That the kiosk started is told to nobody.
        """
        with journal.engine.connect() as connection, connection.begin():
            proof = prove(connection, KEY, ALL_BOOKS)
            rows = connection.execute(sa.text("SELECT hash, raw FROM records ORDER BY seq")).all()
        hashes = [row.hash for row in rows]
        told = len(self._acknowledged)
        unsaid = sum(decode(row.raw).kind != STARTED[0] for row in rows[told:])
        self.tally.damaged += not proof.holds
        self.tally.lost += told - sum(a == b for a, b in zip(self._acknowledged, hashes, strict=False))
        right = proof.holds and hashes[:told] == self._acknowledged and unsaid <= 1
        self.tally.kept_unsaid += unsaid
        self._acknowledged = hashes
        return right


def new_journal(folder: Path) -> dict[str, bytes]:
    """The files of a journal without a record."""
    folder.mkdir(parents=True)
    engine = open_journal(folder / FILE)
    migrate(engine)
    with engine.connect() as connection, connection.begin():
        there = sa.inspect(connection).get_table_names()
        for table in ALL_BOOKS.all:
            if table.name not in there:
                table.create(connection)
    engine.dispose()
    return {FILE: (folder / FILE).read_bytes()}


def by_itself(work: Work, *pragmas: str) -> AtWork:
    """A journal without a counter, into which `work` writes one record."""

    @contextmanager
    def opened(disk: Disk, chance: random.Random) -> Iterator[tuple[Journal, Callable[[], None]]]:
        with opened_journal(disk, *pragmas) as journal:
            yield journal, partial(work, journal, chance)

    return opened


@contextmanager
def opened_journal(disk: Disk, *pragmas: str) -> Iterator[Journal]:
    """The kiosk's own journal, on this disk."""
    with opened_on(disk):
        engine = open_journal(disk.folder / FILE)

    @sa.event.listens_for(engine, "connect")
    def as_told(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    with disposing(engine), closing(Journal(engine, KEY, ALL_BOOKS.projections)) as journal:
        yield journal


def sell(journal: Journal, chance: random.Random) -> None:
    """A lunch with subsidy, to one of a thousand."""
    number = chance.randrange(1000)
    meal = MealServed(number, number, "huasheng", DAY, "lunch", "60+", "lunch-60", 1, 1)
    with journal.writing() as writing:
        seq = writing.head.seq + 1
        at = Moment(1, 7000 * seq, 1_795_000_000_000, ClockQuality.KEPT)
        writing.append(
            *MEAL_SERVED,
            meal,
            Posting(own_money(number), -1000),
            Posting(programme("elder-meals"), -500),
            Posting(revenue("canteen", "huasheng"), 1500),
            at=at,
            request_id=f"{number}-{seq}",
        )


def serve(journal: Journal, chance: random.Random) -> None:
    """One record of a service that only the tests know: a book, an hour, a cup begun or over."""
    number = chance.randrange(1000)
    with journal.writing() as writing:
        at = Moment(1, 7000 * (writing.head.seq + 1), 1_795_000_000_000, ClockQuality.KEPT)
        match chance.randrange(4):
            case 0:
                writing.append(*BOOK_LENT, BookLent(number, "red_chamber"), at=at)
            case 1:
                moved = TimeMoved(number, "huasheng", 60)
                writing.append(*TIME_GIVEN, moved, *given(moved), at=at)
            case _:
                _brew(writing, number, at)


def _brew(writing: Writing, number: int, at: Moment) -> None:
    under_way = OpenHolds(writing.key, "coffee/").read(writing.connection)
    if under_way:
        capture(writing, under_way[0].seq, 600, revenue("coffee", "huasheng"), at=at)
    else:
        hold(writing, Purse(outstanding=600, balance=600), number, 600, "coffee/huasheng/1", at=at)


def live_on(folder: Path, cuts: int, seed: int, *pragmas: str, work: Work | None = None) -> Tally:
    """Journal after journal until the power was cut so often, or something is wrong."""
    total = Tally()
    for number in count():
        often = (OFTEN,) if number % 2 else ()
        at_work = by_itself(work or sell, *often, *pragmas)
        kiosk = Kiosk(folder / str(number), seed * 1_000_003 + number, at_work)
        while (right := kiosk.live()) and kiosk.tally.cuts < min(CUTS_IN_A_JOURNAL, cuts - total.cuts):
            pass
        total.add(kiosk.tally)
        if not right or total.cuts >= cuts:
            return total
    raise AssertionError
