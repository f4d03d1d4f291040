"""Puts the web application together: pages, event streams, services' screens, languages and locks.

A service brings its own blueprints, and says what they add to the staff's screen, see `panel.panels.offer`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask
from werkzeug.routing import IntegerConverter

from kiosk.common.board import ANSWER_S, Board
from kiosk.front.duty import Duty
from kiosk.plain.numbers import DIGITS
from kiosk.settings import VoiceSection
from kiosk.web.events.streams import Streams
from kiosk.web.page import asked, kept, looks, pages, wrong
from kiosk.web.panel import troubles
from kiosk.web.panel.panels import shown_actions, shown_panels
from kiosk.web.security import headers
from kiosk.web.voice.voices import Voices
from kiosk.web.words import Words, current, languages

MAX_STREAMS = 8
USUAL_VOICE = VoiceSection()


class _Number(IntegerConverter):
    regex = DIGITS


def create_web(
    board: Board,
    blueprints: Iterable[Blueprint],
    *,
    services: Iterable[tuple[str, Blueprint]] = (),
    words: Words,
    voice_folder: Path,
    photos: pages.Photos,
    secret_key: bytes,
    health: Callable[[], tuple[bool, dict[str, Any]]],
    duty: Duty,
    voice: VoiceSection = USUAL_VOICE,
    hold_s: float = ANSWER_S,
    language: str = languages.CHINESE,
    time_zone: tzinfo | None = None,
    hosts: Collection[str] = headers.LOOPBACK,
    max_streams: int = MAX_STREAMS,
) -> Flask:
    """The application that shows `board`, and says it in `words`.

    `services` are pages by the name of whose they are. `hold_s` is how long an answer stays before the
    elder's screen goes back to waiting. `hosts` are the names by which a browser may ask for the kiosk. Serve
    it with `kiosk.web.serving.Server`.
    """
    app = Flask("kiosk.web")
    app.url_map.converters["int"] = _Number
    app.config["SECRET_KEY"] = secret_key
    app.config["STAFF_ACTIONS"] = []  # templates, each with the service whose it is
    app.config["STAFF_PANELS"] = []  # likewise
    app.config["STAFF_STYLES"] = []
    app.config["DISPLAY_STYLES"] = []
    app.config["IDLE"] = []  # services that show themselves while no meal is served, and their templates
    app.config["OPEN"] = set()  # endpoints of services that nobody has to sign in for
    app.config["PURPOSES"] = {}  # what residents are looked for
    app.config["ABOUT"] = []
    app.config["STAFF_ROW"] = ""  # what opens when one of the last acts is touched
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["streams"] = Streams(max_streams)
    current.install(app, words)
    asked.install(app)
    wrong.install(app)
    languages.install(app, language)
    headers.install(app, hosts)
    kept.install(app)
    looks.install(app, time_zone or ZoneInfo("Asia/Shanghai"))
    app.jinja_env.globals["has_photo"] = lambda person: bool(person.photo and photos(person.resident_id))
    screens = pages.Screens(
        board, app.extensions["streams"], duty, hold_s, voice.volume_percent, run=secrets.token_hex(8)
    )
    app.jinja_env.globals["shown_panels"] = lambda: shown_panels(app, board.standing)
    app.jinja_env.globals["shown_actions"] = lambda: shown_actions(app, board.standing)
    app.register_blueprint(pages.screen_pages(screens))
    app.register_blueprint(pages.side_pages(Voices(voice_folder, voice.recorded), photos, health))
    app.register_blueprint(troubles.blueprint(board))
    for name, pages_of_it in services:
        app.register_blueprint(pages_of_it, service=name)
    for each in blueprints:
        app.register_blueprint(each)
    return app
