"""Stable words of people's entries, categories and warnings for the cook, as pages and sheets call them.

A word that is not listed is kept and shown as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from flask_babel import gettext

from sync.office.console.languages import CHINESE, translations
from sync.office.console.marking import _

CATEGORIES = {
    "advanced_age": _("advanced age"),
    "living_alone": _("living alone"),
    "empty_nest": _("children far away"),
    "no_family": _("without family"),
    "disabled": _("disabled"),
    "low_income": _("low income"),
    "volunteer": _("volunteer"),
}
DIET = {
    "low_salt": _("low salt"),
    "low_sugar": _("low sugar"),
    "low_fat": _("low fat"),
    "soft_food": _("soft food"),
    "soft_rice": _("soft rice"),
    "vegetarian": _("vegetarian"),
    "no_pork": _("no pork"),
    "no_spice": _("no spice"),
    "no_peanuts": _("no peanuts"),
    "no_seafood": _("no seafood"),
    "no_egg": _("no egg"),
    "no_milk": _("no milk"),
}
TERMS = {**CATEGORIES, **DIET}


def term(word: str) -> str:
    """In the page's language."""
    return str(gettext(TERMS[word])) if word in TERMS else word


def listed(words: Iterable[str]) -> str:
    """Several of them, as they are typed into one field."""
    return "、".join(map(term, words))


def word_of(said: str) -> str:
    """The stable word that is called so, in either language."""
    return _words().get(said.strip().lower(), said)


@cache
def _words() -> Mapping[str, str]:
    chinese = translations(CHINESE)
    said = {english: word for word, english in TERMS.items()}
    return said | {chinese.gettext(english): word for word, english in TERMS.items()}
