"""What was paid into the bank, as the page lists it and each file has it; and what is in the safes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.accounts import safe
from sync.office.api.openapi import Download
from sync.office.books.bank.bankings import Banked
from sync.office.books.bank.sums import fen_by_account
from sync.office.console.marking import _
from sync.office.console.reporting.sheets import Column, Shape, Sheet, SheetFile

DOWNLOADS = [
    Download(
        "/cash/banked.json",
        "What was paid into the bank, of the days of its slips: fen",
        SheetFile,
        {"from": date, "to": date, "site": str},
    )
]
COLUMNS = (
    Column("day", _("Day of the slip"), Shape.TEXT),
    Column("slip", _("Slip"), Shape.TEXT),
    Column("site", _("Site"), Shape.SITE),
    Column("close_outs", _("Close-outs"), Shape.COUNT),
    Column("counted_fen", _("Counted"), Shape.FEN),
    Column("banked_fen", _("Banked"), Shape.FEN),
    Column("difference_fen", _("Difference"), Shape.FEN),
    Column("reason", _("Reason"), Shape.TEXT),
    Column("entered_by", _("Entered by"), Shape.TEXT),
    Column("booked_by", _("Booked by"), Shape.TEXT),
    Column("undone_by", _("Undone by"), Shape.TEXT),
    Column("undone_because", _("Why undone"), Shape.TEXT),
)


def as_sheet(found: Sequence[Banked]) -> Sheet:
    """What was undone is listed, and no part of the total."""
    standing = [each.banking for each in found if each.stands]
    sums = (
        sum(len(each.parts) for each in standing),
        sum(each.counted_fen for each in standing),
        sum(each.banked_fen for each in standing),
        sum(each.difference_fen for each in standing),
    )
    return Sheet(
        code="banked",
        title=_("Paid into the bank"),
        none=_("Nothing was paid in on these days."),
        columns=COLUMNS,
        rows=[_row(each) for each in found],
        total=("", "", "", *sums, "", "", "", "", ""),
    )


def _row(each: Banked) -> tuple[str | int, ...]:
    said = each.banking
    sums = (len(said.parts), said.counted_fen, said.banked_fen, said.difference_fen)
    people = (said.entered_by, each.booked_by, each.undone_by, each.undone_because)
    return (str(said.day), said.slip, said.site, *sums, said.why, *people)


def in_safes_fen(connection: sa.Connection, region_id: int, sites: Iterable[str]) -> dict[str, int]:
    """By the books: counted and not in the bank, by site. Below zero: change that came from elsewhere."""
    site_of = {str(safe(site)): site for site in sites}
    fen_of = fen_by_account(connection, region_id, site_of)
    return {site_of[account]: -fen for account, fen in fen_of.items() if fen}
