"""Initials of Chinese names in pinyin, so that staff find somebody with three keys."""

from __future__ import annotations

from itertools import islice, product

MOST_READINGS = 16  # of one name; a rare character may be read in many ways


def initials_of(name: str) -> str:
    """All likely readings with spaces between: 曾乐 is `cl cy zl zy`. Of other words the first letters."""
    from pypinyin import Style, pinyin  # a dictionary that takes time to load, and few commands import people

    syllables = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=_letters)
    readings = ("".join(each).lower() for each in islice(product(*syllables), MOST_READINGS))
    return " ".join(dict.fromkeys(each for each in readings if each))


def _letters(other: str) -> str:
    return "".join(word[0] for word in other.split() if word[0].isalnum())
