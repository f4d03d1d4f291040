"""How far a kiosk is with its office, in a file that can be lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.catalogue import tables as catalogue
from kiosk.catalogue.contact import Heard
from sync.local.cursor import Cursor, Position
from sync.wire.messages import Item, Page

JOURNAL = b"j" * 16


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[Cursor]:
    with closing(Cursor(tmp_path)) as opened:
        yield opened


def _page(*, reset: bool = False, more: bool = False, cursors: tuple[int, int] = (0, 0)) -> Page:
    return Page(b"epoch", reset, more, cursors, 1234, b"")


def _keys(cursor: Cursor) -> list[str]:
    with cursor._engine.begin() as connection:
        return list(connection.execute(sa.select(catalogue.items.c.key).order_by("key")).scalars())


def test_a_new_one_knows_nothing(cursor: Cursor) -> None:
    assert cursor.acked_seq(JOURNAL) == 0
    assert cursor.position() == Position(b"", (0, 0), False, 0)
    assert cursor.office_keys() == {}


def test_it_moves_both_ways(cursor: Cursor) -> None:
    cursor.acknowledge(JOURNAL, 5, Heard(1000))
    assert cursor.acked_seq(JOURNAL) == 5
    cursor.move(JOURNAL, 2)
    assert cursor.acked_seq(JOURNAL) == 2


def test_a_contact_says_what_was_acknowledged_then(cursor: Cursor) -> None:
    cursor.acknowledge(JOURNAL, 5, Heard(1000, "boot", 70, 8))
    cursor.acknowledge(b"other" * 3 + b"!", 9, None)
    with cursor._engine.begin() as connection:
        assert connection.execute(sa.select(catalogue.contact)).one() == (1, 1000, 5, JOURNAL, "boot", 70, 8)
    cursor.apply(_page(), [], JOURNAL, Heard(1234))
    with cursor._engine.begin() as connection:
        assert connection.execute(sa.select(catalogue.contact)).one() == (1, 1234, 5, JOURNAL, "", 0, 0)


def test_counters_grow_and_can_jump(cursor: Cursor, tmp_path: Path) -> None:
    assert [cursor.next_counter(), cursor.next_counter(), cursor.next_counter(above=40)] == [1, 2, 41]
    cursor.close()
    with closing(Cursor(tmp_path)) as again:
        assert again.next_counter() == 42


def test_a_snapshot_removes_what_it_did_not_name_only_at_its_end(cursor: Cursor) -> None:
    cursor.apply(_page(), [Item("menu", key, 1, b"v") for key in "abc"], JOURNAL, Heard(1234))
    cursor.apply(_page(reset=True, more=True), [Item("menu", "a", 5, b"w")], JOURNAL, Heard(1234))
    assert _keys(cursor) == ["a", "b", "c"]
    assert cursor.position().in_snapshot
    cursor.apply(_page(), [Item("menu", "b", 6, b"w"), Item("menu", "a", 7, None)], JOURNAL, Heard(1234))
    assert _keys(cursor) == ["b"]
    assert not cursor.position().in_snapshot


def test_a_snapshot_that_begins_again_forgets_what_it_named(cursor: Cursor) -> None:
    cursor.apply(_page(reset=True, more=True), [Item("menu", "a", 5, b"w")], JOURNAL, Heard(1234))
    cursor.apply(_page(reset=True), [Item("menu", "b", 5, b"w")], JOURNAL, Heard(1234))
    assert _keys(cursor) == ["b"]


def test_another_schema_is_made_anew_and_keeps_the_items(cursor: Cursor, tmp_path: Path) -> None:
    cursor.apply(_page(cursors=(3, 3)), [Item("menu", "a", 1, b"v")], JOURNAL, Heard(1234))
    with cursor._engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    cursor.close()
    with closing(Cursor(tmp_path)) as again:
        assert _keys(again) == ["a"]
        assert again.position() == Position(b"", (0, 0), False, 0)


def test_an_item_that_came_by_itself_takes_no_newer_ones_place(cursor: Cursor) -> None:
    for revision, value in ((5, b"five"), (4, b"four"), (6, b"six")):
        cursor.put_newer(Item("menu", "today", revision, value))
        if revision == 4:
            assert _values(cursor) == [b"five"]
    assert _values(cursor) == [b"six"]


def _values(cursor: Cursor) -> list[bytes]:
    with cursor._engine.begin() as connection:
        return list(connection.execute(sa.select(catalogue.items.c.value)).scalars())
