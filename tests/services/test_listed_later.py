"""A service is listed where its records or its items were before it: nothing is missing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from kiosk.app import Kiosk as App
from kiosk.journal.proof import examine
from kiosk.journal.renewal import last_mended
from kiosk.ledger.accounts import own_money
from kiosk.ledger.entries import Posting
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.records import GUEST_MEAL
from kiosk.services.contract import Service, offered
from kiosk.services.listed import SERVICES
from kiosk.services.till.actions import Till
from kiosk.services.till.service import TILL
from kiosk.services.till.tables import cash_moves
from sync.office.catalogue.publishing import site_scope
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES as LISTED
from sync.office.store.database import reading
from sync.office.store.tables import reviews
from tests.factories import SITE, World, resident
from tests.office.books import open_books
from tests.services.lending_library.actions import Library
from tests.services.lending_library.at_office.commands import books as report
from tests.services.lending_library.at_office.service import LIBRARY as AT_OFFICE
from tests.services.lending_library.items import SHELF, Shelf
from tests.services.lending_library.service import LIBRARY
from tests.services.test_left_out import WHO, close, opened
from tests.services.time_purse.actions import TimePurse
from tests.services.time_purse.at_office.commands import minutes
from tests.services.time_purse.at_office.service import TIME_PURSE as PURSE_AT_OFFICE
from tests.services.time_purse.records import TIME_GIVEN, TimeMoved
from tests.services.time_purse.service import TIME_PURSE
from tests.services.town import Counter, office_with, reported
from tests.sync.world import Kiosk, OfficeWorld

BOOK = "red_chamber"


def test_an_office_that_lists_it_later_knows_what_it_was_sent(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "office"
    with (
        office_with(folder, database=database_url) as (_, office),
        closing(Counter(tmp_path / "kiosk", office, LIBRARY)) as counter,
    ):
        act = counter.kiosk.desk.act
        act(lambda here: here[Library].lend(WHO, BOOK, "kept"))
        slip = act(lambda here: here[Library].lend(WHO, "slip", "a slip"))
        act(lambda here: here[Till].undo(slip.receipt, "undo"))
        counter.push()
        assert {*_open(office)} == {"unknown_kind"}
        for _ in range(2):
            assert reported(folder, report, AT_OFFICE, database=database_url) == f"{WHO} {BOOK}\n"
            assert _open(office) == []
            assert _discrepancies(folder, database_url, AT_OFFICE) == []
        assert office.discrepancies() == [], "and the others' books are what they were"


def test_minutes_that_nobody_knew_at_the_office_come_out_of_suspense(
    tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "office"
    with (
        office_with(folder, database=database_url) as (_, office),
        closing(Counter(tmp_path / "kiosk", office, TIME_PURSE)) as counter,
    ):
        counter.kiosk.desk.act(lambda here: here[TimePurse].give(WHO, "an hour"))
        counter.push()
        assert _open(office) == ["unknown_kind"]
        assert reported(folder, minutes, PURSE_AT_OFFICE, database=database_url).split()[:2] == [
            str(WHO),
            "60",
        ]
        assert _open(office) == []
        assert _discrepancies(folder, database_url, PURSE_AT_OFFICE) == []


def test_what_is_not_believed_of_them_waits_for_a_person(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "office"
    with (
        office_with(folder, database=database_url) as (_, office),
        closing(Kiosk(tmp_path / "thief", office, "thief", SITE)) as thief,
    ):
        money = Posting(own_money(WHO), 100_000), Posting(own_money(WHO + 1), -100_000)
        thief.write(*TIME_GIVEN, TimeMoved(WHO, SITE, 60), *money)
        thief.push_all()
        assert reported(folder, minutes, PURSE_AT_OFFICE, database=database_url) == ""
        assert _open(office) == ["unknown_kind"]
        assert office.balance_fen(own_money(WHO)) == 10_000
        assert _discrepancies(folder, database_url, PURSE_AT_OFFICE) == []


def _open(office: OfficeWorld) -> list[str]:
    with reading(office.office.engine) as connection:
        return [
            *connection.execute(sa.select(reviews.c.code).where(reviews.c.closed_at_ms.is_(None))).scalars()
        ]


def _discrepancies(folder: Path, database: str, *services: OfficeService) -> list[object]:
    with open_books(folder, database, (*LISTED, *services)) as books:
        return [*OfficeWorld(books.office, "").discrepancies()]


def test_a_kiosk_that_lists_it_later_has_the_items_that_were_published(tmp_path: Path) -> None:
    with (
        office_with(tmp_path / "office", AT_OFFICE) as (_, office),
        closing(Counter(tmp_path / "kiosk", office)) as counter,
    ):
        shelf = Shelf(site=SITE, books=(BOOK,))
        office.publish(SHELF, SITE, shelf, scope=site_scope(SITE))
        counter.pull()
        counter.list(LIBRARY)
        assert counter.kiosk.counter().catalogue.items(SHELF) == [shelf]


def test_a_till_that_is_listed_later_knows_the_cash_that_was_taken_before(world: World) -> None:
    world.add(resident(WHO))
    without = tuple(each for each in SERVICES if each is not TILL)
    for services in (without, SERVICES):
        kiosk = opened(world, services)
        if services is without:
            price_fen = _guest_pays(kiosk)
        else:
            assert _cash_fen(kiosk) == price_fen
            assert _holds(kiosk, SERVICES)
        close(kiosk)
    assert last_mended(world.folder) is None, "nothing was damaged"


def _guest_pays(kiosk: App) -> int:
    sold = kiosk.desk.act(lambda here: here[Extras].sell({GUEST_MEAL: 1}, 0, "a guest"))
    return sold.result.amount_fen


def _cash_fen(kiosk: App) -> int:
    with kiosk.counter().reader.connect() as connection:
        return int(connection.execute(sa.select(sa.func.sum(cash_moves.c.fen))).scalar_one())


def _holds(kiosk: App, services: tuple[Service, ...]) -> bool:
    with kiosk.counter().reader.connect() as connection, connection.begin():
        return examine(connection, kiosk.counter().journal.key, offered(services).books).holds
