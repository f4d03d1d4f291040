"""Residents found by any part of the name, initials, telephone and cards; and no more by what has changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from sync.office.console.residents.found import resident_page
from sync.office.people.forgetting import forget
from sync.office.store.database import reading, writing
from sync.office.store.tables import search_words
from tests.office.books import ELDER, HERE, THERE, YOUNG, Books, small_file


def found(books: Books, search: str) -> list[int]:
    with reading(books.office.engine) as connection:
        return [each.resident.id for each in resident_page(connection, books.office.region_id, search).lines]


def renamed(books: Books, **changed: object) -> None:
    content = small_file()
    content["residents"][0] |= changed
    books.import_(content)


@pytest.mark.parametrize(
    ("search", "whom"),
    [
        ("陈测试", [ELDER]),
        ("测试", [ELDER, YOUNG]),
        ("试", [ELDER, YOUNG]),
        ("陈试", []),
        ("ccs", [ELDER]),
        ("c", []),
        ("1006", [ELDER]),
        ("139 0000 1006", [ELDER]),
        ("006", []),
        ("3", [YOUNG]),
        ("0002", [YOUNG, ELDER]),
        ("04 00 00 03", [YOUNG]),
        ("%", []),
        ("_", []),
    ],
)
def test_whoever_is_meant_is_found_and_nobody_else(on_both: Books, search: str, whom: list[int]) -> None:
    """`3` is a card's number, and `0002` one resident's own and another one's card."""
    renamed(on_both, initials="ccs", phone_tail="1006")
    assert found(on_both, search) == sorted(whom)


def test_whoever_is_called_otherwise_or_moves_is_found_by_what_holds_now(on_both: Books) -> None:
    renamed(on_both, phone_tail="1006")
    renamed(on_both, name="欧阳新名", home_site=THERE, phone_tail="2007")
    assert found(on_both, "陈测试") == found(on_both, "1006") == []
    assert found(on_both, "阳新") == found(on_both, "2007") == [ELDER]
    renamed(on_both, home_site=HERE)
    assert found(on_both, "陈测") == [ELDER]


def test_no_word_is_left_of_whoever_is_forgotten(on_both: Books) -> None:
    renamed(on_both, phone_tail="1006", opening_fen=0)
    office = on_both.office
    with writing(office.engine) as connection:
        forget(connection, office.region_id, ELDER, office.offered.about)
        left = connection.scalars(sa.select(search_words.c.word)).all()
    assert not any("陈" in each or "1006" in each for each in left)
    assert found(on_both, "陈") == []
