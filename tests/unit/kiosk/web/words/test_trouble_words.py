"""Troubles in words: what it is, whether lunch goes on, what to do."""

from __future__ import annotations

import pytest
from flask import Flask

from drivers.supervision import Reason
from kiosk.common.troubles import Severity, Trouble
from kiosk.journal.renewal import NOTICES
from kiosk.web.words.saying import trouble_words
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


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", SAID)
def test_every_trouble_is_said_with_what_to_do(app: Flask, language: str, code: str) -> None:
    figures = {"since": "12:03", "days": 9, "unsent": 312, "free_mb": 50}
    with app.test_request_context(f"/?lang={language}"):
        said = trouble_words(Trouble(code=code, severity=Severity.NOTE, figures=figures))
    assert said.steps
    texts = [said.short, said.title, said.lunch, *said.steps]
    assert all(texts) and not [text for text in texts if "%(" in text]
    assert all(any("\u4e00" <= each <= "\u9fff" for each in text) for text in texts) is (language == "zh")


def test_the_panel_is_open_to_everybody_and_names_nobody(app: Flask) -> None:
    answer = app.test_client().get("/troubles")
    assert answer.status_code == 200
    assert "一切正常" in answer.text
