"""What templates may ask for: amounts, names, times and how wide a text will run."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, tzinfo

from flask import Flask
from flask_babel import format_date

from kiosk.board import Standing
from kiosk.outcomes import Outcome
from kiosk.people.finding import KEYPAD
from kiosk.troubles import Severity, Trouble, troubles
from kiosk.web.days import moment, near_day, past_day
from kiosk.web.labels import called, label
from kiosk.web.money import yuan
from kiosk.web.sentences import meal_name, sentence, trouble_sentence, trouble_words
from kiosk.web.takings import takings_in_words

MAX_DISHES = 8
# Answers of which a part of the price can be given back, and those that can be taken back as a whole.
REFUNDABLE = ("served", "delivered", "sold", "sold_for_cash")
UNDOABLE = (*REFUNDABLE, "topped_up", "volunteer_fed")
GIVEN_BACK = ("refunded", "undone", "topup_undone", "cash_given_back")


def breadth(text: str) -> int:
    """How wide a text runs, in half characters: a Chinese character is two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def size(text: str, *steps: int) -> str:
    """A size class for a text, from `size-0` for the shortest: one class smaller past each step."""
    return f"size-{sum(breadth(text) > step for step in steps)}"


def lines(text: str) -> list[str]:
    """The sentences of a text; each gets a line of its own."""
    return [line for line in re.split(r"(?<=。)|(?<=[.?!]) ", text) if line]


def long_day(iso: str) -> str:
    """A day with its weekday, as staff would say it."""
    return str(format_date(date.fromisoformat(iso), "full"))


def counter_state(standing: Standing) -> str:
    """The one thing to say while nobody is being answered."""
    if standing.trouble:
        return "trouble"
    if not standing.meal:
        return "closed"
    return "open" if standing.reader_ready else "reader"


def chip_tone(found: list[Trouble]) -> str:
    """How the header's one chip looks: as the worst of it."""
    severity = found[0].severity if found else None
    tones = {None: "good", Severity.NOTE: "plain", Severity.HINDERED: "told", Severity.STOPPED: "stop"}
    return tones[severity]


def second_fen(outcome: Outcome) -> int | None:
    """What a second portion costs this person, if the answer on the screen tells."""
    figures = outcome.figures
    if "second_fen" in figures:
        return int(figures["second_fen"])
    if outcome.code == "served":
        return sum(int(figures.get(part, 0)) for part in ("own_fen", "courtesy_fen", "subsidy_fen"))
    return None


def row_fen(outcome: Outcome) -> int | None:
    """What an act came to for who pays: less than nothing where it gave something back."""
    figures = outcome.figures
    if outcome.code in GIVEN_BACK:
        back = figures.get("back_fen" if outcome.code in ("refunded", "undone") else "amount_fen")
        return None if back is None else -int(back)
    fen = figures.get("own_fen", figures.get("amount_fen"))
    return None if fen is None else int(fen)


def install(app: Flask, time_zone: tzinfo) -> None:
    def clock(at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, time_zone).strftime("%H:%M")

    app.jinja_env.filters.update(
        called=called,
        yuan=yuan,
        label=label,
        lines=lines,
        size=size,
        clock=clock,
        long_day=long_day,
        moment=moment,
        near_day=near_day,
        past_day=past_day,
    )
    app.jinja_env.globals.update(
        KEYPAD=KEYPAD,
        MAX_DISHES=MAX_DISHES,
        REFUNDABLE=REFUNDABLE,
        UNDOABLE=UNDOABLE,
        chip_tone=chip_tone,
        counter_state=counter_state,
        meal_name=meal_name,
        row_fen=row_fen,
        second_fen=second_fen,
        sentence=sentence,
        takings_in_words=takings_in_words,
        trouble_sentence=trouble_sentence,
        trouble_words=trouble_words,
        troubles=troubles,
    )
