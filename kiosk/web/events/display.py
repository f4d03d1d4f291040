"""The elder's screen: an answer for a few seconds, otherwise how the counter stands."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from math import inf

from flask import render_template

from kiosk.board import SLOWNESS, Board, News
from kiosk.clock import unix_ms
from kiosk.outcomes import Outcome
from kiosk.qr import code_svg
from kiosk.volume import VolumeByHour
from kiosk.web.voice import speech
from kiosk.web.words.here import words_here

CODE_HOLD_S = 30.0  # to find the telephone and point it
SOFT = 0.5  # of the amplitude, for what is not for the whole room
PAUSE_S = 0.15  # between two phrases
SLOW_PAUSE_S = 0.7


class Display:
    """One open `/display`. Remembers until when an answer is shown."""

    def __init__(self, board: Board, hold_s: float, volume: VolumeByHour) -> None:
        self._board = board
        self._hold_s = hold_s
        self._volume = volume
        self._idle_at: float | None = None

    def first(self) -> Iterator[tuple[str, str]]:
        """Never the greeting of somebody who has left: an answer only while it is fresh by the clock."""
        newest = next(iter(self._board.recent), None)
        left_s = self._hold_s - (unix_ms() - newest.at_ms) / 1000 if newest else 0
        if newest and 0 < left_s <= self._hold_s:
            self._idle_at = time.monotonic() + left_s
            yield "screen", self._answer(newest)
        else:
            yield "screen", self._idle()

    def after(self, news: News) -> Iterator[tuple[str, str]]:
        if news.outcome is not None:
            self._idle_at = time.monotonic() + self._hold_s * (SLOWNESS if news.outcome.again else 1)
            yield "screen", self._answer(news.outcome)
            yield "say", self._words(news.outcome)
        elif news.code:
            self._idle_at = time.monotonic() + CODE_HOLD_S
            yield "screen", self._code(news.code)
        elif news.standing is not None and self._idle_at is None:
            yield "screen", self._idle()

    def patience_s(self, now_s: float) -> float:
        return inf if self._idle_at is None else self._idle_at - now_s

    def due(self) -> Iterator[tuple[str, str]]:
        self._idle_at = None
        yield "screen", self._idle()

    def _answer(self, outcome: Outcome) -> str:
        return render_template("fragments/answer.html", outcome=outcome, standing=self._board.standing)

    def _code(self, text: str) -> str:
        return render_template("fragments/code.html", code=code_svg(text), standing=self._board.standing)

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
