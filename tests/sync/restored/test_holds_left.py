"""Something is under way when a kiosk's journal is left: what was held for it is settled once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kiosk.catalogue.items import Kind
from kiosk.common.purses import purse_of
from kiosk.counter import Counter
from kiosk.journal.incarnation import FORKED
from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import CAPTURE, TAKEN_OVER, Settled, TakenOver, capture, hold, release
from kiosk.ledger.holds.under_way import OpenHolds
from sync.enrolling.enrol import enrol
from sync.enrolling.enrolment import read_enrolment
from sync.errors import Refused
from sync.office.books import heads, writeoff
from sync.office.intake import left_holds, succession
from sync.office.keys import devices
from sync.office.store.database import writing
from tests.factories import SITE, TestTime
from tests.stories.restored import Canteen, codes, stock
from tests.sync.world import OfficeWorld

WHO, HOLD_FEN = 1001, 600
ACCOUNTS = own_money(WHO), held(WHO), revenue("coffee", SITE)
BEFORE, UNDER_WAY, PAID = (20_000, 0, 0), (19_400, 600, 0), (19_700, 0, 300)


@pytest.fixture
def canteen(tmp_path: Path, office: OfficeWorld) -> Iterator[Canteen]:
    stock(office, range(WHO, WHO + 2))
    made = Canteen.enrolled(tmp_path / "front", office).start()
    yield made
    made.stop()


def begin(canteen: Canteen) -> None:
    assert canteen.kiosk is not None
    counter = canteen.kiosk.counter()
    with counter.journal.writing() as writing_:
        purse = purse_of(writing_, counter.catalogue, WHO)
        hold(writing_, purse, WHO, HOLD_FEN, "coffee/east", at=counter.clock.now())


def open_here(canteen: Canteen) -> list[int]:
    """Where in the journal that is written now."""
    assert canteen.kiosk is not None
    counter = canteen.kiosk.counter()
    with counter.reader.connect() as connection, connection.begin():
        return [each.seq for each in OpenHolds(counter.journal.key, "coffee/").read(connection)]


def end(canteen: Canteen, fen: int = 300) -> None:
    """What is under way ends: so much of it was used."""
    assert canteen.kiosk is not None
    counter = canteen.kiosk.counter()
    (seq,) = open_here(canteen)
    with counter.journal.writing() as writing_:
        if fen:
            capture(writing_, seq, fen, revenue("coffee", SITE), at=counter.clock.now())
        else:
            release(writing_, seq, at=counter.clock.now())


def seal(office: OfficeWorld, canteen: Canteen) -> None:
    """The office ends the journal, as for a kiosk that is written off by mistake."""
    with writing(office.office.engine) as connection:
        heads.seal(connection, canteen.journal)


def stand(office: OfficeWorld) -> tuple[int, ...]:
    return tuple(office.balance_fen(each) for each in ACCOUNTS)


def shown_fen(canteen: Canteen) -> int:
    return canteen.balance_fen(WHO)


@pytest.mark.parametrize(("fen", "left"), [(300, PAID), (0, BEFORE)])
def test_what_the_office_had_already_is_settled_in_the_new_journal(
    office: OfficeWorld, canteen: Canteen, fen: int, left: tuple[int, ...]
) -> None:
    begin(canteen)
    canteen.settle()
    assert stand(office) == UNDER_WAY
    first = canteen.journal
    seal(office, canteen)
    canteen.serve(WHO + 1)  # unsent: it comes late
    canteen.settle()
    assert canteen.journal != first
    assert len(open_here(canteen)) == 1
    end(canteen, fen)
    assert open_here(canteen) == []
    canteen.settle()
    assert stand(office) == left
    assert shown_fen(canteen) == left[0]
    assert canteen.proved()
    assert codes(office) <= {"after_seal"}
    assert office.discrepancies() == []


def taken_over(office: OfficeWorld, canteen: Canteen) -> Counter:
    """The counter that goes on with what was under way; the office has not heard that it does."""
    begin(canteen)
    canteen.settle()
    seal(office, canteen)
    canteen.serve(WHO + 1)  # unsent: it comes late
    canteen.sync()
    assert canteen.kiosk is not None
    canteen.kiosk._next_renewal_s = 0.0
    canteen.kiosk.look()
    canteen.sync()
    canteen.kiosk.look()
    assert len(open_here(canteen)) == 1
    counter = canteen.kiosk.counter()
    assert len(counter.catalogue.items(Kind.HOLD)) == 1, "and tells of it"
    return counter


def test_what_was_taken_over_and_recovered_keeps_no_sale_waiting(
    office: OfficeWorld, canteen: Canteen
) -> None:
    """The office goes on telling of it, and the kiosk looks twice a second."""
    first = canteen.journal
    counter = taken_over(office, canteen)
    with closing(sqlite3.connect(canteen.folder / "catalogue.db")) as catalogue, catalogue:
        # as after a memory card that was put back: from its second record on the office has it otherwise
        row = (first.journal_id, FORKED, 2)
        catalogue.execute("INSERT OR REPLACE INTO objections (journal_id, code, seq) VALUES (?, ?, ?)", row)
    for _ in range(3):
        counter.recover_some()
    with closing(sqlite3.connect(canteen.folder / "journal.db", isolation_level=None)) as sale:
        sale.execute("BEGIN IMMEDIATE")
        with capture_logs() as logs:
            counter.recover_some()
        sale.execute("ROLLBACK")
    assert logs == []


def test_damage_is_named_by_whoever_looks(office: OfficeWorld, canteen: Canteen) -> None:
    counter = taken_over(office, canteen)
    with closing(sqlite3.connect(canteen.folder / "journal.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = canteen.folder / "journal.db"
    path.write_bytes(b"no database" * (path.stat().st_size // 11))
    counter.recover_some()
    assert counter.journal.broken


def test_what_was_not_sent_when_the_office_ended_the_journal_follows_too(
    office: OfficeWorld, canteen: Canteen
) -> None:
    canteen.settle()
    begin(canteen)
    seal(office, canteen)
    canteen.settle()
    end(canteen)
    canteen.settle()
    assert stand(office) == PAID
    assert codes(office) <= {"after_seal"}


def test_what_ended_before_the_office_heard_of_it_is_not_taken_over(
    office: OfficeWorld, canteen: Canteen
) -> None:
    begin(canteen)
    canteen.settle()
    seal(office, canteen)
    end(canteen)
    canteen.settle()
    assert open_here(canteen) == []
    assert stand(office) == PAID
    assert codes(office) <= {"after_seal"}


def test_it_follows_through_one_journal_after_the_other(office: OfficeWorld, canteen: Canteen) -> None:
    begin(canteen)
    for _ in range(3):
        canteen.settle()
        seal(office, canteen)
    canteen.settle()
    assert len(canteen.reasons) == 3
    canteen.stop()
    canteen.start()
    end(canteen)
    canteen.settle()
    assert stand(office) == PAID
    assert codes(office) <= {"after_seal"}
    assert office.discrepancies() == []


def test_an_older_copy_of_the_file_settles_what_the_office_has(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    canteen.settle()
    canteen.stop()
    canteen.keep_copy(tmp_path / "copy")
    canteen.start()
    begin(canteen)
    canteen.settle()
    canteen.stop()
    canteen.put_back(tmp_path / "copy")
    canteen.start()
    canteen.settle()
    assert canteen.reasons
    end(canteen)
    canteen.settle()
    assert stand(office) == PAID
    assert office.discrepancies() == []
    assert canteen.proved()


def test_what_was_held_between_two_returns_of_one_copy_follows_once_somebody_has_looked(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    """Town 22: the journal of the first return is nobody's any more, and the office cannot know that."""
    canteen.settle()
    canteen.stop()
    canteen.keep_copy(tmp_path / "copy")
    canteen.start()
    canteen.serve(WHO + 1)
    canteen.settle()
    canteen.stop()
    for work in (begin, None):
        canteen.put_back(tmp_path / "copy")
        canteen.start()
        canteen.settle()
        if work is not None:
            work(canteen)
            canteen.settle()
            canteen.stop()
    assert (stand(office), open_here(canteen)) == (UNDER_WAY, [])
    assert "cloned_device" in codes(office)
    region_id, at_ms = office.office.region_id, office.office.now_ms()
    for _ in range(2):
        with writing(office.office.engine) as connection:
            fen = succession.end_others(
                connection, canteen.journal, device_of(canteen), clerk="", at_ms=at_ms
            )
    assert fen == 0, "the second time nothing is left to end"
    canteen.settle()
    end(canteen)
    canteen.settle()
    assert stand(office) == PAID
    assert shown_fen(canteen) == PAID[0], "what the lost journal might spend is spent here"
    with writing(office.office.engine) as connection:
        writeoff.release(connection, region_id, operator="", at_ms=at_ms)
        assert writeoff.release(connection, region_id, operator="", at_ms=at_ms + 1) == 0
    assert office.discrepancies() == []
    assert canteen.proved()


def test_what_a_copy_gave_back_is_not_paid_by_the_late_records_of_the_original(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    begin(canteen)
    canteen.settle()
    canteen.stop()
    canteen.keep_copy(tmp_path / "copy")
    canteen.start()
    canteen.serve(WHO + 1)
    canteen.sync()
    twin = Canteen(tmp_path / "copy", office, TestTime()).start()
    end(twin, 0)
    twin.settle()
    assert "history_forked" in twin.reasons
    assert stand(office) == BEFORE
    end(canteen)
    canteen.settle()
    assert stand(office) == BEFORE
    assert "nothing_to_follow" in codes(office)
    assert office.discrepancies() == []
    twin.stop()


def device_of(canteen: Canteen) -> bytes:
    return bytes.fromhex(read_enrolment(canteen.folder)[0].device_id)


@pytest.fixture
def dead(canteen: Canteen) -> Canteen:
    """A kiosk that dies while something is under way that the office knows of."""
    begin(canteen)
    canteen.settle()
    canteen.stop()
    return canteen


def test_a_kiosk_in_the_place_of_one_that_died_settles_what_that_had_begun(
    tmp_path: Path, office: OfficeWorld, dead: Canteen
) -> None:
    enrol(tmp_path / "new", office.url, office.code("new", SITE, replaces=device_of(dead)))
    new = Canteen(tmp_path / "new", office, TestTime()).start()
    new.settle()
    end(new)
    new.settle()
    assert stand(office) == PAID
    assert shown_fen(new) == PAID[0]
    assert codes(office) == set()
    # The old memory card is found, and had ended it, too: that is not paid twice.
    dead.start()
    end(dead)
    with writing(office.office.engine) as connection:
        devices.accept_late(connection, office.office.region_id, "front", office.office.now_ms() + 1000)
    with pytest.raises(Refused, match="only_late_records"):
        dead.sync()
    assert stand(office) == PAID
    assert "nothing_to_follow" in codes(office)
    assert office.discrepancies() == []
    new.stop()


def test_what_a_lost_kiosk_held_is_given_back_once_nothing_more_will_turn_up(
    office: OfficeWorld, dead: Canteen
) -> None:
    region_id, at_ms = office.office.region_id, office.office.now_ms()
    with writing(office.office.engine) as connection:
        devices.revoke(connection, region_id, device_of(dead), at_ms)
        writeoff.write_off(connection, region_id, device_of(dead), operator="", at_ms=at_ms)
    assert stand(office) == UNDER_WAY
    for _ in range(2):
        with writing(office.office.engine) as connection:
            left_holds.give_back(connection, region_id, operator="", at_ms=at_ms)
        assert stand(office) == BEFORE
    assert office.discrepancies() == []


def test_nobody_else_may_take_over_or_settle_it(
    tmp_path: Path, office: OfficeWorld, canteen: Canteen
) -> None:
    """Another kiosk, whose key a thief has, says that it goes on from there."""
    begin(canteen)
    canteen.settle()
    stranger = Canteen.enrolled(tmp_path / "stranger", office).start()
    counter = stranger.kiosk.counter() if stranger.kiosk else None
    assert counter is not None
    body = TakenOver(WHO, HOLD_FEN, "coffee/east", Unit.FEN, canteen.journal.journal_id, 3)
    with counter.journal.writing() as writing_:
        taken = writing_.append(*TAKEN_OVER, body, at=counter.clock.now())
        capture(writing_, taken.record.seq, HOLD_FEN, revenue("coffee", SITE), at=counter.clock.now())
        ended = Settled(3, HOLD_FEN, canteen.journal.journal_id, WHO)
        moved = Posting(held(WHO), -HOLD_FEN), Posting(revenue("coffee", SITE), HOLD_FEN)
        writing_.append(*CAPTURE, ended, *moved, at=counter.clock.now())
    stranger.sync()
    assert stand(office) == UNDER_WAY
    assert codes(office) == {"nothing_to_follow", "quarantined"}
    end(canteen)
    canteen.settle()
    assert stand(office) == PAID
    assert office.discrepancies() == []
    stranger.stop()
