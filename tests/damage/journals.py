"""Journals to be damaged: a counter's folder with some weeks of everything that a counter writes."""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

from kiosk.app import Kiosk, create_app
from kiosk.journal import witness
from kiosk.journal.opening import HEAD_FILE
from kiosk.ledger.accounts import cash_box, own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REFUND, GivenBack
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Moment, encode_body
from kiosk.services.canteen.beside.records import TAKEN_AWAY, TakenAway
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.cards.records import CARD_LOST, CardReported
from kiosk.services.till.records import TOP_UP, ToppedUp
from tests.factories import SITE, World
from tests.stories.town import until

PEOPLE = range(1001, 1031)
FIRST_DAY = date(2026, 9, 1)
AT_ONCE = 1000
KILLED_AFTER = 12


def make(folder: Path, records: int) -> World:
    """A kiosk that was switched off after so many records."""
    folder.mkdir(parents=True)
    world = World(folder)
    world.add_many(PEOPLE, fen=10_000_000)
    kiosk = start(world)
    counter = kiosk.counter()
    chance = random.Random(records)
    while (left := records - counter.journal.head.seq) > 0:
        with counter.journal.writing() as writing:
            for _ in range(min(left, AT_ONCE)):
                _write(writing, chance, counter.clock.now())
    counter._prover.join()
    counter.close()
    return world


def copy(world: World, folder: Path) -> World:
    """The same kiosk in another folder."""
    shutil.copytree(world.folder, folder)
    again = World.__new__(World)
    again.folder, again.journal_id, again.time, again.revision = folder, world.journal_id, world.time, 9
    return again


def killed(world: World, folder: Path) -> World:
    """The same, killed after some more sales: what it wrote last lies in the log beside the file."""
    running = copy(world, folder.with_name(folder.name + " running"))
    counter = start(running).counter()
    chance = random.Random(len(PEOPLE))
    for _ in range(KILLED_AFTER):
        with counter.journal.writing() as writing:
            _write(writing, chance, counter.clock.now())
    until("the head beside it", lambda: noted_seq(running) == counter.journal.head.seq)  # a moment later
    left = copy(running, folder)
    counter.close()
    return left


def noted_seq(world: World) -> int:
    word = witness.read(world.folder / HEAD_FILE)
    return word.seq if word else 0


def start(world: World) -> Kiosk:
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source())
    kiosk.look()
    return kiosk


def _write(writing: Writing, chance: random.Random, at: Moment) -> None:
    seq, resident = writing.head.seq + 1, chance.choice(PEOPLE)
    day = FIRST_DAY + timedelta(days=seq // 300)
    meal = MealServed(resident, resident, SITE, day, "lunch", "60+", "lunch-60", 1, 1)
    request_id = f"touch {seq}" if chance.random() < 0.3 else None
    choice = chance.random()
    if choice < 0.75:
        postings = _moved((own_money(resident), -1000), (programme("elder-meals"), -500))
        paid = (*postings, Posting(revenue("canteen", SITE), 1500))
        writing.append(*MEAL_SERVED, meal, *paid, at=at, request_id=request_id)
    elif choice < 0.85:
        moved = _moved((own_money(resident), 5000), (cash_box(SITE), -5000))
        writing.append(*TOP_UP, ToppedUp(resident, SITE, 5000), *moved, at=at, request_id=request_id)
    elif choice < 0.92:
        given = GivenBack(seq - 1, 100, writing.key.journal_id, *MEAL_SERVED, encode_body(meal))
        moved = _moved((own_money(resident), 100), (revenue("canteen", SITE), -100))
        writing.append(*REFUND, given, *moved, at=at, request_id=request_id)
    elif choice < 0.96:
        writing.append(*TAKEN_AWAY, TakenAway(seq - 1, True, SITE, day, "lunch"), at=at)
    else:
        writing.append(*CARD_LOST, CardReported(f"uid:{resident:014x}", resident), at=at)


def _moved(*moved: tuple[str, int]) -> tuple[Posting, ...]:
    return tuple(Posting(account, fen) for account, fen in moved)
