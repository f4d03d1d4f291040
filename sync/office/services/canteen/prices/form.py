"""The form in which prices are changed: amounts in yuan over the present ones, and one more row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from flask_babel import gettext

from kiosk.catalogue.pricing.tariffs import ANY, Share, TariffRule
from kiosk.plain.numbers import whole_number
from sync.office.console import formats
from sync.office.console.names import Names
from sync.office.services.canteen.prices.calendar import Row, whom
from sync.office.services.canteen.prices.changes import PriceChange

OLDEST_AGE, LONGEST_ORIGIN = 200, 100
NEW = "new"  # what the fields of one more row begin with, in place of a rule's id


def paid(shares: Iterable[Share]) -> dict[str, int]:
    """In fen, by programme; in whatever order they stand."""
    return {each.programme: each.fen for each in shares if each.fen}


class PriceForm:
    """Reads what was typed. `wrong` says by field what it cannot be; `given` is what stands in the fields."""

    def __init__(self, given: Mapping[str, str], names: Names, rows: Iterable[Row], today: date) -> None:
        self.given, self._names, self._today = given, names, today
        self.wrong: dict[str, str] = {}
        self.first_day = self._day()
        self.origin = given.get("origin", "").replace("\0", "").strip()[:LONGEST_ORIGIN]
        self._rows = list(rows)

    def change(self) -> PriceChange:
        """What was typed otherwise than it is; empty if that is nothing, or if something is wrong."""
        changed = [rule for row in self._rows for rule in self._changed(row)]
        changed += self._added({each.id for each in changed})
        return PriceChange() if self.wrong else PriceChange(entries=tuple(changed))

    def _day(self) -> date:
        typed = self.given.get("first_day", "")
        try:
            found = date.fromisoformat(typed)
        except ValueError:
            self.wrong["first_day"] = gettext("Please give the whole day.")
            return self._today
        if found <= self._today:
            self.wrong["first_day"] = gettext("From tomorrow on: nobody pays a price that was not known.")
        return found

    def _changed(self, row: Row) -> Iterable[TariffRule]:
        present = row.on(self.first_day)
        if present is None or f"own.{present.id}" not in self.given:
            return
        parts = self._parts(present.id)
        if parts is None:
            return
        own_fen, typed = parts
        kept = tuple(each for each in present.shares if each.programme not in self._names.programmes)
        shares = (*typed, *kept)
        if own_fen != present.own_fen or paid(shares) != paid(present.shares):
            yield self._made(present, own_fen, shares)

    def _made(self, like: TariffRule, own_fen: int, shares: tuple[Share, ...]) -> TariffRule:
        """A rule that follows another, or takes its place where that begins on the same day."""
        same_day = like.first_day == self.first_day
        stem = re.sub(r"-[0-9]{8}$", "", like.id)
        return msgspec.structs.replace(
            like,
            id=like.id if same_day else f"{stem}-{self.first_day:%Y%m%d}",
            first_day=self.first_day,
            own_fen=own_fen,
            shares=shares,
            full_fen=own_fen + sum(share.fen for share in shares),
            origin=self.origin or like.origin,
        )

    def _added(self, taken: set[str]) -> list[TariffRule]:
        if not self.given.get("own.new", "").strip():
            return []
        parts, ages = self._parts(NEW), self._ages()
        site, meal = self.given.get("new.site", ANY), self.given.get("new.meal", "")
        category = self.given.get("new.category", "").strip() or ANY
        if meal not in self._names.meals or site not in (ANY, *self._names.sites):
            self.wrong["new.meal"] = gettext("Please choose a meal and a site.")
        if parts is None or ages is None or self.wrong:
            return []
        own_fen, shares = parts
        full_fen = own_fen + sum(share.fen for share in shares)
        from_age, to_age = ages
        words = [meal, str(from_age), *(each for each in (site, category) if each != ANY)]
        made = TariffRule(
            id=f"{'-'.join(words)}-{self.first_day:%Y%m%d}",
            site=site,
            meal=meal,
            category=category,
            from_age=from_age,
            to_age=to_age,
            first_day=self.first_day,
            full_fen=full_fen,
            own_fen=own_fen,
            shares=shares,
            origin=self.origin,
        )
        there = {whom(row.whom) for row in self._rows}
        if whom(made) in there or made.id in taken:
            self.wrong["new.meal"] = gettext("There is a row for these people already.")
        return [made]

    def _ages(self) -> tuple[int, int] | None:
        try:
            first = whole_number(self.given.get("new.from_age", "") or "0")
            last = whole_number(self.given.get("new.to_age", "") or str(OLDEST_AGE))
        except ValueError:
            first, last = 1, 0
        if first <= last <= OLDEST_AGE:
            return first, last
        self.wrong["new.from_age"] = gettext("Ages from 0 to 200 are allowed, the first not above the last.")
        return None

    def _parts(self, name: str) -> tuple[int, tuple[Share, ...]] | None:
        own_fen = self._fen(f"own.{name}")
        by_programme = {each: self._fen(f"share.{name}.{each}") for each in self._names.programmes}
        if own_fen is None or None in by_programme.values():
            return None
        return own_fen, tuple(Share(each, fen) for each, fen in by_programme.items() if fen)

    def _fen(self, field: str) -> int | None:
        fen = formats.fen_typed(self.given.get(field, "").strip() or "0")
        if fen is not None:
            return fen
        self.wrong[field] = gettext("An amount in yuan such as 12.50 is needed.")
        return None
