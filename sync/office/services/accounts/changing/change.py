"""What moves a resident's own money at the office, once a second person has approved it.

Money that is paid out leaves the office's bank account. What is corrected, either way, the office bears.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import bank, contingency, own_money
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import posting
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry, HeldByKiosks, KiosksUnheard
from sync.office.catalogue.published import residents_by_id
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, ProposalKind, Words

REFUND, CORRECTION = "balance_refund", "balance_correction"
KINDS = {REFUND: _("Paid out by the office"), CORRECTION: _("Corrected by the office")}


class BalanceChange(msgspec.Struct, frozen=True, kw_only=True):
    """`fen` is added to own money; below zero: taken from it. `request_id` lets it be booked once."""

    request_id: str
    resident_id: int
    kind: str  # `REFUND` or `CORRECTION`
    fen: int
    note: str
    accepts_exposure: bool  # though kiosks may be spending this money at this moment


def _carry_out(approved: Approved, change: BalanceChange) -> None:
    """Raises `HeldByKiosks` and `KiosksUnheard`."""
    other = bank() if change.kind == REFUND else contingency()
    parts = (
        posting(own_money(change.resident_id), Amount(change.fen)),
        posting(other, Amount(-change.fen)),
    )
    own_journal.enter(
        approved.connection,
        approved.region_id,
        [Entry(change.request_id, change.kind, parts, change.note)],
        operator=approved.approved_by,
        at_ms=approved.at_ms,
        accept_exposure=change.accepts_exposure,
    )


def _based_on(connection: sa.Connection, region_id: int, change: BalanceChange) -> str:
    """That the resident is there, as then; meals eaten meanwhile change nothing."""
    found = residents_by_id(connection, region_id, [change.resident_id])
    return "".join(each.status for each in found.values())


def _words(change: BalanceChange) -> Words:
    if change.kind == REFUND:
        sentence = _("Pay %(yuan)s yuan back to resident no. %(resident)s")
    elif change.fen > 0:
        sentence = _("Add %(yuan)s yuan to the account of resident no. %(resident)s, borne by the office")
    else:
        sentence = _("Take %(yuan)s yuan from the account of resident no. %(resident)s")
    return sentence, {"yuan": yuan(abs(change.fen)), "resident": change.resident_id}


CHANGE_BALANCE = ProposalKind(
    name="change_balance",
    title=_("Change a balance"),
    payload=BalanceChange,
    needs=Permission.MOVE_MONEY,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
    refusals={
        HeldByKiosks.code: _(
            "Kiosks may still spend this money without asking, so nothing was booked. Propose it once more"
            " and accept that, if it is to be done all the same."
        ),
        KiosksUnheard.code: _("The office was restored, and not all kiosks were heard: nothing was booked."),
    },
)
