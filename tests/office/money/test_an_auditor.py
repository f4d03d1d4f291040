"""An auditor believes nothing but the journals: a week, a month closed, and everything made anew."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import time_machine
from beancount import loader

from kiosk.ledger.accounts import cash_box, own_money
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import balanced, posting
from kiosk.services.till.records import TOP_UP, ToppedUp
from sync.office.books.filings import filed
from sync.office.books.verify import verify
from sync.office.people.access import audit
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.accounts.ledger.beancount import beancount
from sync.office.services.accounts.ledger.trial import trial_balance
from sync.office.services.accounts.resident.movements import account_of
from sync.office.services.canteen.settlement import filing
from sync.office.store.database import snapshot
from tests.office.books import ELDER, HERE, MONDAY, PASSWORD, THERE, YOUNG, Books
from tests.office.charging.point import open_point, session
from tests.office.money.rebuilt import rebuilt
from tests.office.money.test_claims import DECEMBER_3, claimed_fen, file_it

WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
FIRST_DAY, LAST_DAY = date(2026, 11, 1), date(2026, 12, 31)


def sell_a_week(books: Books) -> None:
    """At the counter that has a network: lunches, a top-up, and three charges at the shed."""
    for n, day in enumerate(WEEK):
        books.sell(day=day, elders=500)
        if n % 3 == 0:
            session(books, f"o{n}", resident_id=YOUNG, day=day, first_wh=1000 * n)
    money = balanced(posting(own_money(ELDER), Amount(8000)), posting(cash_box(HERE), Amount(-8000)))
    assert books.write(TOP_UP, ToppedUp(ELDER, HERE, 8000), *money, day=WEEK[3]) == []


def what_the_books_say(books: Books) -> tuple[object, ...]:
    """As text for bean-check, as balances, and as two people's accounts."""
    with snapshot(books.office.engine) as connection:
        text = "\n".join([*beancount(connection, 1, FIRST_DAY, LAST_DAY), ""])
        trial = trial_balance(connection, 1, LAST_DAY)
        accounts = [account_of(connection, 1, who).movements for who in (ELDER, YOUNG)]
        assert verify(connection, books.office.region_id, books.office.offered.derived) == []
    assert loader.load_string(text)[1] == []
    assert trial.is_zero
    return text, trial.balances, accounts


def test_a_month_is_made_anew_from_the_journals_alone_to_the_last_byte(tmp_path: Path):
    with open_point(tmp_path / "office") as books:
        sell_a_week(books)
        with time_machine.travel(DECEMBER_3, tick=True):
            file_it(books)
            books.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
            auditor = books.browser()
            auditor.log_in("auditor")
            claimed = auditor.get("/claim.json?programme=elders&number=1").get_data()
            log = auditor.get("/audit.log").get_data()
            for day in WEEK[:3]:  # what the other counter sold without a network, and brings now
                books.sell(day=day, site=THERE, own_fen=1100, elders=400)
        kept = what_the_books_say(books)
        with snapshot(books.office.engine) as connection:
            assert list(audit.faults(connection, 1)) == []
            assert log.splitlines()
            assert list(audit.faults_since(connection, 1, log.splitlines(keepends=True))) == []
        with rebuilt(books, tmp_path / "auditor") as anew:
            with snapshot(anew.office.engine) as connection:
                assert filing.as_filed(connection, 1, filed(connection, 1, "elders")[0].filing) is None
                assert filing.as_bytes(filing.made_again(connection, 1, "elders", 1)) == claimed
            text, balances, accounts = what_the_books_say(anew)
        assert claimed_fen(books) == [7 * 500], "what came late is not in it"
        assert balances == kept[1]
        assert balances["programme/elders", "FEN"] == -(7 * 500 + 3 * 400)
        assert accounts == kept[2]
        # The auditor has no sites; else the text is the same.
        assert str(text).count("\n") == str(kept[0]).count("\n")
