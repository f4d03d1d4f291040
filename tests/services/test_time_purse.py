"""An hour given to neighbours, spent by taps: minutes on both sides, and never a fen of it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from drivers.slip import Pair
from kiosk.app import Kiosk
from kiosk.common.outcomes import Outcome
from kiosk.common.purses import purse_of
from kiosk.journal.identity import read_identity
from kiosk.journal.incarnation import FORKED
from kiosk.journal.journal_file import rewrite
from kiosk.journal.proof import examine
from kiosk.ledger.accounts import own_money, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.sql import run
from kiosk.services.contract import offered
from kiosk.services.listed import SERVICES
from kiosk.services.till.actions import Till
from kiosk.web.events.staff import StaffScreen
from sync.office.store.database import reading
from tests.factories import SITE, World, resident
from tests.services.test_left_out import WHO, close, opened
from tests.services.time_purse.actions import Minutes, TimePurse
from tests.services.time_purse.at_office.commands import minutes as report
from tests.services.time_purse.at_office.service import TIME_PURSE as AT_OFFICE
from tests.services.time_purse.records import SCHEME
from tests.services.time_purse.service import TIME_PURSE
from tests.services.town import Counter, office_with, reported
from tests.sync.world import OfficeWorld
from tests.unit.kiosk.journal.test_renewal import object_to
from tests.unit.kiosk.test_tap import chip

LISTED = (*SERVICES, TIME_PURSE)  # the one line
ACCOUNTS = (own_money(WHO), SCHEME, revenue("time", SITE))
UNTIL_IT_OPENS_H = 4  # from lunch to the hours of the time purse


def give(kiosk: Kiosk, request_id: str) -> Outcome:
    return kiosk.desk.act(lambda counter: counter[TimePurse].give(WHO, request_id))


def undo(kiosk: Kiosk, receipt: str) -> Outcome:
    return kiosk.desk.act(lambda counter: counter[Till].undo(receipt, f"undo {receipt}"))


def minutes(kiosk: Kiosk) -> int:
    counter = kiosk.counter()
    with counter.journal.writing() as writing:
        return purse_of(writing, counter.catalogue, WHO, unit=Unit.MINUTE).balance


def holds(kiosk: Kiosk) -> bool:
    """`kiosk journal verify`."""
    counter = kiosk.counter()
    with counter.reader.connect() as connection, connection.begin():
        return examine(connection, counter.journal.key, offered(LISTED).books).holds


def test_what_it_wrote_is_told_printed_proved_and_written_anew(world: World) -> None:
    world.add(resident(WHO))
    world.time.advance(hours=UNTIL_IT_OPENS_H)
    first = opened(world, LISTED)
    assert 'data-open="/time/' in first.web.test_client().get("/staff?lang=en").get_data(as_text=True)
    assert give(first, "touch").receipt == give(first, "touch").receipt, "one hour for one touch"
    first.taps.handle(chip(WHO, 0))
    spent = first.board.recent[0]
    assert (spent.code, spent.result) == ("time_spent", Minutes(minutes=25, left=35))
    slip = first._receipt(spent)
    assert slip is not None
    assert Pair("Minutes", "25", large=True) in slip
    assert undo(first, spent.receipt).takes_back == spent.receipt
    with first.web.test_request_context("/staff?lang=en"):
        shown = dict(StaffScreen(first.board, first.duty, "session").first())
        assert "Taken back" in shown["tapped"] + shown["now"]
    assert minutes(first) == 60
    key = first.counter().journal.key
    close(first)
    second = opened(world, LISTED)
    assert [each.code for each in second.board.recent] == ["undone", "time_spent", "time_given"]
    assert (minutes(second), holds(second)) == (60, True)
    close(second)
    assert rewrite(world.folder, key, offered(LISTED).books, datetime.now(UTC))
    third = opened(world, LISTED)
    assert (minutes(third), holds(third)) == (60, True)
    close(third)


def test_no_more_is_spent_than_was_given(world: World) -> None:
    world.add(resident(WHO), fen=10_000)
    world.time.advance(hours=UNTIL_IT_OPENS_H)
    kiosk = opened(world, LISTED)
    give(kiosk, "touch")
    for at_ms in (0, 60_000, 120_000):
        kiosk.taps.handle(chip(WHO, at_ms))
    codes = [each.code for each in kiosk.board.recent[:3]]
    assert codes == ["too_little_time", "time_spent", "time_spent"]
    assert vars(kiosk.board.recent[0].result) == {"minutes": 25, "left": 10}
    assert minutes(kiosk) == 10
    close(kiosk)


def test_it_is_recovered_into_a_new_journal(world: World) -> None:
    world.add(resident(WHO))
    world.time.advance(hours=UNTIL_IT_OPENS_H)
    kiosk = opened(world, LISTED)
    give(kiosk, "touch")
    kiosk.taps.handle(chip(WHO, 0))
    first = kiosk.counter().journal.key
    object_to(world, first.journal_id, FORKED, 1)
    kiosk.look()
    kiosk.look()
    assert read_identity(world.folder).journal != first
    assert (minutes(kiosk), holds(kiosk)) == (35, True)
    close(kiosk)


def balances(office: OfficeWorld) -> dict[str, int]:
    """In minutes, at the office."""
    with reading(office.office.engine) as connection:
        rows = run(
            connection,
            "SELECT account, sum(credits - debits) FROM balances WHERE unit = ? GROUP BY account",
            (Unit.MINUTE.value,),
        )
    return {account: int(quantity) for account, quantity in rows}


def test_from_an_hour_given_to_the_page_and_the_report(tmp_path: Path) -> None:
    with (
        office_with(tmp_path / "office", AT_OFFICE) as (books, office),
        closing(Counter(tmp_path / "kiosk", office, TIME_PURSE)) as counter,
    ):
        books.hire()
        clerk = books.browser()
        clerk.log_in()
        counter.time.advance(hours=UNTIL_IT_OPENS_H)
        give(counter.kiosk, "touch")
        assert [counter.tap(), counter.tap()] == ["time_spent", "time_spent"]
        counter.push()
        assert balances(office) == dict(zip(ACCOUNTS, (10, -60, 50), strict=True))
        assert minutes(counter.kiosk) == 10
        assert f"<td>{WHO}</td><td>10</td>" in clerk.get("/minutes").get_data(as_text=True)

        assert undo(counter.kiosk, counter.kiosk.board.recent[0].receipt).code == "undone"
        counter.push()
        counter.pull()
        counter.restart()
        assert balances(office) == dict(zip(ACCOUNTS, (35, -60, 25), strict=True))
        assert minutes(counter.kiosk) == 35, "the same on both sides, by the office's word as well"
        assert counter.tap() == "time_spent"
        counter.push()
        assert reported(tmp_path / "office", report, AT_OFFICE) == f"{WHO} 10\n"
        assert office.reviews() == []
        assert office.discrepancies() == []
        assert office.balance_fen(own_money(WHO)) == 10_000, "no money moves"
