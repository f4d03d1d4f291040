"""A resident's month on one sheet of paper: what was there, what came in, what was spent, what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.plain.refusals import Refusal
from sync.office.console import formats
from sync.office.services.accounts.resident.movements import OWN, Account, Movement


class NoMonth(Refusal):
    """A month is written such as 2025-01, and has begun."""

    code = "no_such_month"
    given: str


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    first_day: date

    def __str__(self) -> str:
        return self.first_day.strftime("%Y-%m")

    @property
    def next(self) -> Month:
        year, month = divmod(self.first_day.year * 12 + self.first_day.month, 12)
        return Month(date(year, month + 1, 1))

    @property
    def previous(self) -> Month:
        year, month = divmod(self.first_day.year * 12 + self.first_day.month - 2, 12)
        return Month(date(year, month + 1, 1))


def month_in(given: str, today: date) -> Month:
    """The present one where nothing is given. Raises `NoMonth`."""
    try:
        found = Month(date.fromisoformat(f"{given}-01") if given else today.replace(day=1))
    except ValueError:
        raise NoMonth(given=given) from None
    if found.first_day > today or found.first_day.year < 2000:
        raise NoMonth(given=given)
    return found


@dataclass(frozen=True, slots=True)
class StatementDay:
    """One day on which own money moved. `whats`: what for, by sort of record, and how often."""

    day: date
    whats: Sequence[tuple[str, int]]
    in_fen: int
    out_fen: int
    subsidy_fen: int
    left_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Own money in one month, day by day."""

    month: Month
    before_fen: int
    days: Sequence[StatementDay]

    @property
    def left_fen(self) -> int:
        return self.days[-1].left_fen if self.days else self.before_fen

    @property
    def in_fen(self) -> int:
        return sum(each.in_fen for each in self.days)

    @property
    def out_fen(self) -> int:
        return sum(each.out_fen for each in self.days)

    @property
    def subsidy_fen(self) -> int:
        return sum(each.subsidy_fen for each in self.days)


def statement(
    connection: sa.Connection, region_id: int, account: Account, month: Month, zone_name: str
) -> Statement:
    """By the calendar of the resident's home site."""
    own = [each for each in account.movements if (each.purse, each.unit) == (OWN, Unit.FEN.value)]
    begins_ms = formats.midnight_ms(month.first_day, zone_name)
    ends_ms = formats.midnight_ms(month.next.first_day, zone_name)
    before = [each for each in own if each.place.at_ms < begins_ms]
    mine = [each for each in own if begins_ms <= each.place.at_ms < ends_ms]
    told = account.told(connection, region_id, mine)
    return Statement(month, before[-1].balance if before else 0, list(_days(told, zone_name)))


def _days(told: Iterable[Movement], zone_name: str) -> Iterator[StatementDay]:
    for day, group in groupby(told, lambda each: formats.local(each.place.at_ms, zone_name).date()):
        lines = list(group)
        whats = Counter(each.what.of or each.what.kind for each in lines)
        yield StatementDay(
            day=day,
            whats=list(whats.items()),
            in_fen=sum(each.quantity for each in lines if each.quantity > 0),
            out_fen=-sum(each.quantity for each in lines if each.quantity < 0),
            subsidy_fen=sum(each.subsidy_fen for each in lines),
            left_fen=lines[-1].balance,
        )
