"""`office verify`: clean on good books, and it names the first bad record when a table was tampered with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import own_money
from sync.office.books.verify import Discrepancy, verify
from sync.office.store.database import writing
from tests.sync.world import Kiosk, OfficeWorld, open_world


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory, shared_url: str) -> Iterator[tuple[OfficeWorld, bytes]]:
    """Good books with more sales than are proved at once, and the journal that they are in."""
    folder = tmp_path_factory.mktemp("sold")
    with open_world(folder / "office", shared_url) as office:
        kiosk = Kiosk(folder / "kiosk", office)
        office.resident(1, opening_fen=100_000)
        kiosk.sell(700)
        kiosk.push_all()
        kiosk.close()
        assert office.discrepancies() == []
        yield office, kiosk.journal_id


def _change(connection: sa.Connection, statement: str, journal_id: bytes) -> None:
    changed = connection.execute(
        sa.text(statement).bindparams(sa.bindparam("journal_id", type_=sa.LargeBinary)),
        {"journal_id": journal_id},
    )
    assert changed.rowcount


def _found_after(office: OfficeWorld, statement: str, journal_id: bytes) -> list[Discrepancy]:
    """With a change that is taken back again."""
    with office.office.engine.connect() as connection, connection.begin() as changing:
        _change(connection, statement, journal_id)
        found = verify(connection, office.office.region_id, office.office.offered.derived)
        changing.rollback()
    return found


@pytest.mark.parametrize(
    ("statement", "table", "seq", "code"),
    [
        ("UPDATE records SET raw = hash WHERE seq = 3", "records", 3, "wrong_hash"),
        ("UPDATE records SET hash = raw WHERE seq = 3", "records", 3, "wrong_hash"),
        ("DELETE FROM records WHERE seq = 3", "records", 3, "missing"),
        ("DELETE FROM records WHERE seq = 700", "journals", 699, "wrong_head"),
        ("UPDATE postings SET quantity = -1 WHERE seq = 601 AND n = 0", "postings", 601, "differs"),
        ("UPDATE postings SET account = 'own/9' WHERE seq = 5 AND n = 0", "postings", 5, "differs"),
        ("DELETE FROM postings WHERE seq = 5 AND n = 2", "postings", 5, "differs"),
        ("UPDATE postings SET seq = 701 WHERE seq = 700 AND n = 2", "postings", 700, "differs"),
        ("UPDATE servings SET own_fen = 0 WHERE seq = 600", "servings", 600, "differs"),
        ("DELETE FROM servings WHERE seq = 1", "servings", 1, "differs"),
        ("UPDATE balances SET debits = debits + 1 WHERE account = 'own/1'", "balances", 0, "differs"),
        ("DELETE FROM balances WHERE account = 'own/1'", "balances", 0, "differs"),
        ("UPDATE journals SET head_seq = 699", "journals", 700, "wrong_head"),
        ("UPDATE journals SET head_hash = journal_id", "journals", 700, "wrong_head"),
        ("DELETE FROM journals", "journals", 700, "unknown_journal"),
    ],
)
def test_tampering_is_named(
    sold: tuple[OfficeWorld, bytes], statement: str, table: str, seq: int, code: str
) -> None:
    office, journal_id = sold
    joined = f"{statement} {'AND' if 'WHERE' in statement else 'WHERE'} journal_id = :journal_id"
    first, *_ = _found_after(office, joined, journal_id)
    assert (first.table, first.seq, first.code, first.journal_id) == (table, seq, code, journal_id)


def test_rows_that_no_record_explains_are_named(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(2)
    kiosk.push_all()
    explained_by_nothing = (
        "INSERT INTO balances SELECT region_id, :journal_id, account, unit, credits, debits FROM balances"
    )
    found = _found_after(office, explained_by_nothing, bytes(16))
    assert [each.table for each in found] == ["journals", "balances"]


def test_the_office_journal_is_proved_like_any_other(office: OfficeWorld) -> None:
    office.resident(1, opening_fen=5000)
    assert office.discrepancies() == []
    with writing(office.office.engine) as connection:
        connection.execute(sa.text("UPDATE postings SET quantity = 6000 WHERE account = 'own/1'"))
    (found,) = office.discrepancies()
    assert (found.table, found.seq) == ("postings", 1)
    assert office.balance_fen(own_money(1)) == 5000


def test_a_broken_journal_does_not_hide_another(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.sell(3)
    kiosk.push_all()
    with writing(office.office.engine) as connection:
        connection.execute(sa.text("UPDATE records SET raw = hash WHERE seq = 1"))
    assert {each.code for each in office.discrepancies()} == {"wrong_hash"}
    assert len({each.journal_id for each in office.discrepancies()}) == 2
