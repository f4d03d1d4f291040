"""Troubles in words: what it is, whether lunch goes on, what to do."""

from __future__ import annotations

import pytest
from flask import Flask

from drivers.supervision import Reason
from kiosk.common.board import Board
from kiosk.common.troubles import CatalogueOld, DiskLow, ExchangeStopped, Offline, Severity, Trouble
from kiosk.journal.renewal import NOTICES
from kiosk.web.words.saying import UNKNOWN_FIGURE, trouble_words
from kiosk.web.words.troubles import TROUBLES

SAID = [
    *(f"reader_{each}" for each in Reason),
    "scanner_unplugged",
    "printer_stuck",
    "printer_faulty",
    *NOTICES.values(),
    *TROUBLES,
    "flying_saucer",
]
WITH_FIGURES = {
    each.code: each
    for each in (
        Offline(since="12:03", unsent=312),
        ExchangeStopped(since="2025-06-03"),
        CatalogueOld(days=9),
        DiskLow(free_mb=50),
    )
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", SAID)
def test_every_trouble_is_said_with_what_to_do(app: Flask, board: Board, language: str, code: str) -> None:
    trouble = WITH_FIGURES.get(code) or Trouble(code=code, severity=Severity.NOTE)
    with app.test_request_context(f"/?lang={language}"):
        said = trouble_words(trouble, board.standing)
    assert said.steps
    texts = [said.short, said.title, said.lunch, *said.steps]
    assert all(texts) and not [text for text in texts if "%(" in text or UNKNOWN_FIGURE in text]
    assert all(any("\u4e00" <= each <= "\u9fff" for each in text) for text in texts) is (language == "zh")


def test_the_panel_is_open_to_everybody_and_names_nobody(app: Flask) -> None:
    answer = app.test_client().get("/troubles")
    assert answer.status_code == 200
    assert "一切正常" in answer.text
