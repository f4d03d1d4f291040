"""The web application with a board, without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kiosk.common.board import Board, Standing
from kiosk.common.outcomes import Outcome, Tone
from kiosk.front.clock_question import NoSuchMeal
from kiosk.front.desk import Desk
from kiosk.front.duty import Duty
from kiosk.front.printing.paper import NO_PRINTER
from kiosk.services.canteen.screens import blueprint
from kiosk.web import create_web
from kiosk.web.page import clock
from kiosk.web.panel import finding
from tests.factories import WORDS

STANDING = Standing(
    site={"zh": "长者食堂", "en": "Canteen"},
    local_time="11:42",
    day="2025-06-12",
    meal="lunch",
    meal_name={"zh": "午餐", "en": "Lunch"},
    opens="10:30",
    closes="13:00",
    reader_ready=True,
)


OPEN = Duty(Path("/nowhere"), list, lambda: 0.0, 900.0)  # nobody has been named, so everybody may serve


class PlayedDesk:
    """A desk that answers each request once. It stands in for counter and canteen too."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.asked: list[tuple[int, str]] = []
        self.meals: list[tuple[date, str]] = []

    def __getitem__(self, _verbs: type) -> PlayedDesk:
        return self

    def act(self, act: Callable[[PlayedDesk], Outcome], **options: Any) -> Outcome:
        return Desk(lambda: self, self._board, OPEN, NO_PRINTER).act(act, **options)  # type: ignore[arg-type]

    def second_portion(self, resident_id: int, request_id: str) -> Outcome:
        self.asked.append((resident_id, request_id))
        return Outcome(tone=Tone.GOOD, code="served", at_ms=1, receipt=request_id)

    def confirm_meal(self, day: date, meal: str, request_id: str) -> None:
        if meal != "lunch":
            raise NoSuchMeal(meal=meal)
        self.meals.append((day, meal))


@pytest.fixture
def board() -> Board:
    return Board(STANDING)


@pytest.fixture
def desk(board: Board) -> PlayedDesk:
    return PlayedDesk(board)


@pytest.fixture
def app(board: Board, desk: PlayedDesk, tmp_path: Path) -> Iterator[Flask]:
    (tmp_path / "voice").mkdir()
    app = create_web(
        board,
        [blueprint(desk), clock.blueprint(desk), finding.blueprint(desk)],
        words=WORDS,
        voice_folder=tmp_path / "voice",
        photos={7: b"a face"}.get,
        secret_key=b"for the tests alone",
        health=lambda: (board.standing.reader_ready, {"reader": board.standing.reader_ready}),
        duty=OPEN,
        max_streams=2,
    )
    yield app
    app.extensions["streams"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
