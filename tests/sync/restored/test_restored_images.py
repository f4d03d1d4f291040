"""A kiosk that was set back to an old image gives itself away."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing

import msgspec
import pytest

from kiosk.catalogue.items import Kind, grant_key
from kiosk.ledger.accounts import own_money
from kiosk.ledger.machine.lifecycle import OPENED, JournalOpened
from sync.errors import HistoryForked, HistoryLost, JournalDamaged
from sync.office.catalogue.publishing import site_scope
from tests.sync.world import Kiosk, OfficeWorld, moment


def test_a_restored_image_that_sold_on_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.sell(5, resident_id=2)
    kiosk.agent.cursor.move(kiosk.journal_id, 10)
    with pytest.raises(HistoryForked, match="record 11"):
        kiosk.push()
    assert [(each.seq, each.code) for each in office.reviews()] == [(11, "forked")]
    assert office.balance_fen(own_money(2)) == 0
    assert office.discrepancies() == []
    assert _objection(kiosk) == ("history_forked", 11)


def test_a_fork_just_before_the_batch_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.sell(6, resident_id=2)
    with pytest.raises(HistoryForked, match="record 11"):
        kiosk.push_all()
    assert [(each.seq, each.code) for each in office.reviews()] == [(11, "forked")]
    assert (kiosk.acked_seq(), _objection(kiosk)) == (10, ("history_forked", 11))


def test_a_restored_image_that_sold_nothing_yet_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.agent.cursor.move(kiosk.journal_id, 8)
    with pytest.raises(HistoryLost, match="record 11"):
        kiosk.push()
    assert (kiosk.acked_seq(), _objection(kiosk)) == (10, ("history_lost", 11))


def test_a_restored_folder_is_found_out_by_the_first_greeting(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    kiosk.push_all()
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.agent.cursor.move(kiosk.journal_id, 10)
    kiosk.start_again()
    with pytest.raises(HistoryLost, match="record 11"):
        kiosk.push()
    assert kiosk.push() == []  # said once; what comes next is the kiosk's
    assert office.discrepancies() == []


def test_a_grant_for_records_that_are_gone_is_not_believed(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(opening_fen=20_000)
    kiosk.sell(10)
    kiosk.push_all()
    kiosk.pull_all()
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.agent.cursor.move(kiosk.journal_id, 10)
    before = kiosk.catalogue.grant(own_money(1))
    office.enter("more", own_money(1), 5000)
    kiosk.pull_all()
    assert kiosk.catalogue.grant(own_money(1)) == before
    with pytest.raises(HistoryLost, match="record 11"):
        kiosk.push()


def test_a_grant_for_a_twin_of_this_kiosk_does_not_hide_its_own(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(opening_fen=5000)
    kiosk.push_all()
    kiosk.pull_all()
    mine = kiosk.catalogue.grant(own_money(1))
    assert mine is not None
    twin = msgspec.structs.replace(mine, journal_id=b"t" * 16, granted=1)
    office.publish(Kind.GRANT, grant_key(own_money(1)), twin, scope=site_scope(kiosk.site))
    kiosk.pull_all()
    assert kiosk.catalogue.grant(own_money(1)) == mine


def test_a_record_changed_on_the_card_keeps_back_only_what_comes_after(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk, other = make_kiosk("damaged"), make_kiosk("other")
    for number, each in enumerate((kiosk, other), start=1):
        each.sell(10, resident_id=number)
    with kiosk.journal.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET raw = zeroblob(90) WHERE seq = 7")
    with pytest.raises(JournalDamaged, match="record 7"):
        kiosk.push_all()
    other.push_all()
    assert office.head_seq(kiosk.journal_id) == kiosk.acked_seq() == 6
    assert _objection(kiosk) == ("journal_damaged", 7)
    assert office.head_seq(other.journal_id) == 10
    assert office.reviews() == office.discrepancies() == []


def test_a_journal_that_is_refused_does_not_keep_back_the_others(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk, other = make_kiosk("mine"), make_kiosk("theirs")
    # Such as one from an enrolment under another key.
    with kiosk.other_journal(other.journal_id) as old, old.writing() as writing:
        writing.append(*OPENED, JournalOpened(other.journal_id, "old", "x"), at=moment(1))
    other.sell(1)
    other.push_all()
    for count in (1, 2):
        kiosk.sell(1)
        kiosk.push_all()
        assert office.head_seq(kiosk.journal_id) == count


def _keep_image(kiosk: Kiosk) -> None:
    with closing(sqlite3.connect(kiosk.folder / "journal.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(kiosk.folder / "image"),))


def _restore_image(kiosk: Kiosk) -> None:
    kiosk.close_journal()
    kiosk.agent.push_stage.file.close()
    for name in ("journal.db-wal", "journal.db-shm"):
        (kiosk.folder / name).unlink(missing_ok=True)
    shutil.copy(kiosk.folder / "image", kiosk.folder / "journal.db")
    kiosk.journal = kiosk._open_journal()


def _objection(kiosk: Kiosk) -> tuple[str, int]:
    found = kiosk.agent.cursor.objection(kiosk.journal_id)
    assert found is not None
    return found.code, found.seq
