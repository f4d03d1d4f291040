"""Server-sent events: one never-ending answer per screen.

A stream costs a server thread, so there is a cap. Under waitress a vanished browser shows only when something
is written or asked for, so each stream asks a few times a second and writes a beat every few; the browser,
for its part, knows from missing beats that the kiosk is gone.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from flask import Response, abort, current_app, request

from kiosk.common.board import Board, News

TICK_S = 0.25
BEAT_S = 5.0
RETRY_MS = 1000


class Screen(Protocol):
    """What one open page has to show: events as `(part of the page, its HTML)`."""

    def first(self) -> Iterator[tuple[str, str]]:
        """How things stand, for a page that has just opened or come back."""

    def after(self, news: News) -> Iterator[tuple[str, str]]:
        """What changes with this news."""

    def patience_s(self, now_s: float) -> float:
        """How long until something changes by itself."""

    def due(self) -> Iterator[tuple[str, str]]:
        """What changes by itself now."""


class Streams:
    """The event streams now open."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = threading.BoundedSemaphore(limit)
        self._closed = threading.Event()

    def close(self) -> None:
        """Admit no more, and wait until every stream has ended, as when the kiosk stops."""
        if self._closed.is_set():
            return
        self._closed.set()
        for _ in range(self._limit):
            self._free.acquire(timeout=4 * TICK_S)

    def answer(self, board: Board, screen: Screen, run: str) -> Response:
        """A response that follows `board` for `screen`; 503 when too many screens are open."""
        if self._closed.is_set() or not self._free.acquire(blocking=False):
            abort(Response("Too many screens are open.", 503, {"Retry-After": "2"}))
        gone = request.environ.get("waitress.client_disconnected", bool)
        events = _follow(board, screen, run, _drawer(), lambda: self._closed.is_set() or gone())
        response = Response(events, mimetype="text/event-stream")
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(self._free.release)
        return response


def event(part: str, data: str) -> str:
    """One event in the wire format; line breaks in `data` are kept."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {part}\n{lines}\n"


def _drawer() -> Callable[[Iterable[tuple[str, str]]], str]:
    """Turns changes into events, in the language of this request but only while it is at it.

    A context that stayed open for as long as the stream would be taken down out of order.
    """
    context_of, environ = current_app.request_context, request.environ

    def draw(changes: Iterable[tuple[str, str]]) -> str:
        with context_of(environ):
            return "".join(event(*change) for change in changes)

    return draw


def _follow(
    board: Board,
    screen: Screen,
    run: str,
    draw: Callable[[Iterable[tuple[str, str]]], str],
    over: Callable[[], bool],
) -> Iterator[str]:
    with board.watching() as news:
        yield f"retry: {RETRY_MS}\n" + event("hello", run) + draw(screen.first())
        beat_at = time.monotonic() + BEAT_S
        while not over():
            wait_s = min(TICK_S, screen.patience_s(time.monotonic()))
            heard = _hear(news, wait_s)
            now = time.monotonic()
            told = ""
            if heard is not None:
                told = draw(screen.after(heard))
            elif screen.patience_s(now) <= 0:
                told = draw(screen.due())
            if now >= beat_at:
                beat_at = now + BEAT_S
                told += event("beat", "")
            if told:
                yield told


def _hear(news: queue.Queue[News], wait_s: float) -> News | None:
    try:
        return news.get(timeout=max(wait_s, 0.001))
    except queue.Empty:
        return None
