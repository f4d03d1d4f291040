"""What clerks see of the books."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from sync.office.console.marking import _
from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.services.accounts.bank_file import booking
from sync.office.services.accounts.bank_file import pages as bank_file
from sync.office.services.accounts.changing import change
from sync.office.services.accounts.changing import pages as changing
from sync.office.services.accounts.closing import pages as closing
from sync.office.services.accounts.leaving import leaving
from sync.office.services.accounts.leaving import pages as leave
from sync.office.services.accounts.ledger import pages as ledger
from sync.office.services.accounts.resident import pages as resident


def blueprint(office: Office) -> Blueprint:
    pages = Blueprint("accounts", __name__, template_folder="templates")
    resident.add_pages(pages, office)
    ledger.add_pages(pages, office)
    closing.add_pages(pages, office)
    changing.add_pages(pages, office)
    leave.add_pages(pages, office)
    bank_file.add_pages(pages, office)
    return pages


SHOWN = Shown(
    pages=(blueprint,),
    links=(
        Link(62, "accounts.closing", _("Daily close")),
        Link(61, "accounts.topups", _("Bank top-ups")),
        Link(65, "accounts.trial-balance", _("Books")),
    ),
    of_each_resident=(
        Link(10, "accounts.account", _("Account")),
        Link(20, "accounts.resident_statement", _("Statement")),
        Link(30, "accounts.balance", _("Refund or correct")),
        Link(40, "accounts.leave", _("Died, moved away, entered twice")),
    ),
    reviews=leaving.REVIEWS,
    outcomes=leaving.OUTCOMES,
    kinds={**change.KINDS, **booking.KINDS, **leaving.KINDS},
    acts={
        "accounts.account": _("Looked at an account"),
        "accounts.account_file": _("Took an account along"),
        "accounts.books_as_beancount": _("Took the books along"),
        "accounts.look_at_bank_file": _("Looked at a bank's file"),
        "accounts.propose_topups": _("Proposed top-ups by bank transfer"),
        "accounts.topups_of_file": _("Looked at top-ups by bank transfer"),
        "accounts.undo_topups": _("Proposed to undo top-ups by bank transfer"),
        "accounts.propose_balance": _("Proposed to change a balance"),
        "accounts.propose_leave": _("Proposed to end an account"),
        "accounts.resident_statement": _("Looked at a statement"),
        "accounts.trial_file": _("Took a trial balance along"),
    },
    translations=(Path(__file__).parent / "translations",),
)
