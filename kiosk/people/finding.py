"""What a resident who has forgotten the card can be found by: the terms that the look-up begins with.

Staff type with wet fingers on a small screen, so the digits of a telephone's keypad find the initials too:
2 is a, b or c, and 陈桂英 (cgy) is 249.
"""

from __future__ import annotations

from kiosk.people.residents import Resident, ResidentStatus

KEYPAD = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
LEAST_TYPED = 2  # nobody is shown before

_DIGITS = str.maketrans({letter: digit for digit, letters in KEYPAD.items() for letter in letters})


def terms_of(resident: Resident) -> set[str]:
    """In lower case. Somebody who has left is not found."""
    if resident.status is not ResidentStatus.ACTIVE:
        return set()
    initials = resident.initials.lower().split()
    digits = (each.translate(_DIGITS) for each in initials)
    return {each for each in (resident.name.lower(), *initials, *digits, resident.phone_tail) if each}
