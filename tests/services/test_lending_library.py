"""A service that the house has never heard of: one folder, and one line in the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.app import Kiosk
from kiosk.common.outcomes import Outcome
from kiosk.common.purses import purse_of
from kiosk.journal.journal_file import rewrite
from kiosk.journal.proof import examine
from kiosk.ledger.accounts import own_money
from kiosk.services.contract import offered
from kiosk.services.listed import SERVICES
from kiosk.services.till.actions import Till
from kiosk.web.events.staff import StaffScreen
from tests.factories import World, resident
from tests.services.lending_library.actions import Library
from tests.services.lending_library.service import LIBRARY
from tests.services.test_left_out import TAP, WHO, close, opened

LISTED = (*SERVICES, LIBRARY)  # the one line
BOOK = "red_chamber"


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    world.add(resident(WHO), fen=10_000)
    made = opened(world, LISTED)
    yield made
    close(made)


def lend(kiosk: Kiosk, request_id: str = "touch") -> Outcome:
    return kiosk.desk.act(lambda counter: counter[Library].lend(WHO, BOOK, request_id))


def tap(kiosk: Kiosk, at_ms: int = 0) -> Outcome:
    kiosk.taps.handle(replace(TAP, monotonic_ms=at_ms))
    return kiosk.board.recent[0]


def test_a_tap_is_lunch_at_noon_and_brings_a_book_back_in_the_afternoon(world: World, kiosk: Kiosk) -> None:
    assert lend(kiosk).code == "book_lent"
    assert tap(kiosk).code == "served"
    world.time.advance(hours=3)
    assert tap(kiosk, 20_000).code == "book_back"
    nothing = tap(kiosk, 40_000)
    assert nothing.code == "nothing_borrowed"
    assert nothing.statement is not None
    assert nothing.statement.balance_fen == 9000, "lunch was paid, and a book costs nothing"


def test_the_same_touch_lends_once_and_another_is_refused(kiosk: Kiosk) -> None:
    assert lend(kiosk).receipt == lend(kiosk).receipt
    assert lend(kiosk, "another touch").code == "not_on_the_shelf"


def test_a_loan_is_taken_back_like_anything_else(kiosk: Kiosk) -> None:
    lent = lend(kiosk)
    undone = kiosk.desk.act(lambda counter: counter[Till].undo(lent.receipt, "undo"))
    assert (undone.code, undone.takes_back) == ("undone", lent.receipt)
    assert lend(kiosk, "the book is there again").code == "book_lent"


def test_no_money_moves(kiosk: Kiosk) -> None:
    lend(kiosk)
    counter = kiosk.counter()
    with counter.journal.writing() as writing:
        assert purse_of(writing, counter.catalogue, WHO).balance == 10_000
        moved = "SELECT count(*) FROM postings WHERE account = ?"
        assert writing.connection.exec_driver_sql(moved, (own_money(WHO),)).scalar() == 0


def test_its_panel_lends_and_the_screens_say_so(kiosk: Kiosk) -> None:
    client = kiosk.web.test_client()
    assert 'data-open="/library/' in client.get("/staff?lang=en").get_data(as_text=True)
    page = client.get(f"/library/of/{WHO}?lang=en").get_data(as_text=True)
    assert BOOK in page
    with kiosk.web.test_request_context("/staff?lang=en"):
        lend(kiosk)
        shown = dict(StaffScreen(kiosk.board, kiosk.duty, "session").first())
    assert "Good reading" in shown["tapped"] + shown["now"] + shown["recent"]


def test_what_it_wrote_is_told_after_a_restart_proved_and_written_anew(world: World) -> None:
    world.add(resident(WHO))
    first = opened(world, LISTED)
    lend(first)
    key = first.counter().journal.key
    close(first)
    second = opened(world, LISTED)
    assert [each.code for each in second.board.recent] == ["book_lent"]
    close(second)
    books = offered(LISTED).books
    assert rewrite(world.folder, key, books, datetime.now(UTC))
    third = opened(world, LISTED)
    counter = third.counter()
    with counter.reader.connect() as connection, connection.begin():
        assert examine(connection, key, books).holds
    assert (
        third.desk.act(lambda counter: counter[Library].lend(WHO, BOOK, "again")).code == "not_on_the_shelf"
    )
    close(third)


def test_it_is_listed_anew_on_a_kiosk_that_has_sold_for_long(world: World) -> None:
    world.add(resident(WHO))
    before = opened(world, SERVICES)
    assert tap(before).code == "served"
    close(before)
    after = opened(world, LISTED)
    assert after.board.standing.trouble == ""
    assert lend(after).code == "book_lent"
    close(after)
    without = opened(world, SERVICES)
    counter = without.counter()
    with counter.reader.connect() as connection, connection.begin():
        assert examine(connection, counter.journal.key, offered(SERVICES).books).holds
    close(without)
