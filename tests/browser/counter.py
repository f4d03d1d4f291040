"""A counter to look at: the real web application under the kiosk's own server, with a real board.

Only the desk is played: it remembers what it was asked and answers a second portion.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint

from kiosk.common.board import Board
from kiosk.common.outcomes import Outcome
from kiosk.front.desk import Desk
from kiosk.front.duty import Duty
from kiosk.front.printing.paper import NO_PRINTER
from kiosk.services.canteen.screens import blueprint
from kiosk.web import create_web
from kiosk.web.page import clock
from kiosk.web.panel import finding
from kiosk.web.serving import Server
from tests.factories import WORDS

from .states import NOON, PHOTOS, served


@dataclass
class PlayedDesk:
    """Answers as the canteen would, and keeps what was asked. It stands in for counter and canteen too."""

    board: Board
    asked: list[tuple[int, str]] = field(default_factory=list)
    answers: dict[str, Outcome] = field(default_factory=dict)
    meals: list[tuple[date, str]] = field(default_factory=list)

    @property
    def duty(self) -> Duty:
        """Nobody has been named, so everybody may serve."""
        return Duty(Path("/nowhere"), list, lambda: 0.0, 900.0)

    def __getitem__(self, _verbs: type) -> PlayedDesk:
        return self

    def act(self, act: Callable[[PlayedDesk], Outcome], **options: Any) -> Outcome:
        return Desk(lambda: self, self.board, self.duty, NO_PRINTER).act(act, **options)  # type: ignore[arg-type]

    def second_portion(self, resident_id: int, request_id: str) -> Outcome:
        self.asked.append((resident_id, request_id))
        again = served(own_fen=1500, subsidy_fen=0, balance_fen=7000, portion=2)
        return self.answers.setdefault(request_id, msgspec.structs.replace(again, receipt="413-59f9f957"))

    def confirm_meal(self, day: date, meal: str, request_id: str) -> None:
        self.meals.append((day, meal))


@dataclass
class Counter:
    """One kiosk as its screens know it."""

    board: Board
    desk: PlayedDesk
    voice: Path
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def counter(
    folder: Path,
    *,
    port: int = 0,
    board: Board | None = None,
    hold_s: float = 60,
    services: Sequence[Blueprint] = (),
    duty: Duty | None = None,
) -> Iterator[Counter]:
    """A counter that is open until the block ends. The hold is long, so that a test ends it on purpose."""
    board = board or Board(NOON)
    desk = PlayedDesk(board)
    app = create_web(
        board,
        [blueprint(desk), clock.blueprint(desk), finding.blueprint(desk), *services],
        words=WORDS,
        voice_folder=folder / "voice",
        photos=PHOTOS.get,
        secret_key=b"for the tests alone",
        health=lambda: (True, {"reader": "ready"}),
        duty=duty or desk.duty,
        hold_s=hold_s,
    )
    server = Server(app, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, name="counter")
    thread.start()
    try:
        yield Counter(board, desk, folder / "voice", server.port)
    finally:
        server.close()
        thread.join()
