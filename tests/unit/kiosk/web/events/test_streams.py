"""Event streams: the present state first, never more of them than there are threads for, an orderly end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kiosk.common.board import Board
from kiosk.common.outcomes import Outcome, Tone
from kiosk.web import create_web
from kiosk.web.events import streams as events
from kiosk.web.events.streams import event
from tests.factories import WORDS
from tests.unit.kiosk.web.conftest import OPEN


def read(answer: TestResponse) -> Iterator[tuple[str, str]]:
    """The events of a stream, as a browser takes them apart."""
    for chunk in answer.iter_encoded():
        for block in chunk.decode().split("\n\n"):
            fields = [line.partition(": ") for line in block.splitlines()]
            data = "\n".join(value for name, _, value in fields if name == "data")
            yield from ((value, data) for name, _, value in fields if name == "event")


def now_outcome(code: str = "card_unknown", age_s: float = 0) -> Outcome:
    return Outcome(tone=Tone.TOLD, code=code, at_ms=int((time.time() - age_s) * 1000))


def test_a_stream_begins_with_how_things_stand(client: FlaskClient) -> None:
    with client.get("/display/events") as answer:
        stream = read(answer)
        assert answer.mimetype == "text/event-stream"
        assert next(stream)[0] == "hello"
        part, screen = next(stream)
        assert part == "screen" and "请刷卡" in screen


def test_an_answer_is_followed_by_its_words_aloud_and_the_way_back(board: Board, tmp_path: Path) -> None:
    app = create_web(
        board,
        [],
        words=WORDS,
        voice_folder=tmp_path,
        photos={}.get,
        secret_key=b"x",
        health=lambda: (True, {}),
        duty=OPEN,
        hold_s=0.05,
    )
    with app.test_client().get("/display/events") as answer:
        stream = read(answer)
        assert [next(stream)[0] for _ in range(2)] == ["hello", "screen"]
        board.show(now_outcome())
        assert "这张卡还没有登记" in next(stream)[1]
        part, words = next(stream)
        assert part == "say"
        assert [phrase["clips"] for phrase in json.loads(words)["phrases"]] == [["card_new"], ["tell_duty"]]
        part, screen = next(stream)
        assert part == "screen" and "请刷卡" in screen
    app.extensions["streams"].close()


@pytest.mark.parametrize(("age_s", "shown"), [(0.1, "这张卡还没有登记"), (60, "请刷卡"), (-60, "请刷卡")])
def test_coming_back_shows_an_answer_only_while_it_is_fresh(
    client: FlaskClient, board: Board, age_s: float, shown: str
) -> None:
    board.show(now_outcome(age_s=age_s))
    with client.get("/display/events") as answer:
        stream = read(answer)
        next(stream)
        assert shown in next(stream)[1]


def test_standing_does_not_push_an_answer_off_the_display(client: FlaskClient, board: Board) -> None:
    with client.get("/display/events") as answer:
        stream = read(answer)
        assert [next(stream)[0] for _ in range(2)] == ["hello", "screen"]
        board.show(now_outcome())
        assert [next(stream)[0] for _ in range(2)] == ["screen", "say"]
        board.stand(msgspec.structs.replace(board.standing, local_time="11:43"))
        board.show(now_outcome("card_unreadable"))
        assert "请再刷一次" in next(stream)[1]


def test_a_minute_passing_leaves_the_buttons_alone(client: FlaskClient, board: Board) -> None:
    board.show(now_outcome())
    with client.get("/staff/events") as answer:
        stream = read(answer)
        parts = ["hello", "duty", "header", "now", "tapped", "recent", "jobs"]
        assert [next(stream)[0] for _ in parts] == parts
        board.stand(msgspec.structs.replace(board.standing, local_time="11:43"))
        part, header = next(stream)
        assert part == "header" and "11:43" in header
        board.show(now_outcome("card_unreadable"))
        assert [next(stream)[0] for _ in range(3)] == ["now", "tapped", "recent"]


def test_a_quiet_stream_beats(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BEAT_S", 0.01)
    monkeypatch.setattr(events, "TICK_S", 0.01)
    with client.get("/display/events") as answer:
        stream = read(answer)
        assert [next(stream)[0] for _ in range(3)] == ["hello", "screen", "beat"]


def test_streams_are_counted_and_given_back(client: FlaskClient) -> None:
    first, second = client.get("/display/events"), client.get("/staff/events")
    refused = client.get("/display/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert client.get("/display").status_code == 200
    first.close()
    with client.get("/display/events") as third:
        assert third.status_code == 200
    second.close()


def test_a_browser_that_left_before_its_first_event_is_not_counted(client: FlaskClient) -> None:
    for _ in range(5):
        client.get("/display/events").close()
    client.head("/display/events").close()
    with client.get("/display/events") as answer:
        assert answer.status_code == 200


def test_a_vanished_browser_ends_its_stream(client: FlaskClient) -> None:
    with client.get(
        "/display/events", environ_overrides={"waitress.client_disconnected": lambda: True}
    ) as answer:
        assert [name for name, _ in read(answer)] == ["hello", "screen"]


def test_closing_ends_every_stream_and_admits_no_more(app: Flask, client: FlaskClient) -> None:
    with client.get("/display/events") as answer:
        stream = read(answer)
        next(stream), next(stream)
        app.extensions["streams"]._closed.set()
        assert list(stream) == []
    assert client.get("/display/events").status_code == 503


def test_line_breaks_survive_the_wire() -> None:
    assert event("now", "a\n\nb") == "event: now\ndata: a\ndata: \ndata: b\n\n"
    assert event("beat", "") == "event: beat\ndata: \n\n"


def test_english_streams_are_english(client: FlaskClient) -> None:
    with client.get("/display/events?lang=en") as answer:
        stream = read(answer)
        next(stream)
        assert "Tap your card" in next(stream)[1]
