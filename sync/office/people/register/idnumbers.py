"""Citizens' identity numbers: GB 11643-1999, and the one of 15 digits that was before it."""

from __future__ import annotations

import re
from datetime import date

from kiosk.plain.refusals import Refusal

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2 to the power of the place, modulo 11
_CHECKS = "10X98765432"
_WHOLE, _OLD = re.compile(r"[0-9]{17}[0-9X]"), re.compile(r"[0-9]{15}")
_OLDER_THAN_1900 = ("996", "997", "998", "999")  # order numbers that the old form kept for centenarians
_PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)]
) | {71, 81, 82, 83}
SHOWN_FIRST, SHOWN_LAST = 3, 2


class BadIdNumber(Refusal):
    """It cannot be anybody's. `reason`: `length`, `characters`, `province`, `birthday` or `check`."""

    code = "bad_id_number"
    reason: str
    right: str = ""  # the check digit that the rest of it asks for


def read(text: str) -> str:
    """The number with 18 digits that a text means. Raises `BadIdNumber`."""
    given = re.sub(r"[\s\u3000-]", "", text).upper()
    if len(given) not in (15, 18):
        raise BadIdNumber(reason="length")
    if not (_WHOLE if len(given) == 18 else _OLD).fullmatch(given):
        raise BadIdNumber(reason="characters")
    whole = given if len(given) == 18 else _lengthened(given)
    if int(whole[:2]) not in _PROVINCES:
        raise BadIdNumber(reason="province")
    birthday(whole)
    right = check_digit(whole)
    if whole[17] != right:
        raise BadIdNumber(reason="check", right=right)
    return whole


def birthday(number: str) -> date:
    """Of a number with 18 digits. Raises `BadIdNumber`."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise BadIdNumber(reason="birthday") from error


def check_digit(number: str) -> str:
    """ISO 7064, MOD 11-2, of the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def masked(number: str) -> str:
    """As pages show it: enough to compare it with a paper that lies there."""
    hidden = "*" * (len(number) - SHOWN_FIRST - SHOWN_LAST)
    return f"{number[:SHOWN_FIRST]}{hidden}{number[-SHOWN_LAST:]}"


def _lengthened(old: str) -> str:
    century = "18" if old[12:] in _OLDER_THAN_1900 else "19"
    seventeen = old[:6] + century + old[6:]
    return seventeen + check_digit(seventeen)
