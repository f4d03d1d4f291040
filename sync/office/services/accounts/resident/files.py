"""A resident's whole account as a file: by the codes of the books, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.ledger.amount import Unit
from sync.office.api.openapi import Download
from sync.office.console.marking import _
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet, SheetFile
from sync.office.services.accounts.resident.movements import Movement

DOWNLOADS = [
    Download(
        "/account.json",
        "A resident's whole account, movement by movement: fen and Unix milliseconds",
        SheetFile,
        {"resident_id": str},
    )
]
_COLUMNS = (
    Column("at", _("When"), Shape.TIME),
    Column("site", _("Site"), Shape.SITE),
    Column("kiosk", _("Kiosk"), Shape.TEXT),
    Column("kind", _("What"), Shape.TEXT),
    Column("of", _("Given back"), Shape.TEXT),
    Column("note", _("Reason"), Shape.TEXT),
    Column("purse", _("Purse"), Shape.TEXT),
    Column("amount_fen", _("Amount, yuan"), Shape.FEN),
    Column("balance_fen", _("Balance, yuan"), Shape.FEN),
    Column("minutes", _("Minutes"), Shape.MINUTES),
    Column("balance_minutes", _("Balance, minutes"), Shape.MINUTES),
    Column("subsidy_fen", _("Subsidy"), Shape.FEN),
    Column("operator", _("By"), Shape.TEXT),
    Column("receipt", _("Receipt"), Shape.TEXT),
    Column("journal", _("Journal"), Shape.TEXT),
)


def sheet_of(movements: Sequence[Movement]) -> Sheet:
    rows = [_row(each) for each in movements]
    return Sheet("account", _("Account"), _("Nothing was booked yet."), _COLUMNS, rows)


def _row(each: Movement) -> tuple[Cell, ...]:
    figures = (each.quantity, each.balance)
    fen, minutes = (figures if each.unit == unit else (None, None) for unit in (Unit.FEN, Unit.MINUTE))
    what = each.what
    where = (each.place.at_ms, each.site, each.kiosk)
    record = (each.subsidy_fen, each.operator, each.receipt, each.place.journal)
    return (*where, what.kind, what.of, what.note, each.purse, *fen, *minutes, *record)
