"""Why a cell of a bank's file cannot be, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from kiosk.plain.refusals import Refusal
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.residents import words

SENTENCES: Mapping[str, str] = {
    "no_head": _("No row of the first twenty names the columns; 交易流水号 and 金额 have to be there."),
    "too_many_rows": _("At most %(most)s rows: send it in parts."),
    "transaction_number_missing": _("The bank's number of the transaction is needed."),
    "bank_amount_wrong": _("This is no amount in yuan, or more than %(most)s."),
    "card_number_unknown": _("No card has this number."),
    "nobody_of_number": _("No resident has this number."),
    "nobody_named": _("Whose is it? Write the resident's number into the row."),
    "card_of_another": _("This card is of resident %(other_id)s."),
    "account_closed": _("This account is closed."),
    "transaction_twice": _("Row %(row)s has the same number."),
    "booked_otherwise": _("Booked already: %(yuan)s yuan for resident %(resident_id)s."),
}


def why_not(refusal: Refusal) -> str:
    """In the page's language."""
    if refusal.code not in SENTENCES:
        return words.sentence(refusal)
    figures = vars(refusal)
    if "fen" in figures:
        figures = figures | {"yuan": formats.yuan(figures["fen"])}
    if "most_fen" in figures:
        figures = figures | {"most": formats.yuan(figures["most_fen"])}
    return str(gettext(SENTENCES[refusal.code], **figures))
