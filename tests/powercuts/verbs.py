"""A whole counter on a disk that forgets: people ask its services for things, from power cut to power cut.

What was under way when the power went is asked again under the same request, as a browser does.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from kiosk.common.outcomes import Outcome
from kiosk.counter import CATALOGUE_FILE, Counter, open_counter
from kiosk.journal.identity import FILE as ENROLMENT_FILE
from kiosk.ledger.journal import Journal
from kiosk.ledger.sql import run
from kiosk.people.cards import nfc_token
from kiosk.people.identify import Identified
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.actions import Canteen
from kiosk.services.cards.actions import Cards
from kiosk.services.contract import offered
from kiosk.services.corrections.actions import Corrections
from kiosk.services.corrections.records import Matter
from kiosk.services.listed import SERVICES
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.items import Dining
from kiosk.services.till.actions import Till
from kiosk.services.till.shifts import Shifts
from kiosk.services.upkeep.actions import Upkeep
from kiosk.services.upkeep.items import KIOSK_COMMAND, Do, KioskCommand
from kiosk.settings import KioskSection, Settings, StoreSection
from tests.factories import SITE, TestTime, World, card, uid_of
from tests.powercuts.disk import Disk
from tests.powercuts.driver import opened_on
from tests.powercuts.lives import KEY, Kiosk, Tally
from tests.services.coffee_machine.actions import Coffee
from tests.services.coffee_machine.people import MachineBeside, with_machine
from tests.services.coffee_machine.service import COFFEE
from tests.services.three import THREE, Visit, holder

PEOPLE = range(1001, 1009)
A_NEW_DAY = 0.1  # between two wishes: at lunch again
CUTS_IN_A_JOURNAL = 60
COMMAND = "c" * 16  # one: whatever is asked for comes to one record at most

Ask = Callable[[Counter], Outcome | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody comes for. `receipts`: of what was told before, which can be taken back."""

    counter: Counter
    who: Identified
    request_id: str
    chance: random.Random
    receipts: Sequence[str]

    @property
    def resident_id(self) -> int:
        return self.who.resident.id


def lunch(wish: Wish) -> Ask:
    return lambda counter: counter[Canteen].answer(wish.who, counter.clock.now())


def second_portion(wish: Wish) -> Ask:
    return lambda counter: counter[Canteen].second_portion(wish.resident_id, wish.request_id)


def top_up(wish: Wish) -> Ask:
    return lambda counter: counter[Till].top_up(wish.resident_id, 5000, wish.request_id)


def refund(wish: Wish) -> Ask:
    receipt = wish.chance.choice(wish.receipts or [""])
    return lambda counter: counter[Till].refund(receipt, 200, wish.request_id)


def undo(wish: Wish) -> Ask:
    receipt = wish.chance.choice(wish.receipts or [""])
    return lambda counter: counter[Till].undo(receipt, wish.request_id)


def open_shift(wish: Wish) -> Ask:
    def ask(counter: Counter) -> None:
        counter[Shifts].open(20_000, (), wish.request_id)

    return ask


def close_shift(wish: Wish) -> Ask:
    def ask(counter: Counter) -> None:
        counter[Shifts].close(20_000, (), "miscounted", wish.request_id)

    return ask


def order(wish: Wish) -> Ask:
    day, dining = wish.counter.today() + timedelta(days=1), wish.chance.choice(list(Dining)[:3])
    return lambda counter: counter[Orders].place(wish.resident_id, day, "lunch", dining, wish.request_id)


def cancel_order(wish: Wish) -> Ask:
    day = wish.counter.today() + timedelta(days=1)
    return lambda counter: counter[Orders].cancel(wish.resident_id, day, "lunch", wish.request_id)


def report_lost(wish: Wish) -> Ask:
    return lambda counter: counter[Cards].report_lost(card(wish.resident_id).token, wish.request_id)


def find_again(wish: Wish) -> Ask:
    return lambda counter: counter[Cards].found(card(wish.resident_id).token, wish.request_id)


def another_card(wish: Wish) -> Ask:
    chip = nfc_token(uid_of(wish.chance.randrange(2000, 9000)))
    return lambda counter: counter[Cards].issue(chip, wish.resident_id, wish.request_id)


def correct(wish: Wish) -> Ask:
    return lambda counter: counter[Corrections].ask(wish.resident_id, Matter.NAME, "", wish.request_id)


def do_as_told(_wish: Wish) -> Ask:
    """The office's command; whoever is started anew finds the answer in the journal."""
    return lambda counter: counter[Upkeep].step()


def visited(visit: Visit) -> Callable[[Wish], Ask]:
    return lambda wish: lambda counter: visit(counter, wish.who, wish.request_id)


WISHES: Mapping[str, Sequence[Callable[[Wish], Ask]]] = {
    "canteen": (lunch, second_portion),
    "till": (top_up, refund, undo, open_shift, close_shift),
    "orders": (order, cancel_order),
    "cards": (report_lost, find_again, another_card),
    "corrections": (correct,),
    "upkeep": (do_as_told,),
    **{each.service.name: tuple(map(visited, each.visits)) for each in THREE},
}


@dataclass
class Counters:
    """One counter after another on one disk after another, with the same people before it."""

    folder: Path
    asked: dict[str, int]  # of each service, and answered
    machine: MachineBeside = field(default_factory=MachineBeside)
    time: TestTime = field(default_factory=TestTime)
    told: dict[str, tuple[Ask, str]] = field(default_factory=dict)  # receipts by request
    under_way: tuple[str, str, Ask] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        world = World(self.folder, KEY.journal_id)
        world.add_many(PEOPLE, fen=100_000)
        until_ms = self.time.wall_ms + 30 * 60_000
        told = KioskCommand(command=COMMAND, journal_id=KEY.journal_id, do=Do.SEND_LOG, until_ms=until_ms)
        world.publish(KIOSK_COMMAND, {COMMAND: told})
        self._requests = count()
        ours = [each.service for each in THREE if each.service is not COFFEE]
        self._offered = offered((*SERVICES, *ours, with_machine(self.machine)))

    @contextmanager
    def __call__(self, disk: Disk, chance: random.Random) -> Iterator[tuple[Journal, Callable[[], None]]]:
        for name in (ENROLMENT_FILE, CATALOGUE_FILE):
            shutil.copy(self.folder / name, disk.folder)
        self.time.boot_id, self.time.monotonic_ms = f"boot {next(self._requests)}", 10_000
        store = StoreSection(folder=disk.folder, voice=disk.folder)
        settings = Settings(kiosk=KioskSection(name="test", site=SITE), store=store)
        with (
            opened_on(disk),
            closing(open_counter(settings, self._offered, self.time.source())) as counter,
        ):
            assert counter.journal.key == KEY, "the journal is gone on with"
            yield counter.journal, partial(self._serve, counter, chance)

    def _serve(self, counter: Counter, chance: random.Random) -> None:
        """One wish: what was under way, or what somebody asks once more, or a new one."""
        if chance.random() < A_NEW_DAY:
            self.time.advance(hours=24)
        self.time.advance(seconds=7)
        self.machine.finish(is_empty=chance.random() < 0.2)
        if self.under_way is None and self.told and chance.random() < 0.1:
            request_id, (ask, receipt) = chance.choice(list(self.told.items()))
            again = ask(counter)
            assert again is not None and again.receipt == receipt, request_id
            return
        name, request_id, ask = self.under_way or self._next(counter, chance)
        self.under_way = (name, request_id, ask)
        with suppress(Refusal):
            outcome = ask(counter)
            self.asked[name] += 1
            if outcome is not None and _is_kept(counter, request_id):  # a tap names no request
                self.told[request_id] = (ask, outcome.receipt)
        self.under_way = None

    def _next(self, counter: Counter, chance: random.Random) -> tuple[str, str, Ask]:
        name = chance.choice(list(WISHES))
        request_id = f"{name} {next(self._requests)}"
        if name == COFFEE.name and chance.random() < 0.5:
            return name, request_id, self._cup_is_out
        who = holder(counter, card(chance.choice(PEOPLE)).token)
        receipts = [receipt for _, receipt in self.told.values()]
        return name, request_id, chance.choice(WISHES[name])(Wish(counter, who, request_id, chance, receipts))

    def _cup_is_out(self, counter: Counter) -> Outcome | None:
        counter[Coffee].step()
        ended = [counter[Coffee].ended(each) for each in self.machine.answers()]
        return ended[0] if ended else None


def _is_kept(counter: Counter, request_id: str) -> bool:
    with counter.reader.connect() as connection, connection.begin():
        return bool(run(connection, "SELECT 1 FROM requests WHERE request_id = ?", (request_id,)))


def live_at_counters(folder: Path, cuts: int, seed: int) -> tuple[Tally, Mapping[str, int]]:
    """Until the power was cut so often, or something is wrong; and how often each service did something."""
    total, asked = Tally(), dict.fromkeys(WISHES, 0)
    for number in count():
        counters = Counters(folder / str(number) / "catalogue", asked)
        kiosk = Kiosk(folder / str(number), seed * 1_000_003 + number, counters)
        while (right := kiosk.live()) and kiosk.tally.cuts < min(CUTS_IN_A_JOURNAL, cuts - total.cuts):
            pass
        total.add(kiosk.tally)
        if not right or total.cuts >= cuts:
            return total, asked
    raise AssertionError
