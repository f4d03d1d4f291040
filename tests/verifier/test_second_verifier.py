"""A verifier that knows only the document and our own ones say the same of every file, good or damaged."""

from __future__ import annotations

import ast
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal.journal_file import open_sound, rewrite
from kiosk.journal.proof import examine
from kiosk.ledger.accounts import is_account, own_money, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.nesting import MAX_DEPTH
from kiosk.ledger.entries import MOST_BOOKED, Posting
from kiosk.ledger.journal import Journal
from kiosk.ledger.machine.lifecycle import STARTED, Started
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment, decode
from kiosk.services.listed import BOOKS
from kiosk.store.engine import open_readonly
from tests.sync.world import Kiosk, open_world
from tests.verifier import verify as stranger
from tests.verifier.damages import DAMAGES, OF_A_KIOSK, SALES, TOTALS, Damage, cut_tail, set_head_back
from tests.verifier.forgeries import FORGERIES

SCRIPT = Path(stranger.__file__)
KEY = JournalKey(1, bytes(range(16)))
AT = Moment(boot=1, monotonic_ms=5000, boot_wall_ms=1_795_000_000_000, quality=ClockQuality.KEPT)


@pytest.fixture(scope="module")
def good_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "journal.db"
    engine = open_sound(path.parent, BOOKS)
    journal = Journal(engine, KEY, BOOKS.projections)
    for n in range(SALES):
        _sell(journal, n)
    journal.close()
    engine.dispose()
    return path


@pytest.fixture
def journal(good_journal: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "journal.db"
    copy.write_bytes(good_journal.read_bytes())
    return copy


def _sell(journal: Journal, n: int) -> None:
    request_id = f"touch {n}" if n in (2, 5) else None
    unit = Unit.RIGHT if n == 7 else Unit.FEN
    postings = (Posting(own_money(n % 3), -1000, unit), Posting(revenue("canteen", "x"), 1000, unit))
    with journal.writing() as writing:
        writing.append(*STARTED, Started("boot", "1"), *(postings if n else ()), at=AT, request_id=request_id)


@pytest.fixture(scope="module")
def good_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bytes]]:
    folder = tmp_path_factory.mktemp("office")
    with open_world(folder, f"sqlite:///{folder / 'office.db'}") as office:
        office.resident(1, opening_fen=100_000)
        kiosk = Kiosk(folder / "kiosk", office)
        kiosk.sell(SALES)
        kiosk.push_all()
        kiosk.close()
    yield folder / "office.db", kiosk.journal_id


@pytest.fixture
def office(good_office: tuple[Path, bytes], tmp_path: Path) -> tuple[Path, bytes]:
    copy = tmp_path / "office.db"
    copy.write_bytes(good_office[0].read_bytes())
    return copy, good_office[1]


def kiosk_holds(path: Path) -> bool:
    """What `kiosk journal verify` says."""
    engine = open_readonly(path)
    with engine.connect() as connection, connection.begin():
        holds = examine(connection, KEY, BOOKS).holds
    engine.dispose()
    return holds


def office_holds(path: Path) -> bool:
    """What `office verify` says."""
    with open_world(path.parent / "data", f"sqlite:///{path}") as office:
        return not office.discrepancies()


def damage(path: Path, how: Damage, journal_id: bytes) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        how(base, journal_id)


def test_a_good_journal_holds_for_both(journal: Path) -> None:
    assert kiosk_holds(journal)
    verdict = stranger.verify(journal, [])
    assert (verdict.findings, verdict.remarks) == ([], [])
    assert verdict.heads[0].startswith(f"{KEY.journal_id.hex()}: {SALES}-")


def test_good_books_hold_for_both(office: tuple[Path, bytes]) -> None:
    assert office_holds(office[0])
    verdict = stranger.verify(office[0], [])
    assert (verdict.findings, verdict.remarks) == ([], [])
    assert len(verdict.heads) == 2


@pytest.mark.parametrize("name", [*DAMAGES, *TOTALS])
def test_a_damaged_journal_is_found_by_both(journal: Path, name: str) -> None:
    damage(journal, {**DAMAGES, **TOTALS}[name], KEY.journal_id)
    assert not kiosk_holds(journal)
    assert stranger.verify(journal, []).findings != []


@pytest.mark.parametrize("name", OF_A_KIOSK)
def test_other_tables_of_a_kiosk_are_held_against_the_records_by_both(journal: Path, name: str) -> None:
    damage(journal, OF_A_KIOSK[name], KEY.journal_id)
    assert not kiosk_holds(journal)
    assert stranger.verify(journal, []).findings != []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_record_is_allowed_or_refused_by_both(journal: Path, name: str) -> None:
    """Its hash is right, and so is every table that follows: what it says is all there is to judge."""
    forgery = FORGERIES[name]
    damage(journal, forgery.make, KEY.journal_id)
    assert rewrite(journal.parent, KEY, BOOKS, datetime.now(UTC))
    assert kiosk_holds(journal) is forgery.allowed
    assert (stranger.verify(journal, []).findings == []) is forgery.allowed


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_books_are_found_by_both(office: tuple[Path, bytes], name: str) -> None:
    damage(office[0], DAMAGES[name], office[1])
    assert stranger.verify(office[0], []).findings != []
    assert not office_holds(office[0])


@pytest.mark.parametrize("name", TOTALS)
def test_wrong_totals_of_a_kiosk_are_a_remark_at_the_office(office: tuple[Path, bytes], name: str) -> None:
    damage(office[0], TOTALS[name], office[1])
    assert not office_holds(office[0])
    damage(office[0], set_head_back, office[1])
    assert office_holds(office[0])
    verdict = stranger.verify(office[0], [])
    assert verdict.findings == []
    assert "count and turnover" in verdict.remarks[0]


def test_a_tail_that_was_cut_off_shows_only_against_a_receipt(journal: Path) -> None:
    receipt = stranger.verify(journal, []).heads[0].split()[1]
    assert stranger.verify(journal, [receipt]).findings == []
    damage(journal, cut_tail, KEY.journal_id)
    assert kiosk_holds(journal)
    assert stranger.verify(journal, []).findings == []
    assert stranger.verify(journal, [receipt]).findings == [f"receipt {receipt} is nowhere"]


def test_a_tail_that_was_cut_off_shows_at_the_office_by_its_head(office: tuple[Path, bytes]) -> None:
    damage(office[0], cut_tail, office[1])
    assert not office_holds(office[0])
    assert [each for each in stranger.verify(office[0], []).findings if " journals " in each]
    damage(office[0], set_head_back, office[1])
    assert office_holds(office[0])
    assert stranger.verify(office[0], []).findings == []


def test_the_command_ends_as_documented(journal: Path, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, "-I", SCRIPT, *words], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert run(str(journal))[0] == 0
    assert run(str(tmp_path / "nothing"))[0] == 2
    assert run()[0] == 2
    damage(journal, DAMAGES["a hash"], KEY.journal_id)
    code, said = run(str(journal))
    assert (code, "record 3 does not have the hash" in said) == (1, True)
    (tmp_path / "text").write_text("no database")
    assert run(str(tmp_path / "text"))[0] == 1


def test_it_shares_no_code_with_what_it_checks() -> None:
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(ast.parse(SCRIPT.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_both_read_the_same_out_of_mutilated_records() -> None:
    chance = random.Random(20261123)
    read = 0
    for _ in range(20_000):
        raw = _mutilated(chance)
        ours, theirs = _ours(raw), _theirs(raw)
        assert ours == theirs, raw.hex()
        read += ours is not None
    assert 2_000 < read < 18_000


@pytest.mark.parametrize(("depth", "is_record"), [(MAX_DEPTH - 1, True), (MAX_DEPTH, False), (40_000, False)])
def test_both_stop_at_the_same_depth(depth: int, is_record: bool) -> None:
    raw = msgspec.msgpack.encode([1, "x", 1, 1, 1, 1, 1, "", 1, [], None, 0, 0])
    deep = raw[:-3] + b"\x91" * depth + b"\xc0" + raw[-2:]
    assert (_ours(deep) is not None) is is_record
    assert (_theirs(deep) is not None) is is_record


def test_the_limits_are_the_documents() -> None:
    assert (stranger.MOST_BOOKED, stranger.DEEPEST) == (MOST_BOOKED, MAX_DEPTH)
    assert set(stranger.UNITS) == {unit.value for unit in Unit}


def _mutilated(chance: random.Random) -> bytes:
    postings = [["a", -5, "FEN"], ["b", 5], ["c", 2**40, "RIGHT", None]][: chance.randrange(4)]
    more = [_any(chance) for _ in range(chance.choice([0, 0, 1, 2]))]
    record = [3, "meal", 1, 1, chance.randrange(2**33), 9, 2, "", 7, postings, _any(chance), 1, 5, *more]
    raw = bytearray(msgspec.msgpack.encode(record))
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(raw))
        way = chance.randrange(4)
        if way == 0:
            raw[place] = chance.randrange(256)
        elif way == 1:
            raw.insert(place, chance.randrange(256))
        elif way == 2 and len(raw) > 1:
            del raw[place]
        else:
            raw = raw[: place + 1]
    return bytes(raw)


def _any(chance: random.Random, depth: int = 0) -> Any:
    if depth < 3 and chance.random() < 0.3:
        inner = [_any(chance, depth + 1) for _ in range(chance.randrange(4))]
        return inner if chance.random() < 0.5 else dict(enumerate(inner))
    extension = msgspec.msgpack.Ext(5, b"x" * chance.choice([1, 2, 3, 16, 300]))
    return chance.choice([1, -1, 2**40, -(2**40), None, True, 1.5, "餐", "a" * 300, b"z" * 300, extension])


def _ours(raw: bytes) -> Any:
    try:
        record = decode(raw)
    except msgspec.DecodeError:
        return None
    postings = [(each.account, each.quantity, each.unit.value) for each in record.postings]
    return record.seq, postings, record.count, record.turnover_fen


def _theirs(raw: bytes) -> Any:
    try:
        record = stranger.read_record(raw)
    except stranger.Malformed:
        return None
    return record.seq, record.postings, record.count, record.turnover_fen


@given(st.sampled_from(["", "own/", "held/", "courtesy/", "set_aside/", "x/"]), st.text() | st.integers())
def test_both_call_the_same_names_accounts(kind: str, whose: str | int) -> None:
    name = f"{kind}{whose}"
    assert stranger.is_account(name) == is_account(name)
