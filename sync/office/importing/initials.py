"""Initials of Chinese names in pinyin, so that staff find somebody with three keys."""

from __future__ import annotations

from itertools import islice, product

MOST_READINGS = 16  # of one name; a rare character may be read in many ways
# Characters that are read otherwise where they are a family's name.
_AS_SURNAME = {
    "仇": "q",
    "区": "o",
    "单": "s",
    "折": "s",
    "曾": "z",
    "查": "z",
    "种": "c",
    "秘": "b",
    "翟": "z",
    "覃": "q",
    "解": "x",
}


def initials_of(name: str) -> str:
    """All likely readings with spaces between, the commonest first: 曾乐 is `zl zy cl cy`. Of other words the
    first letters.
    """
    from pypinyin import Style, pinyin  # a dictionary that takes time to load, and few commands import people

    syllables = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=_letters)
    if syllables and (surname := _AS_SURNAME.get(name.strip()[:1])):
        syllables[0] = list(dict.fromkeys([surname, *syllables[0]]))
    readings = ("".join(each).lower() for each in islice(product(*syllables), MOST_READINGS))
    return " ".join(dict.fromkeys(each for each in readings if each))


def _letters(other: str) -> str:
    return "".join(word[0] for word in other.split() if word[0].isalnum())
