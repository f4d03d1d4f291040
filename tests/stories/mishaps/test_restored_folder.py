"""A copy of a kiosk's folder is put back after fifteen further sales. Nothing is lost, nothing doubled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.accounts import courtesy, own_money, programme, revenue
from sync.agent import Agent
from sync.office.books.sealing import seal_journals
from sync.office.store.database import writing
from tests.factories import SITE
from tests.stories.restored import OPENING_FEN, Canteen, codes, eaten, stock
from tests.sync.world import OfficeWorld, eventually, open_world

PEOPLE = range(1001, 1046)
FIRST, FURTHER, OTHERS, LAST = PEOPLE[:10], PEOPLE[10:25], PEOPLE[25:40], PEOPLE[40:]
OWN_FEN, SUBSIDY_FEN = 1000, 500


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as world:
        stock(world, PEOPLE)
        yield world


@pytest.fixture
def canteen(tmp_path: Path, office: OfficeWorld) -> Iterator[Canteen]:
    """It has served ten, the office knows, and a copy of the folder was kept."""
    made = Canteen.enrolled(tmp_path / "front", office).start()
    made.serve(*FIRST)
    made.stop()
    assert made.sync() == ""
    made.keep_copy(tmp_path / "copy")
    yield made
    made.stop()


def settled(office: OfficeWorld, canteen: Canteen, *served: range) -> None:
    """Each had one lunch, and both ends say so to the fen."""
    canteen.settle()
    booked(office, *served)
    for number in PEOPLE:
        assert canteen.balance_fen(number) == office.balance_fen(own_money(number))
    assert canteen.proved()


def booked(office: OfficeWorld, *served: range) -> None:
    """Who was served before their money was known in the new journal was served as a courtesy."""
    who = [number for numbers in served for number in numbers]
    assert eaten(office) == sorted(who)
    for number in PEOPLE:
        spent_fen = OPENING_FEN - office.balance_fen(own_money(number)) - office.balance_fen(courtesy(number))
        assert spent_fen == OWN_FEN * (number in who), number
    assert office.balance_fen(programme("elder-meals")) == -SUBSIDY_FEN * len(who)
    assert office.balance_fen(revenue("canteen", SITE)) == (OWN_FEN + SUBSIDY_FEN) * len(who)
    assert office.discrepancies() == []


def test_fifteen_sales_that_the_office_has_are_found_missing_at_the_first_contact(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    canteen.start().serve(*FURTHER)
    canteen.stop()
    canteen.sync()
    canteen.put_back(tmp_path / "copy")
    assert canteen.sync() == "history_lost"
    canteen.start()
    canteen.kiosk.look()  # type: ignore[union-attr]
    assert canteen.reasons == ["history_lost"]
    canteen.serve(*LAST)
    settled(office, canteen, FIRST, FURTHER, LAST)
    assert canteen.tap(FURTHER[0]) == "already_served"  # its own history came back
    assert codes(office) == set()
    assert canteen.kiosk.board.standing.notice == "memory_went_back"  # type: ignore[union-attr]


def test_fifteen_others_sold_first_are_all_kept(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    canteen.start().serve(*FURTHER)
    canteen.stop()
    canteen.sync()
    canteen.put_back(tmp_path / "copy")
    canteen.start().serve(*OTHERS)
    assert canteen.sync() == "history_forked"
    canteen.kiosk.look()  # type: ignore[union-attr]
    assert canteen.reasons == ["history_forked"]
    canteen.serve(*LAST)
    settled(office, canteen, FIRST, FURTHER, OTHERS, LAST)
    assert codes(office) == {"forked"}


def test_the_same_copy_put_back_twice_doubles_nothing(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    canteen.start().serve(*FURTHER)
    canteen.stop()
    canteen.sync()
    canteen.put_back(tmp_path / "copy")
    canteen.start().serve(*OTHERS)
    canteen.stop()
    canteen.keep_copy(tmp_path / "second copy")
    for _ in range(2):
        canteen.put_back(tmp_path / "second copy")
        canteen.start()
        canteen.settle()
        canteen.stop()
    canteen.start()
    assert office.balance_fen(revenue("canteen", SITE)) == 40 * (OWN_FEN + SUBSIDY_FEN)
    assert office.balance_fen(programme("elder-meals")) == 40 * -SUBSIDY_FEN
    assert {office.balance_fen(own_money(number)) for number in OTHERS} == {OPENING_FEN - OWN_FEN}
    assert codes(office) == {"forked", "recovered_twice", "cloned_device"}
    assert office.discrepancies() == []


def test_two_kiosks_from_one_memory_card_both_sell_and_both_are_heard(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    twin = Canteen(tmp_path / "twin", office, canteen.time)
    (tmp_path / "copy").rename(twin.folder)
    canteen.start().serve(*FURTHER)
    twin.start().serve(*OTHERS)
    for _ in range(3):
        canteen.settle()
        twin.settle()
    assert (canteen.reasons, twin.reasons) == (["journal_sealed"], ["history_forked"])
    canteen.serve(*LAST[:2])
    twin.serve(*LAST[2:])
    twin.settle()
    for each in (twin, canteen, twin, canteen):
        each.settle()
        assert each.proved()
    assert (canteen.reasons, twin.reasons) == (["journal_sealed"], ["history_forked"])  # no chase
    booked(office, FIRST, FURTHER, OTHERS, LAST)
    assert codes(office) <= {"forked", "cloned_device", "after_seal"}
    assert {"forked", "cloned_device"} <= codes(office)
    twin.stop()


def test_with_a_witness_it_is_found_out_at_the_start_and_offline(tmp_path: Path, office: OfficeWorld) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    canteen = Canteen.enrolled(tmp_path / "front", office, witness=stick / "head.json").start()
    canteen.serve(*FIRST)
    canteen.stop()
    canteen.sync()
    canteen.keep_copy(tmp_path / "copy")
    canteen.start().serve(*FURTHER)
    canteen.stop()
    canteen.sync()
    canteen.put_back(tmp_path / "copy")
    canteen.start()  # no network at all
    assert canteen.reasons == ["history_lost"]
    canteen.serve(*LAST)  # as a courtesy: what they may spend here ended with the journal
    settled(office, canteen, FIRST, FURTHER, LAST)
    assert codes(office) == set()
    canteen.stop()
    canteen.start()
    assert canteen.reasons == ["history_lost"]  # the witness speaks of the new journal now
    canteen.stop()


def test_both_processes_follow_a_new_journal_as_they_run(office: OfficeWorld, canteen: Canteen) -> None:
    first = canteen.journal
    kiosk = canteen.start().kiosk
    assert kiosk is not None
    agent = Agent(canteen.folder)
    running = threading.Thread(target=agent.run)
    kiosk.start()
    running.start()
    try:
        assert eventually(lambda: agent.cursor.acked_seq(first.journal_id) > 12)
        with writing(office.office.engine) as connection:
            seal_journals(connection, first.region_id, [first])
        canteen.serve(FURTHER[0])  # somewhere, and it is what makes the kiosk be told
        assert eventually(lambda: canteen.reasons == ["journal_sealed"])
        assert eventually(lambda: office.head_seq(canteen.journal.journal_id) >= 2)
        assert eventually(lambda: canteen.balance_fen(FURTHER[1]) == OPENING_FEN)
        canteen.serve(FURTHER[1])
        assert eventually(lambda: len(eaten(office)) == 12)
    finally:
        kiosk.stop()
        agent.stop()
        office.office.news.close()
        running.join()
        agent.close()
    booked(office, FIRST, FURTHER[:2])
    assert office.balance_fen(own_money(FURTHER[1])) == OPENING_FEN - OWN_FEN
    assert codes(office) == {"after_seal"}
