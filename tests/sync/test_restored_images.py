"""A kiosk that was set back to an old image gives itself away."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import own_money
from sync.cursor import journal_cursors
from sync.errors import HistoryForked, HistoryLost
from tests.sync.world import Kiosk, OfficeWorld


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
    assert _refused(kiosk) == "history_forked"


def test_a_fork_just_before_the_batch_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.sell(6, resident_id=2)
    with pytest.raises(HistoryForked, match="record 15"):
        kiosk.push()
    assert office.reviews() == []  # the kiosk comes back with the very place


def test_a_restored_image_that_sold_nothing_yet_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.agent.cursor.move(kiosk.journal_id, 8)
    with pytest.raises(HistoryLost):
        kiosk.push()


def _keep_image(kiosk: Kiosk) -> None:
    kiosk.close_journal()
    shutil.copy(kiosk.folder / "journal.db", kiosk.folder / "image")
    kiosk.journal = kiosk._open_journal()


def _restore_image(kiosk: Kiosk) -> None:
    kiosk.close_journal()
    kiosk.agent.push_stage._engine.dispose()
    for name in ("journal.db-wal", "journal.db-shm"):
        (kiosk.folder / name).unlink(missing_ok=True)
    shutil.copy(kiosk.folder / "image", kiosk.folder / "journal.db")
    kiosk.journal = kiosk._open_journal()


def _refused(kiosk: Kiosk) -> str:
    with kiosk.agent.cursor._engine.begin() as connection:
        return connection.execute(sa.select(journal_cursors.c.refused)).scalar_one()
