"""The touchscreen: who stands there until the next one comes, who was before, how the counter stands."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from flask import render_template

from kiosk.board import Board, ClockQuestion, News
from kiosk.outcomes import Outcome

RECENT_SHOWN = 12


class Staff:
    """One open `/staff`. The part with the buttons changes only with a new answer, never under a finger."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._asked: ClockQuestion | None = None  # on the screen now, perhaps with a finger on it
        self._duty = (False, "")  # locked, and who is on duty: it decides what the buttons say

    def first(self) -> Iterator[tuple[str, str]]:
        yield "header", self._header()
        yield "now", self._now()
        yield "recent", self._recent()

    def after(self, news: News) -> Iterator[tuple[str, str]]:
        if news.code:
            return  # for the elder's screen alone
        question = self._board.standing.question
        is_new = question != self._asked or self._on_duty() != self._duty
        changed = news.outcome is not None or news.amended is not None
        if not changed:
            yield "header", self._header()
        if is_new or (question is None and (changed or not self._board.recent)):
            yield "now", self._now(news.outcome)
        if changed or is_new:
            yield "recent", self._recent()

    def patience_s(self, now_s: float) -> float:
        return inf

    def due(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def _on_duty(self) -> tuple[bool, str]:
        return self._board.standing.locked, self._board.standing.on_duty

    def _header(self) -> str:
        return render_template("fragments/staff_header.html", standing=self._board.standing)

    def _now(self, told: Outcome | None = None) -> str:
        newest = told or next(iter(self._board.recent), None)
        self._asked, self._duty = self._board.standing.question, self._on_duty()
        return render_template("fragments/staff_now.html", outcome=newest, standing=self._board.standing)

    def _recent(self) -> str:
        rows = self._board.recent[:RECENT_SHOWN]
        return render_template("fragments/staff_recent.html", rows=rows, standing=self._board.standing)
