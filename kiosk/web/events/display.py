"""The elder's screen: an answer for a few seconds, otherwise how the counter stands."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from math import inf

from flask import render_template

from kiosk.common.board import SLOWNESS, Board, Due, News
from kiosk.common.clock import unix_ms
from kiosk.common.outcomes import Outcome
from kiosk.plain.qr import code_svg
from kiosk.plain.volume import VolumeByHour
from kiosk.web.voice import speech
from kiosk.web.words.current import words_here

CODE_HOLD_S = 30.0  # to find the telephone and point it
DUE_HOLD_S = 90.0  # to look for the purse; the screen that chooses may have gone
SOFT = 0.5  # of the amplitude, for what is not for the whole room
PAUSE_S = 0.15  # between two phrases
SLOW_PAUSE_S = 0.7


class Display:
    """One open `/display`. Remembers until when an answer is shown, and what a guest is being asked for."""

    def __init__(self, board: Board, hold_s: float, volume: VolumeByHour) -> None:
        self._board = board
        self._hold_s = hold_s
        self._volume = volume
        self._idle_at: float | None = None
        self._due: Due | None = None
        self._due_until = inf

    def first(self) -> Iterator[tuple[str, str]]:
        """Never the greeting of somebody who has left: an answer only while it is fresh by the clock."""
        newest = next((each for each in self._board.recent if not each.absent), None)
        left_s = self._hold_s - (unix_ms() - newest.at_ms) / 1000 if newest else 0
        if newest and 0 < left_s <= self._hold_s:
            self._idle_at = time.monotonic() + left_s
            yield "screen", self._answer(newest)
        else:
            yield "screen", self._idle()

    def after(self, news: News) -> Iterator[tuple[str, str]]:
        if news.outcome is not None and news.outcome.absent:
            return  # whoever stands there goes on reading what is theirs
        if news.outcome is not None:
            self._idle_at = time.monotonic() + self._hold_of(news.outcome)
            yield "screen", self._answer(news.outcome)
            yield "say", self._words(news.outcome)
        elif news.code:
            self._idle_at = time.monotonic() + CODE_HOLD_S
            yield "screen", self._code(news.code)
        elif news.due is not None:
            yield from self._ask_guest(news.due)
        elif news.standing is not None and self._idle_at is None:
            yield "screen", self._waiting()

    def _hold_of(self, outcome: Outcome) -> float:
        act = words_here().acts.get(outcome.code)
        hold_s = act.hold_s if act is not None and act.hold_s is not None else self._hold_s
        return hold_s * (SLOWNESS if outcome.again else 1)

    def patience_s(self, now_s: float) -> float:
        until = self._due_until if self._idle_at is None else self._idle_at
        return until - now_s

    def due(self) -> Iterator[tuple[str, str]]:
        self._idle_at = None
        if time.monotonic() >= self._due_until:
            self._forget_guest()
        yield "screen", self._waiting()

    def _ask_guest(self, due: Due) -> Iterator[tuple[str, str]]:
        """Whoever was answered just now is still reading: after that."""
        asked, self._due = self._due, due if due.amount_fen else None
        self._due_until = time.monotonic() + DUE_HOLD_S if self._due else inf
        if self._idle_at is None and self._due != asked:
            yield "screen", self._waiting()

    def _forget_guest(self) -> None:
        self._due, self._due_until = None, inf

    def _waiting(self) -> str:
        """While nobody is being answered."""
        return self._idle() if self._due is None else self._asking(self._due)

    def _answer(self, outcome: Outcome) -> str:
        return render_template("fragments/answer.html", outcome=outcome, standing=self._board.standing)

    def _code(self, text: str) -> str:
        return render_template("fragments/code.html", code=code_svg(text), standing=self._board.standing)

    def _asking(self, due: Due) -> str:
        return render_template("fragments/due.html", due=due, standing=self._board.standing)

    def _words(self, outcome: Outcome) -> str:
        """What `static/voice.js` plays: rows of clips with the gain of each, and the pause between them."""
        loud = self._volume.percent_at(self._board.standing.local_time) / 100
        told = {
            "slow": outcome.again,
            "pause_s": SLOW_PAUSE_S if outcome.again else PAUSE_S,
            "phrases": [
                {"clips": phrase.clips, "gain": loud * SOFT if phrase.soft else loud}
                for phrase in speech.phrases(outcome, words_here())
            ],
        }
        return json.dumps(told)

    def _idle(self) -> str:
        return render_template("fragments/idle.html", standing=self._board.standing)
