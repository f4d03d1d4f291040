"""A machine on a wire: the price is held, and paid once when the cup is out, whatever comes between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.slip import Pair
from kiosk.journal.incarnation import FORKED, SEALED
from kiosk.journal.proof import examine
from kiosk.ledger.accounts import Account, held, own_money, revenue
from kiosk.ledger.holds.under_way import OpenHolds
from kiosk.ledger.rights import turnover
from kiosk.services.contract import offered
from kiosk.services.listed import SERVICES
from kiosk.settings import OutletSection
from sync.office.books import heads
from sync.office.store.database import writing
from tests.factories import SITE
from tests.office.books import Books
from tests.services.coffee_machine.actions import LONGEST_MS
from tests.services.coffee_machine.at_office.commands import cups as report
from tests.services.coffee_machine.at_office.service import COFFEE as AT_OFFICE
from tests.services.coffee_machine.device import CoffeeMachine
from tests.services.coffee_machine.service import COFFEE
from tests.services.coffee_machine.simulator import CoffeeSimulator
from tests.services.coffee_machine.tables import PURPOSE
from tests.services.test_left_out import WHO
from tests.services.town import Counter, office_with, reported
from tests.sync.world import OfficeWorld, eventually

ACCOUNTS = (own_money(WHO), held(WHO), revenue("coffee", SITE))
BEFORE, UNDER_WAY, PAID = (10_000, 0, 0), (9400, 600, 0), (9400, 0, 600)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoffeeSimulator]:
    with CoffeeSimulator(tmp_path / "coffee") as simulator:
        yield simulator


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[Books, OfficeWorld]]:
    with office_with(tmp_path / "office", AT_OFFICE) as both:
        yield both


@pytest.fixture
def counter(tmp_path: Path, town: tuple[Books, OfficeWorld], machine: CoffeeSimulator) -> Iterator[Counter]:
    outlet = OutletSection(driver="coffee", port=machine.path)
    with closing(Counter(tmp_path / "kiosk", town[1], COFFEE, outlets=(outlet,))) as made:
        made.time.advance(hours=2)
        is_ready(made)
        yield made


def is_ready(counter: Counter) -> None:
    assert eventually(lambda: counter.kiosk.counter()[CoffeeMachine].ready)


def newest(counter: Counter) -> str:
    return counter.kiosk.board.recent[0].code


def begin(counter: Counter, machine: CoffeeSimulator) -> None:
    assert counter.tap() == "coffee_coming"
    assert eventually(lambda: bool(machine.brewing))


def fen(counter: Counter, account: Account) -> int:
    """What the kiosk's books say, with the 100 yuan that the office had brought along."""
    opened = counter.kiosk.counter()
    with opened.journal.writing() as writing:
        moved = turnover(writing.connection, writing.key, account)
    return moved.credits - moved.debits + (BEFORE[0] if account == own_money(WHO) else 0)


def settles(counter: Counter, office: OfficeWorld, expected: tuple[int, int, int]) -> None:
    """Both sides come to the same, and everything is proved."""
    assert eventually(lambda: tuple(fen(counter, each) for each in ACCOUNTS) == expected)
    counter.push()
    assert tuple(office.balance_fen(each) for each in ACCOUNTS) == expected
    opened = counter.kiosk.counter()
    with opened.reader.connect() as connection, connection.begin():
        assert examine(connection, opened.journal.key, offered((*SERVICES, COFFEE)).books).holds
    assert office.reviews() == []
    assert office.discrepancies() == []


def test_from_a_tap_to_the_page_and_the_report(
    tmp_path: Path, town: tuple[Books, OfficeWorld], counter: Counter, machine: CoffeeSimulator
) -> None:
    books, office = town
    books.hire()
    clerk = books.browser()
    clerk.log_in()
    assert "The machine is ready." in counter.kiosk.web.test_client().get("/coffee/?lang=en").text
    begin(counter, machine)
    assert counter.tap() == "machine_busy"
    settles(counter, office, UNDER_WAY)
    machine.finish()
    assert eventually(lambda: newest(counter) == "coffee_paid")
    paid = counter.kiosk.board.recent[0]
    slip = counter.kiosk._receipt(paid)
    assert slip is not None
    assert Pair("Coffee", "6 元", large=True) in slip
    settles(counter, office, PAID)
    assert f"<td>{SITE}</td><td>1</td><td>6.00</td>" in clerk.get("/cups").get_data(as_text=True)
    assert reported(tmp_path / "office", report, AT_OFFICE) == f"{SITE} 1 600\n"
    counter.restart()
    told = [each.code for each in counter.kiosk.board.recent]
    assert told == ["coffee_paid", "coffee_coming"]


def test_a_cup_that_never_comes_costs_nothing(
    town: tuple[Books, OfficeWorld], counter: Counter, machine: CoffeeSimulator
) -> None:
    machine.is_empty = True
    assert counter.tap() == "coffee_coming"
    assert eventually(lambda: newest(counter) == "coffee_failed")
    settles(counter, town[1], BEFORE)
    machine.is_empty = False
    begin(counter, machine)
    counter.time.advance(seconds=LONGEST_MS / 1000 + 1)
    settles(counter, town[1], BEFORE)
    machine.finish()
    begin(counter, machine)
    machine.unplug()
    assert eventually(lambda: not counter.kiosk.counter()[CoffeeMachine].ready)
    assert counter.tap() == "machine_away"


def test_a_kiosk_that_ends_in_mid_cup_is_paid_once(
    town: tuple[Books, OfficeWorld], counter: Counter, machine: CoffeeSimulator
) -> None:
    begin(counter, machine)
    counter.kiosk.stop()
    machine.finish(told=False)
    counter.restart()
    settles(counter, town[1], PAID)
    begin(counter, machine)
    counter.kiosk.stop()
    machine.forget()
    counter.restart()
    settles(counter, town[1], PAID)
    assert machine.brewed == 2, "nothing is brewed again"


@pytest.mark.parametrize("code", [SEALED, FORKED])
def test_a_cup_follows_the_kiosk_into_another_journal(
    town: tuple[Books, OfficeWorld], counter: Counter, machine: CoffeeSimulator, code: str
) -> None:
    """The office ends the journal in mid cup, or has another history of it: the cup is paid once."""
    begin(counter, machine)
    if code == SEALED:
        counter.push()
    first = counter.kiosk.counter().journal.key
    leave(counter, town[1], code)
    assert counter.kiosk.counter().journal.key != first
    counter.push()
    counter.pull()
    assert eventually(lambda: under_way(counter) == 1)
    assert counter.tap() == "machine_busy"
    machine.finish()
    assert eventually(lambda: newest(counter) == "coffee_paid")
    counter.push()
    assert tuple(town[1].balance_fen(each) for each in ACCOUNTS) == PAID
    assert {each.code for each in town[1].reviews()} <= {"after_seal"}
    assert town[1].discrepancies() == []


def under_way(counter: Counter) -> int:
    opened = counter.kiosk.counter()
    with opened.reader.connect() as connection, connection.begin():
        return len(OpenHolds(opened.journal.key, PURPOSE).read(connection))


def leave(counter: Counter, office: OfficeWorld, code: str) -> None:
    """What was not sent is what the office cannot take; what it has, it ends."""
    key = counter.kiosk.counter().journal.key
    head = counter.kiosk.counter().journal.head.seq
    with writing(office.office.engine) as connection:
        if code == SEALED:
            heads.seal(connection, key)
    with closing(sqlite3.connect(counter.folder / "catalogue.db")) as catalogue, catalogue:
        sent = office.head_seq(key.journal_id)
        row = (key.journal_id, code, min(sent + 1, head))
        catalogue.execute("INSERT OR REPLACE INTO objections (journal_id, code, seq) VALUES (?, ?, ?)", row)
    counter.kiosk._next_renewal_s = 0.0
    assert eventually(lambda: counter.kiosk.counter().journal.key != key)
    is_ready(counter)
