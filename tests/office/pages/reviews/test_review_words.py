"""What a review says is said in the page's language: every code, and the figures of every detail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kiosk
import sync
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding
from sync.office.books import reviews
from sync.office.console.reviewing.suspense.review_words import PLACEHOLDER, ReviewWords
from sync.office.console.shown import together
from sync.office.services.listed import SERVICES
from sync.office.store.database import writing
from tests.office.books import ELDER, HERE, MONDAY, Books, Browser

SAID = ReviewWords(together(each.shown for each in SERVICES).reviews).said
# Said by `kiosk journal verify` about a file, and never put up at the office.
OF_A_FILE = {"gap", "wrong_type", "wrong_hash", "wrong_totals", "stray_request"}


def codes_in_source() -> Iterator[str]:
    """The second argument of every `Finding(...)`, as far as it is a text or the name of one."""
    for package in (kiosk, sync):
        for path in Path(package.__path__[0]).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = dict(constants_of(tree))
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "Finding"
                ):
                    code = node.args[1] if len(node.args) > 1 else None
                    if isinstance(code, ast.Constant):
                        yield str(code.value)
                    elif isinstance(code, ast.Name) and code.id in constants:
                        yield constants[code.id]


def constants_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`NAME = "text"` and `ONE, OTHER = "text", "text"`."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names, value = node.targets[0], node.value
            pairs = (
                zip(names.elts, value.elts, strict=False)
                if isinstance(names, ast.Tuple) and isinstance(value, ast.Tuple)
                else [(names, value)]
            )
            for name, text in pairs:
                if isinstance(name, ast.Name) and isinstance(text, ast.Constant):
                    yield name.id, str(text.value)


def test_every_code_has_words() -> None:
    found = set(codes_in_source())
    assert len(found) > 20
    assert found - SAID.keys() - OF_A_FILE == set()


def test_every_sentence_is_of_a_code_and_has_figures_unless_the_records_stand_below() -> None:
    bare = {code for code, said in SAID.items() for each in said.sentences if not PLACEHOLDER.search(each)}
    assert bare == {"duplicate_meal"}


def page_with(books: Books, clerk: Browser, code: str, detail: str, language: str) -> str:
    key, _seq, _hash = books.journals[HERE]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(1, code, detail)])
    return " ".join(clerk.get(f"/reviews?lang={language}").get_data(as_text=True).split())


@pytest.mark.parametrize(
    ("code", "detail", "zh", "en"),
    [
        (
            "cash_difference",
            figures(shift=3, counted_fen=4500, expected_fen=14500),
            "第 3 班：实点 45.00 元，应有 145.00 元",
            "Shift 3: 45.00 yuan counted, 145.00 yuan expected",
        ),
        (
            "card_authentication_failed",
            figures(resident=ELDER, card=7, site=HERE, reason="card_copied"),
            "陈测试</a>: 7 号卡，在华圣食堂：密钥不对",
            "陈测试</a>: Card 7 at Huasheng: it does not know its key",
        ),
        (
            "wrong_period",
            figures(site=HERE, meal="lunch", day=MONDAY.isoformat(), earliest="14:59", latest="15:00"),
            "记在 2026-11-16 午餐；实际在 14:59 到 15:00 之间",
            "Lunch of 2026-11-16; served between 14:59 and 15:00",
        ),
        (
            "recovered_unproved",
            figures(record=12, journal="00112233445566778899aabbccddeeff"),
            "流水账 00112233 的第 12 笔",
            "Record 12 of journal 00112233",
        ),
        (
            "after_seal",
            "5 records, booked all the same",
            "5 records, booked all the same",
            "5 records, booked",
        ),
        ("of_tomorrow", figures(more_fen=100), "more_fen=100", "more_fen=100"),
    ],
)
def test_a_detail_is_said_in_the_pages_language(
    books: Books, clerk: Browser, code: str, detail: str, zh: str, en: str
) -> None:
    books.sell(day=MONDAY)
    assert zh in page_with(books, clerk, code, detail, "zh")
    assert en in page_with(books, clerk, code, detail, "en")


def test_each_review_says_what_to_do_about_it(books: Books, clerk: Browser) -> None:
    assert [code for code, said in SAID.items() if not said.advice] == []
    books.sell()
    key = books.journals[HERE][0]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(1, "cash_difference", ""), Finding(1, "nobodys_code", "")])
    page = clerk.get("/reviews?lang=en").get_data(as_text=True)
    assert "Count once more, and ask whoever closed the shift" in page
    assert "nobodys_code" in page
