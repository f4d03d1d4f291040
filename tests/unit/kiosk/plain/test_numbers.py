"""What people and pages write for a number."""

from __future__ import annotations

import pytest

from kiosk.plain.numbers import whole_number


def test_digits_are_a_number() -> None:
    assert whole_number("0") == 0
    assert whole_number("007") == 7
    assert whole_number("9" * 15) == 10**15 - 1


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1_0", "٣", "²", "1\n", "9" * 16, "9" * 5000])
def test_what_else_is_written_there_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="a whole number of at most 15 digits is allowed"):
        whole_number(text)
