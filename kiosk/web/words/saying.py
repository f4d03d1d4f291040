"""Turns an outcome into words in the language of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, gettext

from kiosk.common.board import Standing
from kiosk.common.outcomes import Outcome, Result, Tone
from kiosk.common.troubles import Trouble
from kiosk.ledger.amount import Amount
from kiosk.plain.refusals import Refusal
from kiosk.web.words import TroubleWords, Words
from kiosk.web.words.current import words_here
from kiosk.web.words.days import moment, near_day
from kiosk.web.words.languages import by_language
from kiosk.web.words.money import in_unit, yuan
from kiosk.web.words.sentence import N_, Sentence
from kiosk.web.words.troubles import UNHEARD_OF

UNKNOWN_FIGURE = "–"
FIGURE_AND_UNIT = re.compile(r"(?<=\d) (?=[元岁天笔分]|yuan|days|minutes)")

MEALS = {"breakfast": N_("Breakfast"), "lunch": N_("Lunch"), "dinner": N_("Dinner")}


def sentence(outcome: Outcome, standing: Standing) -> Sentence:
    """The words for an outcome in the language of the page."""
    found = _found(words_here(), outcome, standing)
    figures = _Figures(outcome.code, outcome.result, standing)
    return Sentence(*(_filled(message, figures) if message else "" for message in found))


def trouble_sentence(code: str, standing: Standing) -> Sentence:
    """The words for what keeps the counter from working."""
    return sentence(Outcome(tone=Tone.STOP, code=code, at_ms=0), standing)


def trouble_words(trouble: Trouble, standing: Standing) -> TroubleWords:
    """What staff are told about a trouble, in the language of the page."""
    table = words_here().troubles
    found = table.get(trouble.code) or table.get(trouble.code.partition("_")[0]) or UNHEARD_OF
    figures = _Figures(trouble.code, trouble, standing)
    short, title, lunch = (_filled(message, figures) for message in found[:3])
    return TroubleWords(short, title, lunch, tuple(_filled(step, figures) for step in found.steps))


def meal_name(code: str, standing: Standing) -> str:
    """A meal's name: the site's own, or else a common one, or else just `meal`."""
    if named := standing.meal_names.get(code) if code else standing.meal_name:
        return by_language(named)
    return str(gettext(MEALS.get(code or standing.meal) or N_("Meal")))


def _filled(message: str, figures: _Figures) -> str:
    """A message in the language of the page, whatever word it begins with.

    No line ends between a figure and its unit.
    """
    text = FIGURE_AND_UNIT.sub("\N{NO-BREAK SPACE}", gettext(message) % figures)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Figures:
    """The fields of a result, a refusal or a trouble, as its sentence names them: `%(own)s` is `own_fen`.

    One that is not known must not take the answer off the screen.
    """

    code: str
    said: Result | Refusal | Trouble | None
    standing: Standing

    def __getitem__(self, name: str) -> str:
        if name == "code":
            return self.code
        amount_fen = getattr(self.said, f"{name}_fen", None)
        if amount_fen is not None:
            return yuan(amount_fen)
        value = getattr(self.said, name, "" if name == "meal" else None)
        return UNKNOWN_FIGURE if value is None else _word(name, value, self.standing)


def _found(words: Words, outcome: Outcome, standing: Standing) -> Sentence:
    """The sentence for this answer: of its code and what varies it, or else of its tone."""
    choose = words.variants.get(outcome.code)
    variant = choose(outcome, standing) if choose else ""
    key = f"{outcome.code}.{variant}" if variant else outcome.code
    return words.sentences.get(key) or words.sentences[outcome.tone]


def term(word: str) -> str:
    """A stable word in the language of the page; one that has no name is shown as it was written."""
    terms = words_here().terms
    return gettext(terms[word]) if word in terms else word


def _word(figure: str, value: object, standing: Standing) -> str:
    if isinstance(value, Amount):
        return in_unit(value)
    if figure in ("meal", "next_meal"):
        return meal_name(str(value), standing)
    if figure == "last_day":
        return _day(str(value))
    if figure == "day":
        return near_day(date.fromisoformat(str(value)), date.fromisoformat(standing.day))
    if figure == "since":
        return moment(str(value))
    if figure == "dining":
        return term(str(value))
    return str(value)


def _day(iso: str) -> str:
    try:
        return str(format_date(date.fromisoformat(iso), "long"))
    except ValueError:
        return iso
