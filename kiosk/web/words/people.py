"""Names for the stable words that arrive in people's records: categories and diet warnings.

A word that is not listed is shown as it was written; the office may well have written it in Chinese.
"""

from __future__ import annotations

from flask_babel import gettext

from kiosk.common.outcomes import Person
from kiosk.web.words.sentence import N_

CATEGORIES = {
    "advanced_age": N_("advanced age"),
    "living_alone": N_("living alone"),
    "empty_nest": N_("children far away"),
    "no_family": N_("without family"),
    "disabled": N_("disabled"),
    "low_income": N_("low income"),
    "volunteer": N_("volunteer"),
}
TERMS = {
    **CATEGORIES,
    "low_salt": N_("low salt"),
    "low_sugar": N_("low sugar"),
    "low_fat": N_("low fat"),
    "soft_food": N_("soft food"),
    "soft_rice": N_("soft rice"),
    "vegetarian": N_("vegetarian"),
    "no_pork": N_("no pork"),
    "no_spice": N_("no spice"),
    "no_peanuts": N_("no peanuts"),
    "no_seafood": N_("no seafood"),
    "no_egg": N_("no egg"),
    "no_milk": N_("no milk"),
}


def called(person: Person) -> str:
    """What the screens call somebody: whoever is at home elsewhere may be but a number here."""
    return person.name or gettext("Visitor %(number)s", number=person.resident_id)
