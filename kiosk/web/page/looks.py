"""What templates may ask for: amounts, names, times and how wide a text will run."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, tzinfo

from flask import Flask, current_app
from flask_babel import format_date, gettext

from kiosk.common.board import Standing
from kiosk.common.outcomes import Outcome, Paid
from kiosk.common.troubles import Severity, Trouble, troubles
from kiosk.people.finding import KEYPAD
from kiosk.plain.qr import code_svg
from kiosk.web.words import Act, Amounts, Figure, Row
from kiosk.web.words.current import words_here
from kiosk.web.words.days import moment, near_day, past_day
from kiosk.web.words.money import yuan
from kiosk.web.words.people import called
from kiosk.web.words.saying import meal_name, sentence, term, trouble_sentence, trouble_words

MAX_DISHES = 8
PLAIN = Act()


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


def shown_live(standing: Standing, *, no_meal: bool) -> str:
    """The template of whichever service shows itself while no meal is served, or asks something of whoever
    stands there; empty if none does.
    """
    idle: list[tuple[str, str]] = current_app.config["IDLE"]
    live = standing.live
    return next((path for name, path in idle if name in live and (no_meal or live[name].asks)), "")


def counter_state(standing: Standing) -> str:
    """The one thing to say while nobody is being answered."""
    if standing.trouble:
        return "trouble"
    if not standing.meal:
        return "closed"
    return "reader" if standing.reader_ready is False else "open"


def chip_tone(found: list[Trouble]) -> str:
    """How the header's one chip looks: as the worst of it."""
    severity = found[0].severity if found else None
    tones = {None: "good", Severity.NOTE: "plain", Severity.HINDERED: "told", Severity.STOPPED: "stop"}
    return tones[severity]


def act_of(outcome: Outcome) -> Act:
    """What can be done about an answer, and how it is shown."""
    return words_here().acts.get(outcome.code, PLAIN)


def amounts(outcome: Outcome) -> Amounts | None:
    """What is shown large of an answer that took money, for both screens; None if it took none."""
    if own := act_of(outcome).amounts:
        return own(outcome)
    paid = outcome.result
    if not isinstance(paid, Paid):
        return None
    beside = [(gettext("Subsidy"), paid.subsidy_fen)]
    if paid.courtesy_fen:
        beside.append((gettext("Courtesy"), paid.courtesy_fen))
    elif paid.balance_fen is not None:
        named = gettext("Balance") if paid.balance_fen >= 0 else gettext("Owed")
        beside.append((named, abs(paid.balance_fen)))
    return Amounts(paid.own_fen, tuple(beside))


def figure(outcome: Outcome) -> Figure | None:
    """What is large of an answer that is about no amount."""
    own = act_of(outcome).figure
    return own(outcome) if own else None


def code(outcome: Outcome) -> str:
    """The drawing of a QR code that is shown with an answer; empty if none is."""
    own = act_of(outcome).code
    text = own(outcome) if own else ""
    return code_svg(text) if text else ""


def place(outcome: Outcome) -> str:
    """Where at the counter an answer belongs; empty where that is no matter."""
    own = act_of(outcome).place
    return own(outcome) if own else ""


def row(outcome: Outcome, standing: Standing) -> Row:
    """What the list of the last acts says of one."""
    own = act_of(outcome).row
    return own(outcome) if own else Row(notes=(sentence(outcome, standing).headline,))


def install(app: Flask, time_zone: tzinfo) -> None:
    def clock(at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, time_zone).strftime("%H:%M")

    app.jinja_env.filters.update(
        called=called,
        yuan=yuan,
        term=term,
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
        act_of=act_of,
        amounts=amounts,
        chip_tone=chip_tone,
        code=code,
        counter_state=counter_state,
        figure=figure,
        meal_name=meal_name,
        place=place,
        row=row,
        sentence=sentence,
        shown_live=shown_live,
        trouble_sentence=trouble_sentence,
        trouble_words=trouble_words,
        troubles=troubles,
    )
