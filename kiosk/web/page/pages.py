"""The addresses of the kiosk: two screens with their event streams, a chooser, pictures, clips and health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import Blueprint, Response, abort, jsonify, render_template, send_from_directory

from kiosk.common.board import Board
from kiosk.front.duty import Duty
from kiosk.people.photos import MIME_TYPE
from kiosk.plain.volume import VolumeByHour
from kiosk.web.events.display import Display
from kiosk.web.events.staff import StaffScreen
from kiosk.web.events.streams import Streams
from kiosk.web.security.sessions import session_id
from kiosk.web.voice.voices import Voices

# A resident's picture, by number; None where this kiosk has none.
Photos: TypeAlias = Callable[[int], bytes | None]


@dataclass(frozen=True)
class Screens:
    """What every screen page needs. `run` names this start of the kiosk: a page of another run reloads."""

    board: Board
    streams: Streams
    duty: Duty
    hold_s: float
    volume: VolumeByHour
    run: str

    def display(self) -> Display:
        return Display(self.board, self.hold_s, self.volume)

    def staff(self) -> StaffScreen:
        """For the browser that asks."""
        return StaffScreen(self.board, self.duty, session_id())


def screen_pages(screens: Screens) -> Blueprint:
    """`/`, `/display` and `/staff`. Each page arrives complete; its stream then replaces parts of it."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def chooser() -> str:
        return render_template("chooser.html", standing=screens.board.standing)

    @pages.get("/display")
    def display() -> str:
        return render_template("display.html", run=screens.run, parts=dict(screens.display().first()))

    @pages.get("/staff")
    def staff() -> str:
        return render_template("staff.html", run=screens.run, parts=dict(screens.staff().first()))

    @pages.post("/staff/say-again")
    def say_again() -> tuple[str, int]:
        """Read the last answer out once more, slowly. Nothing is done anew."""
        screens.board.repeat(slowly=True)
        return "", 204

    @pages.get("/display/events")
    def display_events() -> Response:
        return screens.streams.answer(screens.board, screens.display(), screens.run)

    @pages.get("/staff/events")
    def staff_events() -> Response:
        session, answer = session_id(), screens.streams.answer(screens.board, screens.staff(), screens.run)
        screens.duty.page_opened(session)
        answer.call_on_close(lambda: screens.duty.page_closed(session))
        return answer

    return pages


def side_pages(
    voices: Voices, photos: Photos, health: Callable[[], tuple[bool, dict[str, Any]]]
) -> Blueprint:
    """What the screens fetch, and what a supervisor asks."""
    side = Blueprint("side", __name__)

    def clip(name: str, *, slow: bool) -> Response:
        path = voices.find(f"{name}.wav", slow=slow)
        return send_from_directory(path.parent.absolute(), path.name, mimetype="audio/wav")

    @side.get("/voice/<name>.wav")
    def voice(name: str) -> Response:
        return clip(name, slow=False)

    @side.get("/voice/slow/<name>.wav")
    def slow_voice(name: str) -> Response:
        return clip(name, slow=True)

    @side.get("/photo/<int:resident_id>")
    def photo(resident_id: int) -> Response:
        """To a screen of the staff. The browser keeps none, see `security`: a kiosk can be carried away."""
        image = photos(resident_id)
        if image is None:
            abort(404)
        return Response(image, mimetype=MIME_TYPE)

    @side.get("/healthz")
    def healthz() -> tuple[Response, int]:
        good, report = health()
        return jsonify(report), 200 if good else 503

    return side
