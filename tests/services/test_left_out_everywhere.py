"""Each service can be left out of both lists: the rest serves, syncs, and its books agree to the fen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.ledger.accounts import own_money
from kiosk.services.listed import SERVICES as AT_KIOSKS
from kiosk.services.till.actions import Till
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.listed import SERVICES as AT_OFFICE
from tests.office.books import Books
from tests.services.test_left_out import WHO
from tests.services.town import Counter, office_with
from tests.sync.world import OfficeWorld

OPENING_FEN, LUNCH_FEN, PAID_IN_FEN = 10_000, 1_000, 5_000
NO_PAGES = ("/v1/", "/static/", "/metrics", "/healthz")
ASKS_FOR_A_SOCKET = "/c"  # what is printed on one says which
ONLY_WHILE_IT_IS_SET_UP = "/second-factor/code.svg"


@pytest.fixture(params=[service.name for service in AT_OFFICE])
def without(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def town(tmp_path: Path, without: str) -> Iterator[tuple[Books, OfficeWorld, Counter]]:
    office_lists = [each for each in AT_OFFICE if each.name != without]
    kiosk_lists = [each for each in AT_KIOSKS if each.name != without]
    with (
        office_with(tmp_path / "office", listed=office_lists) as (books, office),
        closing(Counter(tmp_path / "kiosk", office, listed=kiosk_lists)) as counter,
    ):
        yield books, office, counter


def test_what_the_rest_did_is_in_the_offices_books(
    town: tuple[Books, OfficeWorld, Counter], without: str
) -> None:
    _, office, counter = town
    expected_fen = OPENING_FEN
    if without != "canteen":
        assert counter.tap() == "served"
        expected_fen -= LUNCH_FEN
    if without != "till":
        counter.kiosk.desk.act(lambda here: here[Till].top_up(WHO, PAID_IN_FEN, "paid in"))
        expected_fen += PAID_IN_FEN
    counter.push()
    head = counter.kiosk.counter().journal.head
    assert head.seq > 0
    assert office.head_seq(counter.kiosk.counter().journal.key.journal_id) == head.seq
    assert office.balance_fen(own_money(WHO)) == expected_fen
    assert office.discrepancies() == []
    assert office.reviews() == []


def test_every_page_of_the_others_opens_at_the_office(town: tuple[Books, OfficeWorld, Counter]) -> None:
    books, _, counter = town
    counter.tap()
    counter.push()
    books.hire(as_=[Post(role) for role in Role])
    visitor = books.browser()
    visitor.log_in()
    rules = [rule for rule in books.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = [rule.rule for rule in rules if not rule.arguments and not rule.rule.startswith(NO_PAGES)]
    pages = [page for page in pages if page not in (ASKS_FOR_A_SOCKET, ONLY_WHILE_IT_IS_SET_UP)]
    assert len(pages) > 5
    for path in (*pages, f"/residents/{WHO}"):
        assert visitor.get(path).status_code < 400, path
