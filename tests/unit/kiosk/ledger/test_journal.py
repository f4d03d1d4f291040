"""The journal: what is appended is durable, chained, proved, and never twice."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.journal.journal_file import open_sound
from kiosk.journal.proof import prove
from kiosk.ledger.accounts import own_money, revenue
from kiosk.ledger.audit.export import export_lines
from kiosk.ledger.audit.verify import Proof
from kiosk.ledger.entries import Posting, Unbalanced
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.journal import Journal
from kiosk.ledger.machine.lifecycle import OPENED, STARTED, JournalOpened, Started
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment, chain_hash, genesis_hash
from kiosk.ledger.rights import turnover
from kiosk.services.listed import BOOKS
from kiosk.store.engine import open_readonly

NOON = Moment(boot=1, monotonic_ms=5000, boot_wall_ms=1_795_000_000_000, quality=ClockQuality.KEPT)
BODY = Started("boot", "1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    engine = open_sound(path.parent, BOOKS)
    opened = Journal(engine, JournalKey(1, secrets.token_bytes(16)), BOOKS.projections)
    yield opened
    opened.close()
    engine.dispose()


def sell(journal: Journal, fen: int = 1000, resident: int = 1, request_id: str | None = None) -> None:
    postings = (Posting(own_money(resident), -fen), Posting(revenue("canteen", "x"), fen))
    with journal.writing() as writing:
        writing.append(*STARTED, BODY, *postings, at=NOON, request_id=request_id)


def proof(journal: Journal, last: int | None = None) -> Proof:
    engine = open_readonly(Path(str(journal.engine.url.database).removeprefix("file:")))
    with engine.connect() as connection, connection.begin():
        checked = prove(connection, journal.key, BOOKS, last=last)
    engine.dispose()
    return checked


def test_records_are_chained_from_the_journals_own_beginning(journal: Journal) -> None:
    sell(journal)
    sell(journal)
    with journal.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT raw, hash FROM records ORDER BY seq")).all()
    first = chain_hash(genesis_hash(journal.key.journal_id), rows[0].raw)
    assert [row.hash for row in rows] == [first, chain_hash(first, rows[1].raw)]
    assert journal.head.hash == rows[1].hash


def test_the_head_is_the_same_after_opening_again(journal: Journal) -> None:
    sell(journal, 700)
    before = journal.head
    again = Journal(journal.engine, journal.key, BOOKS.projections)
    assert again.head == before
    assert (before.seq, before.count, before.turnover_fen) == (1, 1, 700)
    again.close()


def test_an_unbalanced_entry_writes_nothing(journal: Journal) -> None:
    with pytest.raises(Unbalanced), journal.writing() as writing:
        writing.append(*STARTED, BODY, Posting(own_money(1), -5), at=NOON)
    assert journal.head.seq == 0
    assert proof(journal).records == 0


def test_a_refusal_after_the_append_takes_it_back(journal: Journal) -> None:
    class Changed(Exception):
        pass

    with pytest.raises(Changed), journal.writing() as writing:
        writing.append(*STARTED, BODY, at=NOON)
        raise Changed
    assert journal.head.seq == 0
    sell(journal)
    assert proof(journal).findings == []


def test_a_request_is_found_again_by_its_id(journal: Journal) -> None:
    sell(journal, request_id="abc")
    with journal.writing() as writing:
        found = writing.first_answer("abc")
        assert writing.first_answer("other") is None
    assert found is not None
    assert (found.record.seq, found.hash) == (1, journal.head.hash)


def test_the_file_is_in_wal_mode_and_fully_synchronous(journal: Journal) -> None:
    with journal.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_disk_that_takes_nothing_is_a_named_refusal_and_the_journal_goes_on_after(
    journal: Journal, path: Path
) -> None:
    sell(journal)
    with closing(sqlite3.connect(path, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        for _ in range(2):  # the second time the connection is given up, for it could not even be asked
            with pytest.raises(JournalUnwritable) as refusal:
                sell(journal)
    assert "locked" in str(refusal.value.reason)
    assert refusal.value.again_helps
    sell(journal)
    assert proof(journal).head_seq == 2


def test_a_commit_that_reached_the_file_and_was_reported_as_failed_is_gone_on_from(journal: Journal) -> None:
    before = journal.head
    sell(journal)
    journal._head = before  # what memory would say if the commit had raised
    journal._doubt()
    sell(journal)
    assert proof(journal).findings == []
    assert journal.head.seq == 2


def test_a_full_disk_takes_no_money_and_loses_nothing(journal: Journal) -> None:
    sell(journal)

    @sa.event.listens_for(journal.engine, "connect")
    def small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")

    journal._reconnect()
    with pytest.raises(JournalUnwritable) as refusal:
        for _ in range(500):
            sell(journal)
    assert "full" in str(refusal.value.reason)
    checked = proof(journal)
    assert checked.findings == []
    assert checked.head_seq == journal.head.seq


def test_a_readonly_disk_is_a_named_refusal(journal: Journal) -> None:
    sell(journal)

    @sa.event.listens_for(journal.engine, "connect")
    def frozen(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=1")

    journal._reconnect()
    with pytest.raises(JournalUnwritable):
        sell(journal)
    assert proof(journal).head_seq == 1


def test_another_process_may_read_but_not_write(journal: Journal, path: Path) -> None:
    sell(journal)
    engine = open_readonly(path)
    with engine.connect() as connection, connection.begin():
        assert prove(connection, journal.key, BOOKS).records == 1
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            connection.exec_driver_sql("DELETE FROM records")
    engine.dispose()


TAMPERINGS = {
    "a byte of a record": (
        "UPDATE records SET raw = CAST(raw || x'00' AS BLOB) WHERE seq = 3",
        3,
        "wrong_hash",
    ),
    "a record made text": ("UPDATE records SET raw = 'text' WHERE seq = 3", 3, "wrong_type"),
    "a hash": ("UPDATE records SET hash = zeroblob(32) WHERE seq = 3", 3, "wrong_hash"),
    "a record taken out": ("DELETE FROM records WHERE seq = 3", 3, "gap"),
    "a posting changed": ("UPDATE postings SET quantity = 1 WHERE seq = 3 AND n = 0", 3, "wrong_postings"),
    "a posting taken out": ("DELETE FROM postings WHERE seq = 3 AND n = 1", 3, "wrong_postings"),
    "a balance changed": ("UPDATE balances SET debits = debits + 1", 5, "wrong_balances"),
    "a balance taken out": ("DELETE FROM balances", 5, "wrong_balances"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_verify_names_the_first_bad_record_after(journal: Journal, name: str) -> None:
    for _ in range(5):
        sell(journal)
    assert proof(journal).findings == []
    statement, seq, code = TAMPERINGS[name]
    with journal.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    first = proof(journal).findings[0]
    assert (first.seq, first.code) == (seq, code)


def test_a_forged_record_with_a_right_hash_is_betrayed_by_its_totals(journal: Journal) -> None:
    for _ in range(3):
        sell(journal)
    with journal.engine.begin() as connection:
        rows = connection.execute(sa.text("SELECT seq, raw, hash FROM records ORDER BY seq")).all()
        forged = msgspec.msgpack.decode(rows[2].raw)
        forged[12] += 1
        raw = msgspec.msgpack.encode(forged)
        connection.execute(
            sa.text("UPDATE records SET raw = :raw, hash = :hash WHERE seq = 3"),
            {"raw": raw, "hash": chain_hash(rows[1].hash, raw)},
        )
    assert [(each.seq, each.code) for each in proof(journal).findings] == [(3, "wrong_totals")]


def test_the_tail_alone_can_be_proved(journal: Journal) -> None:
    for _ in range(8):
        sell(journal)
    assert proof(journal, last=3).records == 3
    with journal.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET raw = x'00' WHERE seq = 2")
    assert proof(journal, last=3).holds
    assert not proof(journal).holds


def test_export_gives_a_line_per_record(journal: Journal) -> None:
    with journal.writing() as writing:
        writing.append(*OPENED, JournalOpened(journal.key.journal_id, "front", "huasheng"), at=NOON)
    sell(journal, 1500)
    with journal.engine.connect() as connection, connection.begin():
        lines = [msgspec.json.decode(line) for line in export_lines(connection, journal.key)]
    assert [line["kind"] for line in lines] == ["opened", "started"]
    assert lines[1]["postings"][0] == {"account": "own/1", "quantity": -1500, "unit": "FEN"}
    assert lines[1]["turnover_fen"] == 1500


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5000)), max_size=20))
def test_balances_are_the_sum_of_all_postings_ever(journal: Journal, sales: list[tuple[int, int]]) -> None:
    with journal.engine.connect() as connection:
        before = {n: turnover(connection, journal.key, own_money(n)).debits for n in range(1, 6)}
    for resident, fen in sales:
        sell(journal, fen, resident)
    with journal.engine.connect() as connection:
        for n in range(1, 6):
            spent = sum(fen for resident, fen in sales if resident == n)
            assert turnover(connection, journal.key, own_money(n)).debits == before[n] + spent
    assert proof(journal).holds
