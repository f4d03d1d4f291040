"""What the address of a page asks for; a value that cannot be is answered with what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import abort
from flask_babel import gettext

from kiosk.numbers import whole_number

LONGEST_TEXT = 60


class Query:
    """The parameters of one request. Raises a 400 that names the value."""

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self._arguments = arguments

    def text(self, name: str) -> str:
        return self._arguments.get(name, "").replace("\0", "").strip()[:LONGEST_TEXT]

    def number(self, name: str) -> int:
        """A whole number from 0."""
        given = self.text(name)
        if not given:
            return 0
        try:
            return whole_number(given)
        except ValueError:
            abort(400, description=gettext("%(given)s is no whole number.", given=given))

    def day(self, name: str, default: date) -> date:
        given = self.text(name)
        if not given:
            return default
        try:
            return date.fromisoformat(given)
        except ValueError:
            abort(400, description=gettext("%(given)s is no day such as 2025-01-31.", given=given))
