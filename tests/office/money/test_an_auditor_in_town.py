"""An auditor's story of a week at two real kiosks, one of them without a network, and of their sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from beancount import loader

from sync.office.books.filings import filed
from sync.office.books.verify import verify
from sync.office.people.access import audit
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.accounts.ledger.beancount import beancount
from sync.office.services.accounts.ledger.trial import trial_balance
from sync.office.services.accounts.resident.movements import account_of
from sync.office.services.canteen.settlement import filing
from sync.office.services.listed import SERVICES
from sync.office.store.database import snapshot
from tests.office.books import PASSWORD, Books
from tests.office.money.rebuilt import rebuilt
from tests.office.money.test_claims import claimed_fen, file_it, owed_fen
from tests.services.three import THREE
from tests.simulation.acts import ACTS
from tests.simulation.charging import people  # noqa: F401  (what they do registers itself)
from tests.simulation.judged import charging  # noqa: F401  (its invariants register themselves)
from tests.simulation.judged.invariants import check_all, heal
from tests.simulation.machine.chance import fixed_chance
from tests.simulation.steps import DAY_MS, MINUTE_MS, Scenario, Step
from tests.simulation.town import Town, the_machine

ELDERS_HERE, ELDERS_THERE = (1001, 1002, 1003), (1004, 1005)
HERE, THERE = "a", "b"
RIDERS = {HERE: 1006, THERE: 1007}
PROGRAMME, SUBSIDY_FEN = "elder-meals", 500
MARCH, ALL_DAYS = "2026-03-31", (date(2026, 3, 1), date(2026, 4, 30))
APRIL_3_MS = 32 * DAY_MS


def hours(day: int, hour: float) -> int:
    return day * DAY_MS + int(hour * 60) * MINUTE_MS


def a_week() -> Iterator[Step]:
    """Lunch at both canteens, cash, and a bicycle at a socket every evening."""
    yield Step(MINUTE_MS, "cut_off", THERE)
    for day in range(7):
        yield from (Step(hours(day, 11) + n, "tap", HERE, (card,)) for n, card in enumerate(ELDERS_HERE))
        yield from (Step(hours(day, 11.5) + n, "tap", THERE, (card,)) for n, card in enumerate(ELDERS_THERE))
        yield Step(hours(day, 12), "topup", THERE, (ELDERS_THERE[0], 1000, f"cash {day}"))
        for where, rider in RIDERS.items():
            yield Step(hours(day, 17), "charge", where, (rider, 1, "bicycle", 70, 100))
        yield from (Step(hours(day, 18.5), "unplug", where, (1,)) for where in RIDERS)
        yield Step(hours(day, 21), "sync", HERE)


TOWN = Scenario(
    "auditor",
    days=7,
    kiosks=((HERE, "east"), (THERE, "west")),
    residents=(
        *((number, "east", 1944, 20_000) for number in ELDERS_HERE),
        *((number, "west", 1938, 20_000) for number in ELDERS_THERE),
        (RIDERS[HERE], "east", 1980, 60_000),
        (RIDERS[THERE], "west", 1995, 9000),
    ),
    steps=tuple(a_week()),
)


def play(town: Town, *steps: Step) -> None:
    for step in steps:
        town.at_ms = max(town.at_ms, step.at_ms)
        ACTS[step.act](town, step.where, *step.args)


def what_the_books_say(books: Books) -> tuple[object, ...]:
    """As balances and as the account of everybody; the text of them is what bean-check accepts."""
    with snapshot(books.office.engine) as connection:
        text = "\n".join([*beancount(connection, 1, *ALL_DAYS), ""])
        trial = trial_balance(connection, 1, ALL_DAYS[1])
        accounts = [account_of(connection, 1, number).movements for number, *_ in TOWN.residents]
        assert verify(connection, 1, books.office.offered.derived) == []
    assert loader.load_string(text)[1] == []
    assert trial.is_zero
    return trial.balances, accounts


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Both kiosks enrolled and switched on, on the first of the days."""
    with fixed_chance("auditor"), the_machine():
        town = Town(tmp_path, TOWN)
        try:
            with town.wired():
                town.begin(TOWN)
                yield town
        finally:
            town.close()


@pytest.mark.deep
def test_a_month_of_two_kiosks_and_their_sockets_is_proved_by_the_journals_alone(
    town: Town, tmp_path: Path
) -> None:
    play(town, *TOWN.steps, Step(APRIL_3_MS, "sync", HERE))
    books = Books(town.office.app)
    file_it(books, MARCH, PROGRAMME)
    assert claimed_fen(books, PROGRAMME) == [7 * len(ELDERS_HERE) * SUBSIDY_FEN]
    books.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
    auditor = books.browser()
    auditor.log_in("auditor")
    claim = auditor.get(f"/claim.json?programme={PROGRAMME}&number=1").get_data()
    log = auditor.get("/audit.log").get_data().splitlines(keepends=True)

    heal(town)  # the other kiosk is heard at last
    check_all(town)
    assert town.sessions.ended.total() == 7 * len(RIDERS)
    assert owed_fen(books, PROGRAMME) == 7 * len((*ELDERS_HERE, *ELDERS_THERE)) * SUBSIDY_FEN
    with snapshot(books.office.engine) as connection:
        assert len(log) > 1
        assert list(audit.faults_since(connection, 1, log)) == []
    with rebuilt(books, tmp_path / "auditor", (*SERVICES, *(each.at_office for each in THREE))) as anew:
        with snapshot(anew.office.engine) as connection:
            assert filing.as_filed(connection, 1, filed(connection, 1, PROGRAMME)[0].filing) is None
            assert filing.as_bytes(filing.made_again(connection, 1, PROGRAMME, 1)) == claim
        assert what_the_books_say(anew) == what_the_books_say(books)
