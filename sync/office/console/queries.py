"""What the address of a page asks for; a value that cannot be is answered with what is allowed.

A day is typed into a field: what is wrong with it is said there, and the form stays. Everything else comes
from our own links, and is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import abort, render_template
from flask_babel import gettext

from kiosk.plain.numbers import whole_number
from sync.office.console.door.guard import area

LONGEST_TEXT = 60


class Query:
    """The parameters of one request. `wrong` says by field what its day cannot be."""

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self._arguments = arguments
        self.wrong: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self._arguments.get(name, "").replace("\0", "").strip()[:LONGEST_TEXT]

    def site(self) -> str:
        """Empty: all, for whoever may see all; else the first of theirs, for want of another."""
        asked, seen = self.text("site"), area()
        return asked or (min(seen.sites, default="-") if seen.sites is not None else "")

    def number(self, name: str) -> int:
        """A whole number from 0. Raises a 400 that names what was given."""
        given = self.text(name)
        if not given:
            return 0
        try:
            return whole_number(given)
        except ValueError:
            abort(400, description=gettext("%(given)s is no whole number.", given=given))

    def day(self, name: str, default: date) -> date:
        """The default where none was asked for, and where it is none."""
        if name not in self._arguments:
            return default
        given = self.text(name)
        try:
            return date.fromisoformat(given)
        except ValueError:
            # A browser sends nothing for a date of which a part is missing.
            self.wrong[name] = (
                gettext("%(given)s is no day such as 2025-01-31.", given=given)
                if given
                else gettext("Please give the whole day.")
            )
            return default

    def days(self, first_default: date, last_default: date) -> tuple[date, date]:
        """From one day to another, `from` and `to`; the default of the last is not before the first."""
        first_day = self.day("from", first_default)
        last_day = self.day("to", max(first_day, last_default))
        if last_day < first_day and "from" not in self.wrong:  # what stands in its place is nobody's
            self.wrong["to"] = gettext("The last day is before the first day.")
        return first_day, last_day

    def insist(self) -> None:
        """For a file, which has no fields. Raises a 400 that says the first thing that is wrong."""
        for words in self.wrong.values():
            abort(400, description=words)

    def answer(self, template: str, **shown: object) -> tuple[str, int]:
        """The page, with what is wrong at its fields."""
        return render_template(template, wrong=self.wrong, **shown), 400 if self.wrong else 200
