"""What a resident who has forgotten the card can be found by: the terms that the look-up begins with.

Staff type with wet fingers on a small screen, so the digits of a telephone's keypad find the initials too:
2 is a, b or c, and 陈桂英 (cgy) is 249.
"""

from __future__ import annotations

from kiosk.people.residents import Resident, ResidentStatus

KEYPAD = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
LEAST_TYPED = 2  # nobody is shown before
COMMON, RARE = 0, 1

DIGITS = str.maketrans({letter: digit for digit, letters in KEYPAD.items() for letter in letters})


def terms_of(resident: Resident) -> dict[str, int]:
    """In lower case, each with its rank: rarer readings of a name come after what it is commonly found by.

    Somebody who has left is not found.
    """
    if resident.status is not ResidentStatus.ACTIVE:
        return {}
    initials = resident.initials.lower().split()
    common = [resident.name.lower(), *_typed(initials[:1]), resident.phone_tail]
    ranked = [*((each, COMMON) for each in common), *((each, RARE) for each in _typed(initials[1:]))]
    return {term: rank for term, rank in reversed(ranked) if term}


def _typed(initials: list[str]) -> list[str]:
    """As letters, and as digits of the keypad."""
    return [*initials, *(each.translate(DIGITS) for each in initials)]
