"""Text as a Chinese receipt printer takes it: GB18030, of which it has the letters of two bytes.

Such a printer sets a letter of one byte half as wide as one of two, so the bytes of a text are its columns.
"""

from __future__ import annotations

import unicodedata

UNKNOWN = "〓"  # what printers set for a letter that they do not have
_LEFT_OUT = ("Cc", "Cf")  # control characters would be commands; formatting is not printed
_ALIKE = str.maketrans({"¥": "￥", "\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": " ", "\n": " ", "\t": " "})


def encoded(text: str) -> bytes:
    """The bytes of a text, one for each column."""
    plain = text.translate(_ALIKE)
    return b"".join(_letter(each) for each in plain if unicodedata.category(each) not in _LEFT_OUT)


def columns(text: str) -> int:
    """How wide a text is."""
    return len(encoded(text))


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns; always at least one."""
    rows, used = [""], 0
    for letter in text:
        wide = columns(letter)
        if used + wide > width:
            rows.append("")
            used = 0
        rows[-1] += letter
        used += wide
    return rows


def _letter(letter: str) -> bytes:
    """A letter that takes four bytes is in no printer's fonts: it would come out as two wrong ones."""
    try:
        found = letter.encode("gb18030")
    except UnicodeEncodeError:  # half of a surrogate pair
        found = b""
    return found if len(found) in (1, 2) else UNKNOWN.encode("gb18030")
