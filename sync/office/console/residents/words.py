"""Why something that was given of a resident cannot be, as sentences at its field."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from kiosk.plain.refusals import Refusal
from sync.office.console.marking import _

SENTENCES: Mapping[str, str] = {
    "missing": _("Please fill this in."),
    "too_long": _("At most %(most)s characters."),
    "too_many": _("At most %(most)s of them."),
    "no_day": _("This is no day. Write it as 1956-03-05 or 1956年3月5日."),
    "month_alone": _("The day of the month is missing: %(year)s-%(month)s and which day?"),
    "not_yet_born": _("Nobody is born then: a day from 1880 until today."),
    "no_phone": _("This is no telephone number: 7 to 15 digits."),
    "until_before": _("The last day is before the first day."),
    "born_differs": _("The identity number says %(born)s."),
    "category_missing": _("Which category? Choose one, or empty the line."),
    "id_number_taken": _("Resident %(other_id)s has this identity number already."),
    "site_unknown": _("Choose one of: %(allowed)s"),
    "bad_id_number.length": _("An identity number has 18 characters, or 15 of the old kind."),
    "bad_id_number.characters": _("An identity number has digits alone; the last may be X."),
    "bad_id_number.province": _("No province has a number that begins like this."),
    "bad_id_number.birthday": _("The birthday in this identity number is no day."),
    "bad_id_number.check": _("A digit is mistyped: by the others the last one is %(right)s."),
    "no_sheet": _("This is neither Excel nor CSV, or it is damaged."),
    "no_head": _("No row of the first twenty names the columns; one has to be 姓名."),
    "column_twice": _("Columns %(one)s and %(other)s in row %(row)s are the same; delete or rename one."),
    "digits_lost": _("Excel lost the last digits. Format the column as text, and type the number again."),
    "nobody_of_number": _("No resident has this number; leave the cell empty for somebody new."),
    "at_home_elsewhere": _("This resident is at home at a site that is not yours."),
    "row_twice": _("Row %(row)s is the same person."),
    "ambiguous": _("Several residents are called so and born then: %(numbers)s. Add a column 居民编号."),
    "changed_since": _("Somebody changed this resident meanwhile. Please look, and change it again."),
    "in_use": _("Resident %(resident_id)s has a card or money by now, and cannot be taken out again."),
    "nothing_to_take_back": _("There is nothing to take back."),
    "nobody_there": _("There is nobody of this number."),
}


def sentence(refusal: Refusal) -> str:
    """In the page's language."""
    return str(gettext(SENTENCES[_key(refusal)], **vars(refusal)))


def in_english(refusal: Refusal) -> str:
    """For a terminal."""
    return SENTENCES[_key(refusal)] % vars(refusal)


def _key(refusal: Refusal) -> str:
    reason = vars(refusal).get("reason")
    return f"{refusal.code}.{reason}" if reason else refusal.code
