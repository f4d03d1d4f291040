"""The touchscreen: who stands there until the next one comes, who was before, how the counter stands."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from flask import current_app, render_template, url_for

from kiosk.common.board import Badge, Board, ClockQuestion, News
from kiosk.common.outcomes import Outcome, taken_back
from kiosk.front.duty import Duty
from kiosk.web.panel.panels import Panel, shown_panels
from kiosk.web.words import languages

RECENT_SHOWN = 12


class StaffScreen:
    """One open `/staff`, in one browser's session.

    The part with the buttons changes only with a new answer, never under a finger.
    """

    def __init__(self, board: Board, duty: Duty, session: str) -> None:
        self._board, self._duty, self._session = board, duty, session
        self._asked: ClockQuestion | None = None  # on the screen now, perhaps with a finger on it
        self._panels: list[Panel] | None = None  # in the bar, as the page shows it
        self._on_duty = duty.at(session)  # as the screen shows it: it decides what the buttons say

    def first(self) -> Iterator[tuple[str, str]]:
        self._on_duty = self._duty.at(self._session)
        yield "duty", "locked" if self._on_duty.locked else self._on_duty.name
        yield "header", self._header()
        yield "now", self._now()
        yield "tapped", self._tapped()
        yield "recent", self._recent()
        yield "jobs", self._jobs()

    def after(self, news: News) -> Iterator[tuple[str, str]]:
        if self._has_changed():
            yield from self.first()
        if self._panels is not None and shown_panels(current_app, self._board.standing) != self._panels:
            yield "jobs", self._jobs()
        if news.badge is not None:
            yield from self._ask_wearer(news.badge)
        if news.badge or news.code or news.due:
            return  # a code and what is due are for the elder's screen alone
        is_new = self._board.standing.question != self._asked
        changed = news.outcome is not None or news.amended is not None
        if not changed:
            yield "header", self._header()
        if is_new or (self._asked is None and (changed or not self._board.recent)):
            yield "now", self._now(news.outcome)
        if changed or is_new:
            yield "tapped", self._tapped()
            yield "recent", self._recent()

    def patience_s(self, now_s: float) -> float:
        return 0.0 if self._has_changed() else inf

    def due(self) -> Iterator[tuple[str, str]]:
        yield from self.first()

    def _has_changed(self) -> bool:
        return self._duty.at(self._session) != self._on_duty

    def _ask_wearer(self, badge: Badge) -> Iterator[tuple[str, str]]:
        """The panel with the name chosen, where the badge was not enough."""
        if self._duty.asks_for_pin(self._session, badge.staff_id):
            chosen, refused = (None, badge.refusal) if badge.refusal else (badge.staff_id, None)
            yield "badge", url_for("duty.who", staff=chosen, refused=refused, lang=languages.chosen())

    def _jobs(self) -> str:
        self._panels = shown_panels(current_app, self._board.standing)
        return render_template("fragments/staff_jobs.html")

    def _header(self) -> str:
        shown = {"standing": self._board.standing, "duty": self._on_duty}
        return render_template("fragments/staff_header.html", **shown)

    def _now(self, told: Outcome | None = None) -> str:
        newest = told or next(iter(self._board.recent), None)
        self._asked = self._board.standing.question
        shown = {"standing": self._board.standing, "duty": self._on_duty}
        return render_template("fragments/staff_now.html", outcome=newest, **shown)

    def _tapped(self) -> str:
        """Who tapped last and must not eat everything: it is seen beside an open panel too."""
        newest = next(iter(self._board.recent), None)
        return render_template("fragments/staff_tapped.html", outcome=newest, duty=self._on_duty)

    def _recent(self) -> str:
        recent = self._board.recent
        shown = {"standing": self._board.standing, "duty": self._on_duty, "gone": taken_back(recent)}
        rows = recent[:RECENT_SHOWN]
        return render_template("fragments/staff_recent.html", rows=rows, **shown)
