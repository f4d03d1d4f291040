"""All services of the tests together: a process that is killed in mid session, and a stranger's verifier."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path

from kiosk.journal.proof import examine
from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.services.contract import offered
from kiosk.services.listed import SERVICES
from kiosk.settings import OutletSection
from tests.factories import SITE
from tests.services.coffee_machine.device import CoffeeMachine
from tests.services.coffee_machine.simulator import CoffeeSimulator
from tests.services.test_left_out import WHO
from tests.services.three import THREE
from tests.services.town import Counter, office_with
from tests.sync.world import eventually
from tests.verifier import verify as stranger

ROOT = Path(__file__).resolve().parents[2]
TOLD_BEFORE_THE_KILL = 23
CODES = {"book_lent", "book_back", "coffee_coming", "time_given", "time_spent"}
ACCOUNTS = own_money(WHO), held(WHO), revenue("coffee", SITE)
PAID = (9400, 0, 600)


def test_a_kiosk_killed_in_mid_session_keeps_what_it_told_and_ends_what_was_under_way(tmp_path: Path) -> None:
    services = [each.service for each in THREE]
    with (
        CoffeeSimulator(tmp_path / "coffee") as machine,
        office_with(tmp_path / "office", *(each.at_office for each in THREE)) as (_books, office),
        closing(
            Counter(
                tmp_path / "kiosk",
                office,
                *services,
                outlets=(OutletSection(driver="coffee", port=machine.path),),
            )
        ) as counter,
    ):
        counter.kiosk.stop()
        told = killed(tmp_path / "kiosk.toml", machine)
        machine.finish(told=False)
        counter.restart()
        assert eventually(lambda: counter.kiosk.counter()[CoffeeMachine].ready)
        assert eventually(lambda: counter.kiosk.board.recent[0].code == "coffee_paid")
        counter.push()
        assert tuple(office.balance_fen(each) for each in ACCOUNTS) == PAID
        assert office.reviews() == []
        assert office.discrepancies() == []
        opened = counter.kiosk.counter()
        with opened.reader.connect() as connection, connection.begin():
            assert examine(connection, opened.journal.key, offered((*SERVICES, *services)).books).holds
    assert len(set(told)) == len(told)
    for base in (tmp_path / "kiosk" / "journal.db", tmp_path / "office" / "office.db"):
        assert stranger.verify(base, told).findings == []


def killed(config: Path, machine: CoffeeSimulator) -> list[str]:
    """The receipts that people were given before the process was killed."""
    command = [sys.executable, "-m", "tests.services.killed", str(config), machine.path]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [line.split() for line in islice(process.stdout, TOLD_BEFORE_THE_KILL)]
        assert eventually(lambda: machine.brewing), "the cup is under way"
        process.kill()
    assert {code for code, *_ in told} >= {
        "book_lent",
        "book_back",
        "coffee_coming",
        "time_given",
        "time_spent",
    }
    return [receipt for _, *written in told for receipt in written]
