"""Which passwords are taken: long enough, and none that guessing begins with."""

from __future__ import annotations

from typing import ClassVar

from kiosk.plain.refusals import Refusal

FEWEST_CHARACTERS = 10
FEWEST_DIFFERENT = 5
RUNS = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm"),
    "1qaz2wsx3edc4rfv5tgb",
)
# What lists of stolen passwords have most often, without the digits around them.
COMMON = {
    *("password", "passw0rd", "administrator", "welcome", "iloveyou", "sunshine", "princess", "football"),
    *("baseball", "letmein", "superman", "computer", "internet", "changeme", "default", "secret", "qwerty"),
    *("woaini", "woaiwojia", "woaizhongguo", "wodemima", "mima", "zhongguo", "beijing", "shanghai", "nihao"),
    *("admin", "root", "system", "manager", "canteen", "office", "test", "asdfgh", "zxcvbn", "qazwsx"),
}


class UnusablePassword(Refusal):
    """It would be guessed."""

    code = "unusable_password"


class PasswordTooShort(UnusablePassword):
    """Fewer characters than are needed."""

    code: ClassVar[str] = "password_too_short"
    given: int
    fewest: int


class PasswordCommon(UnusablePassword):
    """Whoever guesses begins with such ones: a common word, a run of keys, the same again and again."""

    code: ClassVar[str] = "password_common"


class PasswordIsName(UnusablePassword):
    """It is the user's own name, or hardly more."""

    code: ClassVar[str] = "password_is_name"


def require_usable(password: str, username: str) -> None:
    """Raises `PasswordTooShort`, `PasswordIsName` or `PasswordCommon`."""
    if len(password) < FEWEST_CHARACTERS:
        raise PasswordTooShort(given=len(password), fewest=FEWEST_CHARACTERS)
    plain, name = (_letters_and_digits(each) for each in (password, username))
    word = plain.strip("0123456789")
    if name in (plain, word):
        raise PasswordIsName
    if len(set(plain)) < FEWEST_DIFFERENT or word in COMMON or _is_run(plain):
        raise PasswordCommon


def _letters_and_digits(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _is_run(plain: str) -> bool:
    """Nothing but keys in their order, forwards or backwards."""
    return any(plain in (run * 2)[::way] for run in RUNS for way in (1, -1))
