"""GB 11643: what is somebody's number and what is none. All numbers are invented."""

from __future__ import annotations

from datetime import date

import pytest

from sync.office.people.register.idnumbers import BadIdNumber, birthday, check_digit, masked, read

# The example that the standard itself works out, and the one of a centenarian.
STANDARDS_OWN = "11010519491231002X"


def test_the_standards_own_example_is_good_and_says_the_birthday() -> None:
    assert read(" 110105 1949-1231 002x ") == STANDARDS_OWN
    assert birthday(STANDARDS_OWN) == date(1949, 12, 31)
    assert masked(STANDARDS_OWN) == "110*************2X"


def test_the_old_kind_is_the_new_one_without_century_and_check_digit() -> None:
    assert read("110105491231002") == STANDARDS_OWN
    assert birthday(read("440524800101001")) == date(1980, 1, 1)
    assert birthday(read("440524991231998")) == date(1899, 12, 31)


def test_each_digit_mistyped_and_each_two_swapped_are_found() -> None:
    for place in range(17):
        for digit in "0123456789":
            other = STANDARDS_OWN[:place] + digit + STANDARDS_OWN[place + 1 :]
            assert (check_digit(other) == "X") is (other == STANDARDS_OWN)
    for place in range(16):
        one, two = STANDARDS_OWN[place], STANDARDS_OWN[place + 1]
        swapped = STANDARDS_OWN[:place] + two + one + STANDARDS_OWN[place + 2 :]
        assert (check_digit(swapped) == "X") is (one == two)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "length"),
        ("1101051949123100", "length"),
        ("1.10105194912310E+17"[:18], "characters"),
        ("11010519491231002Y", "characters"),
        ("990105194912310029", "province"),
        ("110105194902310026", "birthday"),
        ("110105490231002", "birthday"),
        ("110105194912310029", "check"),
    ],
)
def test_what_is_none_is_refused_with_its_reason(given: str, reason: str) -> None:
    with pytest.raises(BadIdNumber) as refused:
        read(given)
    assert refused.value.reason == reason
    assert refused.value.right == ("X" if reason == "check" else "")
