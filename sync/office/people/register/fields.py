"""What people write of a resident, as values: the same rules for a form and for a cell of a sheet.

Spaces and signs that only people see are taken off; nothing is ever guessed or mended.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from kiosk.plain.refusals import Refusal

LONGEST_NAME, LONGEST_TEXT = 40, 200
FIRST_BIRTH = date(1880, 1, 1)
MOST_LISTED = 12  # warnings for the cook, categories, contacts
EXCEL_FIRST = date(1899, 12, 30)  # day 0 of Excel's days, right from 1 March 1900 on
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:\s+0?0:00(?::00)?)?")
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?")
_CLOSE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{4,5})(?:\.0+)?")
_BETWEEN = re.compile(r"[,，、;；/\n]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\ufeff\0\ud800-\udfff]")
_EARLIEST_SERIAL = 3000  # below it a number is no birthday, but somebody's age


class Unfit(Refusal):
    """What was given cannot be this."""

    code = "unfit"


class Missing(Unfit):
    """Nothing was given, and something has to be."""

    code = "missing"


class TooLong(Unfit):
    """More than there is room for."""

    code = "too_long"
    most: int


class NoDay(Unfit):
    """No day of the calendar."""

    code = "no_day"


class MonthAlone(Unfit):
    """A month, of which the day is not said."""

    code = "month_alone"
    year: int
    month: int


class NotYetBorn(Unfit):
    """A birthday that is still to come, or further back than anybody lives."""

    code = "not_yet_born"


class NoPhone(Unfit):
    """No telephone number."""

    code = "no_phone"


class TooMany(Unfit):
    """More of them than there is room for."""

    code = "too_many"
    most: int


class BornDiffers(Unfit):
    """The birthday is another than the identity number says."""

    code = "born_differs"
    born: date


class SiteUnknown(Unfit):
    """No site is called so."""

    code = "site_unknown"
    allowed: str


def text(given: str, most: int = LONGEST_TEXT) -> str:
    """Raises `TooLong`."""
    clean = " ".join(_UNSEEN.sub("", given).replace("\u3000", " ").split())
    if len(clean) > most:
        raise TooLong(most=most)
    return clean


def name(given: str) -> str:
    """Of a name in characters the spaces go: 王 芳 is 王芳. Raises `Missing` or `TooLong`."""
    clean = text(given, LONGEST_NAME)
    if not clean:
        raise Missing
    return clean if clean.isascii() else re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", clean)


def day(given: str) -> date | None:
    """A day as people write it, or as Excel counts it; None for nothing. Raises `NoDay` or `MonthAlone`."""
    clean = text(given).replace(" ", " ")
    if not clean:
        return None
    found = _DAY.fullmatch(clean) or _CLOSE.fullmatch(clean)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if month := _MONTH.fullmatch(clean):
            first = date(int(month[1]), int(month[2]), 1)
            raise MonthAlone(year=first.year, month=first.month)
    except ValueError as error:
        raise NoDay from error
    if (serial := _SERIAL.fullmatch(clean)) and int(serial[1]) >= _EARLIEST_SERIAL:
        return EXCEL_FIRST + timedelta(days=int(serial[1]))
    raise NoDay


def birthday(given: str, today: date) -> date | None:
    """None for nothing. Raises `NoDay`, `MonthAlone` or `NotYetBorn`."""
    found = day(given)
    if found is not None and not FIRST_BIRTH <= found <= today:
        raise NotYetBorn
    return found


def phone(given: str) -> str:
    """Empty for nothing. Raises `NoPhone`."""
    digits = re.sub(r"[\s()（）-]", "", text(given))
    if digits and not _PHONE.fullmatch(digits):
        raise NoPhone
    return digits.removeprefix("+86")


def several(given: str) -> tuple[str, ...]:
    """What stands in one field with a comma between, each once. Raises `TooLong` or `TooMany`."""
    found = tuple(dict.fromkeys(filter(None, (text(each, LONGEST_NAME) for each in _BETWEEN.split(given)))))
    if len(found) > MOST_LISTED:
        raise TooMany(most=MOST_LISTED)
    return found
