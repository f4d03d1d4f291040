"""A journal that cannot be gone on with gives way to a new one, and lunch goes on."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.app import Kiosk, create_app
from kiosk.catalogue.reader import Catalogue
from kiosk.common.outcomes import Outcome
from kiosk.common.purses import purse_of
from kiosk.journal.identity import predecessors, read_identity
from kiosk.journal.incarnation import DAMAGED, DOUBTED, ENROLLED_AGAIN, FORKED, LOST, SEALED
from kiosk.journal.proof import prove
from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.ledger.audit.recovery import RECOVERED, Recovered, origin_of
from kiosk.ledger.holds import HoldSettled, capture, hold, release
from kiosk.ledger.machine.lifecycle import OPENED_AFTER, OpenedAfter
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record, decode
from kiosk.ledger.rights import turnover
from kiosk.services.canteen.actions import Canteen
from kiosk.services.listed import BOOKS
from tests.factories import REGION, SITE, World, open_files
from tests.unit.kiosk.test_tap import chip
from tests.waiting import PATIENCE_S

MINUTES = itertools.count(0, 60_000)
ELDERS = range(1001, 1011)


def build(world: World) -> Kiosk:
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source())
    kiosk.look()
    return kiosk


def answer(kiosk: Kiosk, number: int) -> Outcome:
    kiosk.taps.handle(chip(number, next(MINUTES)))
    return kiosk.board.recent[0]


def sell(kiosk: Kiosk, *numbers: int) -> None:
    for number in numbers:
        assert answer(kiosk, number).code == "served"


def close(kiosk: Kiosk) -> None:
    kiosk.counter().close()


def object_to(world: World, journal_id: bytes, code: str, seq: int) -> None:
    """What the sync process notes."""
    with closing(sqlite3.connect(world.folder / "catalogue.db")) as connection, connection:
        row = (journal_id, code, seq)
        connection.execute("INSERT OR REPLACE INTO objections (journal_id, code, seq) VALUES (?, ?, ?)", row)


def damage(world: World, statement: str) -> None:
    with closing(sqlite3.connect(world.folder / "journal.db")) as connection, connection:
        connection.execute(statement)


def records(folder: Path, journal_id: bytes) -> list[Record]:
    with closing(sqlite3.connect(folder / "journal.db")) as connection:
        rows = connection.execute("SELECT raw FROM records WHERE journal_id = ? ORDER BY seq", (journal_id,))
        return [decode(raw) for (raw,) in rows]


def now_written(world: World) -> bytes:
    return read_identity(world.folder).journal.journal_id


def recovered(world: World) -> list[Recovered]:
    found = records(world.folder, now_written(world))
    bodies = [each.body for each in found if (each.kind, each.version) == RECOVERED]
    return [msgspec.msgpack.decode(body, type=Recovered) for body in bodies]


@pytest.fixture
def sold(world: World) -> World:
    """A kiosk that has sold five lunches (records 3 to 7), and was switched off."""
    world.add_many(ELDERS)
    kiosk = build(world)
    sell(kiosk, *ELDERS[:5])
    close(kiosk)
    return world


@pytest.mark.parametrize("code", [FORKED, LOST, SEALED, DAMAGED])
def test_what_the_office_holds_against_a_journal_begins_another(sold: World, code: str) -> None:
    first = now_written(sold)
    kiosk = build(sold)
    object_to(sold, first, code, 99)
    kiosk.look()
    sell(kiosk, 1006)
    assert answer(kiosk, 1001).code == "already_served"
    second = now_written(sold)
    opened = records(sold.folder, second)[0]
    body = msgspec.msgpack.decode(opened.body, type=OpenedAfter)
    assert (opened.kind, opened.version) == OPENED_AFTER
    assert (body.journal_id, body.before.journal_id, body.before.reason) == (second, first, code)
    assert body.before.seq == len(records(sold.folder, first))
    assert [each.reason for each in predecessors(sold.folder)] == [code]
    close(kiosk)


def test_a_doubt_alone_begins_nothing(sold: World) -> None:
    kiosk = build(sold)
    object_to(sold, now_written(sold), DOUBTED, 5)
    kiosk.look()
    assert predecessors(sold.folder) == ()
    close(kiosk)


def test_an_office_that_objects_to_everything_gets_no_flood_of_journals(sold: World) -> None:
    kiosk = build(sold)
    for _ in range(5):
        object_to(sold, now_written(sold), SEALED, 1)
        kiosk.look()
    assert len(predecessors(sold.folder)) == 1
    close(kiosk)


def test_what_the_office_cannot_take_is_entered_once_in_the_new_journal(sold: World) -> None:
    first = now_written(sold)
    kiosk = build(sold)
    sell(kiosk, 1006)  # records 3-7 and 9, for 8 says that the kiosk started
    object_to(sold, first, FORKED, 6)
    for _ in range(3):
        kiosk.look()
    found = recovered(sold)
    assert [(each.journal_id, each.seq, each.reason) for each in found] == [
        (first, 6, FORKED),
        (first, 7, FORKED),
        (first, 9, FORKED),
    ]
    assert [each.raw for each in found] == [raw(sold, first, seq) for seq in (6, 7, 9)]
    key = JournalKey(REGION, now_written(sold))
    with kiosk.counter().reader.connect() as connection, connection.begin():
        assert prove(connection, key, BOOKS).holds
        assert turnover(connection, key, own_money(1004)).debits == 1000
        served = connection.execute(
            sa.text("SELECT resident_id FROM servings ORDER BY resident_id")
        ).scalars()
        assert list(served) == [*ELDERS[:6]]  # each once, though two journals speak of them
    close(kiosk)
    again = build(sold)
    again.look()
    assert len(recovered(sold)) == 3
    close(again)


def test_recovering_that_was_cut_off_goes_on_where_it_was(
    sold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = now_written(sold)
    monkeypatch.setattr("kiosk.ledger.audit.recovery.RECORDS_AT_ONCE", 2)
    kiosk = build(sold)
    object_to(sold, first, FORKED, 3)
    kiosk.look()
    assert len(recovered(sold)) == 2
    close(kiosk)  # a kill between two looks
    kiosk = build(sold)
    for _ in range(4):
        kiosk.look()
    assert [each.seq for each in recovered(sold)] == [3, 4, 5, 6, 7]
    close(kiosk)


def test_what_was_recovered_once_can_be_recovered_again(sold: World) -> None:
    first = now_written(sold)
    kiosk = build(sold)
    object_to(sold, first, FORKED, 6)
    kiosk.look()
    second = now_written(sold)
    object_to(sold, second, FORKED, 1)
    kiosk._next_renewal_s = 0
    kiosk.look()
    assert now_written(sold) != second
    assert [(origin_of(each).journal_id, origin_of(each).seq) for each in recovered(sold)] == [
        (first, 6),
        (first, 7),
    ]
    close(kiosk)


def test_a_journal_of_an_earlier_enrolment_is_named_as_the_one_before(sold: World) -> None:
    first, second = now_written(sold), bytes(16)
    enrolment = {"region_id": REGION, "journal_id": second.hex()}
    (sold.folder / "enrolment.json").write_text(json.dumps(enrolment))
    kiosk = build(sold)
    body = msgspec.msgpack.decode(records(sold.folder, second)[0].body, type=OpenedAfter)
    assert (body.before.journal_id, body.before.seq, body.before.reason) == (first, 7, ENROLLED_AGAIN)
    close(kiosk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET raw = x'00' WHERE seq = 4",
        "DELETE FROM records WHERE seq = 4",
    ],
)
def test_a_damaged_journal_is_kept_and_selling_goes_on_in_another(sold: World, statement: str) -> None:
    first = now_written(sold)
    damage(sold, statement)
    before = raw(sold, first, 7)
    kiosk = build(sold)
    assert kiosk.board.standing.trouble == ""
    sell(kiosk, 1009)
    assert answer(kiosk, 1005).code == "already_served"
    assert raw(sold, first, 7) == before
    assert [(each.reason, each.seq) for each in predecessors(sold.folder)] in (
        [(DAMAGED, 3)],
        [(DAMAGED, 7)],
    )
    close(kiosk)


def test_damage_far_back_is_found_beside_the_selling(sold: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.journal.opening.TAIL_RECORDS", 1)
    damage(sold, "UPDATE records SET raw = x'00' WHERE seq = 4")
    kiosk = build(sold)
    kiosk.counter()._prover.join(timeout=PATIENCE_S)
    kiosk.look()
    assert [each.reason for each in predecessors(sold.folder)] == [DAMAGED]
    sell(kiosk, 1009)
    close(kiosk)


def test_a_file_that_is_no_database_is_put_aside_and_kept(sold: World) -> None:
    path = sold.folder / "journal.db"
    path.write_bytes(b"rubbish" * 1000)
    kiosk = build(sold)
    (aside,) = sold.folder.glob("damaged/*/journal.db")
    assert aside.read_bytes() == b"rubbish" * 1000
    sell(kiosk, 1009)
    assert [each.reason for each in predecessors(sold.folder)] == [DAMAGED]
    close(kiosk)


def test_a_broken_file_whose_records_hold_is_written_anew_from_them(sold: World) -> None:
    """The page that holds the balances is gone, as after a failing memory card; the records are not."""
    first = now_written(sold)
    path = sold.folder / "journal.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'balances'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    records_before = records(sold.folder, first)
    kiosk = build(sold)
    sell(kiosk, 1010)
    assert now_written(sold) == first
    assert records(sold.folder, first)[:7] == records_before
    assert answer(kiosk, 1001).code == "already_served"
    assert kiosk.board.standing.notice == "memory_damaged"
    close(kiosk)


def test_a_tap_in_the_middle_of_the_change_is_answered_by_the_new_journal(
    sold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = build(sold)
    old = kiosk.counter()
    answer_ = old[Canteen].answer

    def change_first(*arguments: object) -> Outcome:
        object_to(sold, old.journal.key.journal_id, SEALED, 1)
        kiosk.look()
        return answer_(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(old[Canteen], "answer", change_first)
    sell(kiosk, 1009)
    assert [each.kind for each in records(sold.folder, now_written(sold))] == ["opened", "started", "meal"]
    close(kiosk)
    assert open_files(sold.folder) == []


def test_without_a_catalogue_nothing_is_held_against_anybody(tmp_path: Path) -> None:
    found = Catalogue(tmp_path / "none.db")
    assert found.objections() == {}
    found.close()


def raw(world: World, journal_id: bytes, seq: int) -> bytes:
    with closing(sqlite3.connect(world.folder / "journal.db")) as connection:
        query = "SELECT raw FROM records WHERE journal_id = ? AND seq = ?"
        return bytes(connection.execute(query, (journal_id, seq)).fetchone()[0])


def set_aside(kiosk: Kiosk) -> int:
    counter = kiosk.counter()
    with counter.journal.writing() as writing:
        purse = purse_of(writing, counter.catalogue, 1001)
        return hold(writing, purse, 1001, 300, "machine/cup-3", at=counter.clock.now()).record.seq


def settle(kiosk: Kiosk, seq: int, fen: int) -> None:
    counter = kiosk.counter()
    with counter.journal.writing() as writing:
        if fen:
            capture(writing, seq, fen, revenue("charging", SITE), at=counter.clock.now())
        else:
            release(writing, seq, at=counter.clock.now())


def leave(world: World, kiosk: Kiosk, first_seq: int) -> int:
    """Another journal is begun; returns where its last recovered record stands."""
    object_to(world, now_written(world), FORKED, first_seq)
    kiosk.look()
    return [each.seq for each in records(world.folder, now_written(world)) if each.kind == "recovered"][-1]


def moved_here(kiosk: Kiosk) -> tuple[int, ...]:
    """By the journal that is written now: their own, held, and earned."""
    journal = kiosk.counter().journal
    with journal.writing() as writing:
        accounts = own_money(1001), held(1001), revenue("charging", SITE)
        sums = [turnover(writing.connection, writing.key, each) for each in accounts]
    return tuple(each.credits - each.debits for each in sums)


@pytest.mark.parametrize(("fen", "left"), [(120, (-120, 0, 120)), (0, (0, 0, 0))])
def test_what_was_set_aside_before_is_settled_once_in_the_new_journal(
    world: World, fen: int, left: tuple[int, ...]
) -> None:
    world.add_many(ELDERS)
    kiosk = build(world)
    held_seq = set_aside(kiosk)
    once_left = leave(world, kiosk, held_seq)
    assert moved_here(kiosk) == (-300, 300, 0)
    twice_left = leave(world, kiosk, once_left)
    settle(kiosk, twice_left, fen)
    for again in (fen, 0):
        with pytest.raises(HoldSettled):
            settle(kiosk, twice_left, again)
    assert moved_here(kiosk) == left
    close(kiosk)


def test_what_was_settled_before_the_journal_was_left_stays_settled(world: World) -> None:
    world.add_many(ELDERS)
    kiosk = build(world)
    held_seq = set_aside(kiosk)
    recovered_hold = leave(world, kiosk, held_seq)
    settle(kiosk, recovered_hold, 120)
    leave(world, kiosk, recovered_hold)
    found = records(world.folder, now_written(world))
    again = next(each.seq for each in found if each.kind == "recovered")
    with pytest.raises(HoldSettled):
        settle(kiosk, again, 0)
    assert moved_here(kiosk) == (-120, 0, 120)
    close(kiosk)
