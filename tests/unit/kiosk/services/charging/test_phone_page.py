"""The page of a socket on a phone: every look in both languages, and small enough for an old one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint, Flask, render_template

from drivers.outlets.reasons import StopReason
from kiosk.services.charging.looks import Look
from kiosk.services.charging.phone.page import STATIC, TEMPLATES, Fault, Links, SocketPage
from kiosk.services.charging.reasons import WHY, why
from kiosk.services.charging.words import WORDS
from kiosk.web.words import current, languages

MOST_BYTES = 30_000
LINKS = Links(
    language="zh-CN",
    style="/phone.css",
    script="/phone.js",
    page="/A3",
    start="/A3/start",
    stop="/A3/stop",
    report="/A3/report",
    join="/join",
    leave="/leave",
)


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("tests.phone")
    current.install(app, WORDS)
    languages.install(app, languages.CHINESE)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.register_blueprint(Blueprint("phone", __name__, template_folder=str(TEMPLATES)))
    return app


def shown(app: Flask, language: str = "zh", **page: object) -> str:
    given = {"site": "茗桂车棚", "label": "A3", "look": Look.FREE} | page
    with app.test_request_context(f"/?lang={language}"):
        return render_template("phone/socket.html", page=SocketPage(**given), links=LINKS)


@pytest.mark.parametrize("look", Look)
def test_every_look_has_a_word_of_its_own_in_both_languages(app: Flask, look: Look) -> None:
    others = [each for each in Look if each is not look]
    for language in languages.LANGUAGES:
        word = _headline(shown(app, language, look=look))
        assert word
        assert word not in [_headline(shown(app, language, look=each)) for each in others]


def test_without_a_card_the_state_is_seen_and_nothing_of_who_charges(app: Flask) -> None:
    page = shown(app, look=Look.CHARGING, power_w=182, charged_min=75, energy_wh=212, cost_fen=123)
    assert "182 W" in page and "1 小时 15 分" in page
    assert "1.23" not in page and "0.21" not in page and "停止充电" not in page


def test_whoever_pays_has_one_button(app: Flask) -> None:
    start = shown(app, who="陈奶奶", caps_fen=(300, 500))
    assert start.count("<button") == 2 and "开始充电" in start, (
        "and a line to say that this is another's phone"
    )
    stop = shown(app, who="陈奶奶", look=Look.CHARGING, is_mine=True, order="0011", cost_fen=1230)
    assert "停止充电" in stop and "12.3 元" in stop


@pytest.mark.parametrize("reason", StopReason)
def test_every_reason_is_told_in_both_languages(app: Flask, reason: StopReason) -> None:
    assert why(reason) is WHY[reason]
    chinese, english = (shown(app, language, reason=reason) for language in ("zh", "en"))
    assert WHY[reason].headline in english
    assert WHY[reason].headline not in chinese


def test_what_nobody_knows_is_told_as_not_done(app: Flask) -> None:
    assert "没有办成" in shown(app, reason="flying_saucer")


def test_all_that_a_phone_fetches_is_under_thirty_kilobytes(app: Flask) -> None:
    pages = [shown(app, look=look, who="陈奶奶", is_mine=True, reason="no_plug") for look in Look]
    static = sum(path.stat().st_size for path in Path(STATIC).iterdir())
    assert max(len(page.encode()) for page in pages) + static < MOST_BYTES


def test_a_fault_is_one_of_four(app: Flask) -> None:
    with app.test_request_context("/"):
        page = render_template(
            "phone/report.html", site="茗桂车棚", label="A3", faults=list(Fault), links=LINKS
        )
    assert page.count('type="radio"') == len(Fault) == 4
    assert "119" in page


def _headline(page: str) -> str:
    return page.partition("<h2>")[2].partition("</h2>")[0].strip()
