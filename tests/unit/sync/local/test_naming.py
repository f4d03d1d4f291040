"""Somebody who forgot the card is found by a few keys, and nobody who has left is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest

from kiosk.catalogue.contact import Heard
from kiosk.catalogue.items import Kind, encode_value
from kiosk.catalogue.reader import Catalogue
from kiosk.people.residents import Resident, ResidentStatus
from sync.local.cursor import Cursor
from sync.wire.messages import Item, Page

JOURNAL = bytes(16)
CHEN = Resident(
    id=1, name="陈桂英", born=date(1943, 3, 8), home_site="here", initials="cgy", phone_tail="3456"
)
ZENG = Resident(id=2, name="曾乐", born=date(1950, 1, 1), home_site="there", initials="cl cy zl zy")


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[Cursor]:
    opened = Cursor(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def catalogue(tmp_path: Path, cursor: Cursor) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "catalogue.db")
    yield opened
    opened.close()


def bring(cursor: Cursor, *people: Resident, gone: tuple[int, ...] = (), reset: bool = False) -> None:
    items = [Item(Kind.RESIDENT, str(each.id), 1, encode_value(each)) for each in people]
    items += [Item(Kind.RESIDENT, str(number), 2, None) for number in gone]
    page = Page(epoch=b"e", reset=reset, more=False, cursors=(1, 1), office_ms=1, items=b"")
    cursor.apply(page, items, JOURNAL, Heard(1))


def found(catalogue: Catalogue, prefix: str, site: str = "here") -> list[str]:
    return [each.name for each in catalogue.residents_named(prefix, site, 10)]


@pytest.mark.parametrize("typed", ["cg", "cgy", "24", "249", "345", "3456", "陈桂"])
def test_a_few_keys_find_a_person(cursor: Cursor, catalogue: Catalogue, typed: str) -> None:
    bring(cursor, CHEN)
    assert found(catalogue, typed) == ["陈桂英"]
    assert found(catalogue, "zz") == []


def test_every_reading_of_a_name_finds_it_and_those_of_here_come_first(
    cursor: Cursor, catalogue: Catalogue
) -> None:
    bring(cursor, ZENG, CHEN)
    assert found(catalogue, "zy") == found(catalogue, "cl") == ["曾乐"]
    assert found(catalogue, "c") == ["陈桂英", "曾乐"]
    assert found(catalogue, "c", "there") == ["曾乐", "陈桂英"]


def test_rare_readings_of_a_name_come_after_common_ones(cursor: Cursor, catalogue: Catalogue) -> None:
    cai = Resident(id=1, name="蔡凤娇", born=date(1943, 3, 8), home_site="here", initials="cfj sfj")
    shi = msgspec.structs.replace(cai, id=2, name="石凤娇", initials="sfj dfj")
    by_phone = msgspec.structs.replace(cai, id=3, name="黄凤娇", initials="hfj", phone_tail="7350")
    bring(cursor, cai, shi, by_phone)
    assert found(catalogue, "735") == ["石凤娇", "黄凤娇", "蔡凤娇"]
    assert found(catalogue, "235") == ["蔡凤娇"]
    assert found(catalogue, "sf") == ["石凤娇", "蔡凤娇"]


def test_everybody_is_found_at_once_after_an_upgrade(
    cursor: Cursor, catalogue: Catalogue, tmp_path: Path
) -> None:
    bring(cursor, CHEN)
    cursor.close()
    with closing(sqlite3.connect(tmp_path / "catalogue.db")) as connection:
        connection.execute("PRAGMA user_version = 4")
    again = Cursor(tmp_path)
    assert found(catalogue, "cgy") == ["陈桂英"], "and not only when the network is there again"
    again.close()


def test_a_new_name_is_found_and_the_old_one_is_not(cursor: Cursor, catalogue: Catalogue) -> None:
    bring(cursor, CHEN)
    bring(cursor, msgspec.structs.replace(CHEN, name="陈桂芳", initials="cgf"))
    assert found(catalogue, "cgy") == []
    assert found(catalogue, "cgf") == ["陈桂芳"]


def test_who_left_is_not_found(cursor: Cursor, catalogue: Catalogue) -> None:
    bring(cursor, CHEN, ZENG)
    bring(cursor, msgspec.structs.replace(CHEN, status=ResidentStatus.CLOSED), gone=(2,))
    assert found(catalogue, "c") == []


def test_a_snapshot_forgets_whom_it_does_not_name(cursor: Cursor, catalogue: Catalogue) -> None:
    bring(cursor, CHEN, ZENG)
    bring(cursor, ZENG, reset=True)
    assert found(catalogue, "c") == ["曾乐"]
