"""Which PINs the office takes for the staff, and what it says of those it does not."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from sync.office.people.pins import UnusablePin, hashed, objection


@pytest.mark.parametrize("pin", ["258046", "802461", "7351948", "40917365"])
def test_a_pin_that_nobody_guesses_is_hashed(pin: str) -> None:
    made = hashed(pin)
    assert PasswordHasher().verify(made.hash, pin)
    assert (made.digits, made.hash.startswith("$argon2id$")) == (len(pin), True)


@pytest.mark.parametrize(
    ("pin", "wrong"),
    [
        ("2580", "4 digits"),
        ("25804", "5 digits"),
        ("258046917", "9 digits"),
        ("", "something else"),
        ("25804x", "something else"),
        ("٢٥٨٠٤٦", "something else"),
        ("111111", "one digit"),
        ("123456", "in their order"),
        ("654321", "in their order"),
        ("890123", "in their order"),
        ("121212", "again"),
        ("123123", "again"),
        ("11223344", "again"),
        ("258852", "again"),
        ("147258", "rows of keys"),
        ("789456", "rows of keys"),
        ("440506", "a date"),  # 6 May 1944, as people of that age write it
        ("060544", "a date"),
        ("050644", "a date"),
        ("194405", "a date"),
        ("19440506", "a date"),
        ("06051944", "a date"),
    ],
)
def test_a_pin_that_is_short_or_guessed_is_refused_with_the_reason_and_not_repeated(
    pin: str, wrong: str
) -> None:
    with pytest.raises(UnusablePin) as refused:
        hashed(pin)
    assert wrong in str(refused.value)
    assert "6 to 8 digits that nobody guesses" in str(refused.value)
    assert not pin or pin not in str(refused.value)


def test_four_of_five_pins_of_six_digits_are_left() -> None:
    left = sum(not objection(f"{number:06}") for number in range(0, 1_000_000, 37))
    assert left > 0.8 * 1_000_000 / 37
