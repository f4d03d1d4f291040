"""What a PIN of the staff may be, and its hash. People choose dates, rows of keys and the same key again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kiosk.people.staff import LONGEST_PIN, SHORTEST_PIN
from sync.office.people import secret_hashes

UP = "0123456789" * 2
LIVED_IN = range(1900, 2100)  # the years of birthdays and weddings
COLUMNS = ("147", "258", "369", "123", "456", "789", "741", "852", "963", "321", "654", "987", "159", "357")
DATES = ("%y%m%d", "%d%m%y", "%m%d%y", "%Y%m%d", "%d%m%Y", "%m%d%Y", "%Y%m")


class UnusablePin(ValueError):
    """The message says what is wrong with it and what is allowed; never the PIN."""


class HashedPin(NamedTuple):
    """argon2id in its usual encoding, and how many digits it was made of."""

    hash: str
    digits: int


def hashed(pin: str) -> HashedPin:
    """Takes 64 MiB for a moment: never while a transaction is open. Raises `UnusablePin`."""
    wrong = objection(pin)
    if wrong:
        allowed = f"{SHORTEST_PIN} to {LONGEST_PIN} digits that nobody guesses are allowed"
        raise UnusablePin(f"the PIN: {wrong}; {allowed}")
    return HashedPin(secret_hashes.make(pin), len(pin))


def objection(pin: str) -> str:
    """Why it cannot be taken; empty if it can."""
    if not (pin.isascii() and pin.isdigit()):
        return "something else than digits"
    if not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        return f"{len(pin)} digits"
    if len(set(pin)) == 1:
        return "one digit again and again"
    if pin in UP or pin in UP[::-1]:
        return "digits in their order"
    if _repeats(pin):
        return "the same digits again"
    if all(pin[start : start + 3] in COLUMNS for start in (0, 3)):
        return "rows of keys"
    if any(_is_date(pin, form) for form in DATES):
        return "a date, such as a birthday"
    return ""


def _repeats(pin: str) -> bool:
    """121212, 123123, 11223344 and 1234321: a part again, each digit twice, or there and back."""
    parts = [pin[:length] for length in range(2, len(pin) // 2 + 1) if len(pin) % length == 0]
    again = any(part * (len(pin) // len(part)) == pin for part in parts)
    return again or pin[::2] == pin[1::2] or pin == pin[::-1]


def _is_date(pin: str, form: str) -> bool:
    try:
        day = datetime.strptime(pin, form)  # noqa: DTZ007  (a day, not a time)
    except ValueError:
        return False
    return day.year in LIVED_IN and day.strftime(form) == pin
