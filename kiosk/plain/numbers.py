"""Whole numbers as people and pages write them: the digits 0 to 9, and few of them."""

from __future__ import annotations

import re

# What a database and JSON hold unharmed; `int` would take the digits of any script, thousands of them.
DIGITS = "[0-9]{1,15}"


def whole_number(text: str) -> int:
    """Raises `ValueError` for whatever else is written there."""
    if not re.fullmatch(DIGITS, text):
        raise ValueError(f"{text[:30]!r}: a whole number of at most 15 digits is allowed")
    return int(text)
