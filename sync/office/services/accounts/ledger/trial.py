"""The trial balance: what each sort of account came to at the end of a day. All of them together are zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.sql import run
from sync.office.api.openapi import Download
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.reporting.sheets import Column, Shape, Sheet, SheetFile
from sync.office.services.accounts.ledger.since import booked_since
from sync.office.services.accounts.ledger.sorts import SORT, sort_of

Balances = Mapping[tuple[str, str], int]  # by sort of account and unit; above zero: owed to its owner
_SITED = ("revenue", "cash", "safe", "cash_difference")


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """At the end of `day`, with what had arrived by now."""

    day: date
    balances: Balances

    def total(self, unit: str) -> int:
        return sum(quantity for (_sort, of), quantity in self.balances.items() if of == unit)

    @property
    def is_zero(self) -> bool:
        return not any(self.total(unit) for _sort, unit in self.balances)


def trial_balance(connection: sa.Connection, region_id: int, day: date) -> TrialBalance:
    """The balances as they stand, less what was booked after the day. `connection` should be a snapshot."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for sort, unit, quantity in run(connection, _STANDING, (region_id,)):
        found[sort, unit] += int(quantity)
    for booked in booked_since(connection, region_id, formats.midnight_ms(day + timedelta(days=1))):
        for account, unit, quantity in booked.posted:
            found[sort_of(account), unit] -= quantity
    return TrialBalance(day, {name: quantity for name, quantity in sorted(found.items()) if quantity})


_STANDING = (
    f"SELECT {SORT} AS sort, unit, CAST(sum(credits - debits) AS BIGINT) FROM balances"  # noqa: S608
    " WHERE region_id = ? AND unit IN ('FEN', 'MINUTE') GROUP BY 1, 2"
)

DOWNLOADS = [
    Download(
        "/trial-balance.json", "What each sort of account came to on a day, in fen", SheetFile, {"day": date}
    )
]
_COLUMNS = (
    Column("sort", _("Account"), Shape.WORD),
    Column("site", _("Site"), Shape.SITE),
    Column("debit_fen", _("Debit, yuan"), Shape.FEN),
    Column("credit_fen", _("Credit, yuan"), Shape.FEN),
    Column("minutes", _("Minutes"), Shape.MINUTES),
    Column("name", _("Name in the books"), Shape.TEXT),
)
SORTS = {
    "own": _("Residents' own money"),
    "held": _("Held of residents' money"),
    "courtesy": _("Owed by residents for courtesy meals"),
    "set_aside": _("Put aside for lost kiosks"),
    "programme": _("Owed by programmes"),
    "revenue": _("Revenue"),
    "cash": _("Cash boxes"),
    "safe": _("Safes"),
    "cash_difference": _("Cash differences"),
    "contingency": _("Borne by the office"),
    "opening": _("Balances of before"),
    "suspense": _("In suspense"),
    "bank": _("Bank"),
}


def as_sheet(trial: TrialBalance) -> Sheet:
    """Debits are what the office has or is owed, credits what it owes or has earned."""
    rows = []
    for (sort, unit), quantity in trial.balances.items():
        head, *rest = sort.split("/")
        site = rest[-1] if head in _SITED and rest else ""
        is_money = unit == Unit.FEN
        debit = -quantity if is_money and quantity < 0 else None
        credit = quantity if is_money and quantity > 0 else None
        rows.append((head, site, debit, credit, None if is_money else quantity, sort))
    debits = sum(max(0, -quantity) for (_sort, unit), quantity in trial.balances.items() if unit == Unit.FEN)
    credits = debits + trial.total(Unit.FEN)
    total: Sequence[int | str] = ("", "", debits, credits, trial.total(Unit.MINUTE), "")
    return Sheet(
        "trial_balance",
        _("Trial balance"),
        _("Nothing was booked until then."),
        _COLUMNS,
        rows,
        total if rows else (),
        SORTS,
    )
