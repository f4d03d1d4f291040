"""Turns an outcome into words in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from flask_babel import format_date, gettext

from kiosk.board import Standing
from kiosk.outcomes import Outcome, Tone
from kiosk.troubles import Trouble
from kiosk.web.days import moment, near_day
from kiosk.web.labels import label
from kiosk.web.languages import by_language
from kiosk.web.money import yuan
from kiosk.web.wordings import SENTENCES
from kiosk.web.wordings.sentence import N_, Sentence
from kiosk.web.wordings.troubles import TroubleWords, words_of

LOW_BALANCE_FEN = 2000  # about two lunches: time to say that the card wants topping up
UNKNOWN_FIGURE = "–"
FIGURE_AND_UNIT = re.compile(r"(?<=\d) (?=[元岁天笔]|yuan|days)")

MEALS = {"breakfast": N_("Breakfast"), "lunch": N_("Lunch"), "dinner": N_("Dinner")}


def sentence(outcome: Outcome, standing: Standing) -> Sentence:
    """The words for an outcome in the language of the page."""
    found = SENTENCES.get(_variant(outcome, standing)) or SENTENCES[outcome.tone]
    words = _Words(code=outcome.code)
    words.update(
        (_placeholder(name), _word(name, value, standing)) for name, value in outcome.figures.items()
    )
    words.setdefault("meal", meal_name("", standing))
    return Sentence(*(_filled(message, words) if message else "" for message in found))


def trouble_sentence(code: str, standing: Standing) -> Sentence:
    """The words for what keeps the counter from working."""
    return sentence(Outcome(tone=Tone.STOP, code=code, at_ms=0), standing)


def trouble_words(trouble: Trouble) -> TroubleWords:
    """What staff are told about a trouble, in the language of the page."""
    found = words_of(trouble.code)
    figures = {"code": trouble.code, **trouble.figures}
    if since := trouble.figures.get("since"):
        figures["since"] = moment(str(since))
    short, title, lunch = (_filled(message, figures) for message in found[:3])
    return TroubleWords(short, title, lunch, tuple(_filled(step, figures) for step in found.steps))


def meal_name(code: str, standing: Standing) -> str:
    """A meal's name: the site's own, or else a common one, or else just `meal`."""
    if standing.meal_name and (not code or not standing.meal or code == standing.meal):
        return by_language(standing.meal_name)
    return str(gettext(MEALS.get(code or standing.meal) or N_("Meal")))


def _filled(message: str, figures: Mapping[str, object]) -> str:
    """A message in the language of the page; no line ends between a figure and its unit."""
    return FIGURE_AND_UNIT.sub("\N{NO-BREAK SPACE}", gettext(message) % figures)


class _Words(dict[str, str]):
    """A figure somebody forgot must not take the answer off the screen."""

    def __missing__(self, name: str) -> str:
        return UNKNOWN_FIGURE


def _variant(outcome: Outcome, standing: Standing) -> str:
    figures = outcome.figures
    if outcome.code == "served":
        return _variant_of_served(figures)
    if outcome.code == "undone":
        return _variant_of_undone(figures, standing)
    if outcome.code == "refunded" and "repaid_fen" in figures:
        return "refunded.noted"
    if outcome.code == "needs_photo" and not figures.get("photo", 1):
        return "needs_photo.without"
    if outcome.code == "needs_photo" and not figures.get("limit_fen"):
        return "needs_photo.always"
    if outcome.code == "topped_up" and "repaid_fen" in figures:
        return "topped_up.repaid"
    if outcome.code == "outside_meal_hours" and not figures.get("today", 1):
        return "outside_meal_hours.tomorrow"
    return outcome.code


def _variant_of_served(figures: Mapping[str, int | str]) -> str:
    balance_fen = int(figures.get("balance_fen", LOW_BALANCE_FEN))
    if figures.get("courtesy_fen"):
        return "served.courtesy.visitor" if figures.get("visitor") else "served.courtesy"
    if balance_fen < 0:
        return "served.owed"
    if figures.get("portion", 1) != 1:
        return "served.again"
    return "served" if balance_fen >= LOW_BALANCE_FEN else "served.low"


def _variant_of_undone(figures: Mapping[str, int | str], standing: Standing) -> str:
    """What comes next is said only where it is so: a first portion is had again while its meal is served."""
    if "back_fen" not in figures:
        return "undone.nobody"
    if figures.get("delivered"):
        return "undone.absent"
    if "repaid_fen" in figures:
        return "undone.noted"
    if int(figures.get("portion", 1)) > 1:
        return "undone.portion"
    of_now = (figures.get("day"), figures.get("meal")) == (standing.day, standing.meal)
    return "undone.meal" if of_now else "undone"


def _placeholder(figure: str) -> str:
    return figure.removesuffix("_fen")


def _word(figure: str, value: int | str, standing: Standing) -> str:
    if figure.endswith("_fen"):
        return yuan(int(value))
    if figure in ("meal", "next_meal"):
        return meal_name(str(value), standing)
    if figure == "last_day":
        return _day(str(value))
    if figure == "day":
        return near_day(date.fromisoformat(str(value)), date.fromisoformat(standing.day))
    if figure == "dining":
        return label(str(value))
    return str(value)


def _day(iso: str) -> str:
    try:
        return str(format_date(date.fromisoformat(iso), "long"))
    except ValueError:
        return iso
