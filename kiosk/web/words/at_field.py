"""What is wrong with what staff typed, said at its field."""

from __future__ import annotations

from flask_babel import gettext

from kiosk.web.words.money import yuan


def no_amount() -> str:
    return str(gettext("That is no amount: digits, and at most two after the point."))


def beyond(most_fen: int) -> str:
    return str(gettext("More than 0 and at most %(most)s yuan.", most=yuan(most_fen)))
