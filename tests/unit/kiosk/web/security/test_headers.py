"""The kiosk stands in public: who may ask, and what is kept."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from kiosk.common.board import Board
from kiosk.common.outcomes import Person, Tone
from tests.results import answer
from tests.unit.kiosk.web.conftest import PlayedDesk

PAGES = ["/", "/display", "/staff", "/healthz"]
REQUEST = {"resident_id": "7", "request_id": "0123456789abcdef0123456789abcdef"}


def token(client: FlaskClient) -> dict[str, str]:
    page = client.get("/staff").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return {"X-CSRFToken": found[1]}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_hardened_and_kept_by_nobody(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES[:3])
def test_no_page_needs_what_the_policy_forbids(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)
    assert not re.search(r"<script(?![^>]* src=)|\bstyle=|<style|\bon\w+=|https?://(?!www\.w3\.org)", page)


def test_what_says_nothing_about_anybody_may_be_kept(client: FlaskClient) -> None:
    assert client.get("/static/base.css", buffered=True).headers["Cache-Control"] != "no-store"


def test_a_style_is_kept_for_good_only_under_the_address_of_what_is_in_it(client: FlaskClient) -> None:
    page = client.get("/staff").get_data(as_text=True)
    (address,) = re.findall(r'href="(/static/base\.css\?v=[0-9a-f]{12})"', page)
    assert "immutable" in client.get(address, buffered=True).headers["Cache-Control"]
    for other in ("/static/base.css", f"{address[:-1]}x"):
        assert "immutable" not in client.get(other, buffered=True).headers["Cache-Control"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.9"]
)
@pytest.mark.parametrize("path", ["/display", "/display/events", "/static/base.css", "/healthz"])
def test_a_foreign_name_for_the_kiosk_is_refused(client: FlaskClient, path: str, host: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost"])
def test_its_own_names_are_fine(client: FlaskClient, host: str) -> None:
    assert client.get("/display", headers={"Host": host}).status_code == 200


def test_a_second_portion_needs_the_pages_token(client: FlaskClient, desk: PlayedDesk) -> None:
    assert client.post("/canteen/second-portion", data=REQUEST).status_code == 400
    assert desk.asked == []
    assert client.post("/canteen/second-portion", data=REQUEST, headers=token(client)).status_code == 204
    assert desk.asked == [(7, REQUEST["request_id"])]


def test_a_repeat_is_shown_once(client: FlaskClient, board: Board) -> None:
    for _ in range(3):
        assert client.post("/canteen/second-portion", data=REQUEST, headers=token(client)).status_code == 204
    assert len(board.recent) == 1


@pytest.mark.parametrize(
    "wrong", [{"resident_id": "x"}, {"request_id": ""}, {"request_id": "short"}, {"request_id": "a/../" * 5}]
)
def test_a_request_without_sense_reaches_no_desk(
    client: FlaskClient, desk: PlayedDesk, wrong: dict[str, str]
) -> None:
    answer = client.post("/canteen/second-portion", data=REQUEST | wrong, headers=token(client))
    assert (answer.status_code, desk.asked) == (400, [])


def test_a_photo_is_sent_and_not_kept(client: FlaskClient) -> None:
    answer = client.get("/photo/7")
    assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (
        b"a face",
        "image/webp",
        "no-store",
    )
    assert client.get("/photo/8").status_code == 404
    assert client.get("/photo/..%2fx").status_code == 404


def test_a_recorded_clip_comes_first(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "voice" / "yuan.wav").write_bytes(b"a machine")
    assert client.get("/voice/yuan.wav", buffered=True).data == b"a machine"
    (tmp_path / "voice" / "recorded").mkdir()
    (tmp_path / "voice" / "recorded" / "yuan.wav").write_bytes(b"a person")
    assert client.get("/voice/yuan.wav", buffered=True).data == b"a person"
    assert client.get("/voice/..%2fphotos%2fx.wav").status_code == 404


def test_names_are_escaped(client: FlaskClient, board: Board) -> None:
    person = Person(
        resident_id=1, name="<b>x</b>", honorific="", age=70, building="<i>", categories=(), diet=(), photo=""
    )
    board.show(replace(answer(Tone.GOOD, "served", person, own_fen=1), at_ms=1))
    page = client.get("/staff").get_data(as_text=True)
    assert "&lt;b&gt;x" in page and "<b>x" not in page and "<i>" not in page


def test_health_is_said_in_the_status(client: FlaskClient, board: Board) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").get_json()) == (200, {"reader": True})
    board.stand(msgspec.structs.replace(board.standing, reader_ready=False))
    assert client.get("/healthz").status_code == 503


MEAL = {"day": "2026-11-23", "meal": "lunch", "request_id": REQUEST["request_id"]}


def test_the_meal_that_staff_name_reaches_the_counter(client: FlaskClient, desk: PlayedDesk) -> None:
    assert client.post("/clock/confirm", data=MEAL).status_code == 400
    assert client.post("/clock/confirm", data=MEAL, headers=token(client)).status_code == 204
    assert desk.meals == [(date(2026, 11, 23), "lunch")]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"day": "noon"}, 400), ({"meal": ""}, 400), ({"request_id": "x"}, 400), ({"meal": "brunch"}, 409)],
)
def test_a_meal_without_sense_sets_no_clock(
    client: FlaskClient, desk: PlayedDesk, wrong: dict[str, str], status: int
) -> None:
    answer = client.post("/clock/confirm", data=MEAL | wrong, headers=token(client))
    assert (answer.status_code, desk.meals) == (status, [])


@pytest.mark.parametrize(("path", "method", "code"), [("/nowhere", "GET", 404), ("/display", "POST", 405)])
def test_a_wrong_address_is_a_page_of_ours_in_its_language(
    client: FlaskClient, path: str, method: str, code: int
) -> None:
    for language, words in (("zh-CN", "回到选屏幕"), ("en", "To the screens")):
        said = {"Accept": "text/html", "Accept-Language": language}
        answer = client.open(f"{path}?lang={language[:2]}", method=method, headers=said)
        assert answer.status_code == code
        assert words in answer.get_data(as_text=True)
        assert f'lang="{language}"' in answer.get_data(as_text=True)


def test_what_a_script_asks_in_vain_is_no_page(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert "base.css" not in answer.get_data(as_text=True)
