"""A review is settled, put right by an entry of the office's own, or opened again by its counter-entry.

What one person may move so is a setting; more of it waits for a second person.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import is_own_money, resident_of
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.plain.refusals import Refusal
from sync.office.books import own_journal, reviews
from sync.office.books.bank import sums
from sync.office.books.bank.sums import AccountShort
from sync.office.books.own_journal import Entry
from sync.office.books.reviews import REOPENED, Decision
from sync.office.catalogue.publishing import lock_revision
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, ProposalKind, Words

PUT_RIGHT, TAKEN_BACK = "review_put_right", "review_taken_back"
KINDS = {PUT_RIGHT: _("Put right after a review"), TAKEN_BACK: _("Decision of a review taken back")}


class DecidedAlready(Refusal):
    """Somebody was quicker, or there is no such review."""

    code = "review_decided"


class ReviewDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of a review: `reviews.REOPENED`, or an outcome and what it moves."""

    journal: str  # in hexadecimal
    seq: int
    review: str  # its code
    outcome: str
    because: str = ""
    moves: tuple[Posting, ...] = ()

    @property
    def resident_id(self) -> int:
        """Whose money it moves; 0: nobody's."""
        return next((resident_of(each.account) or 0 for each in self.moves if is_own_money(each.account)), 0)

    @property
    def own_fen(self) -> int:
        """What it adds to that resident's money; below zero: what it takes."""
        return sum(each.quantity for each in self.moves if is_own_money(each.account))

    def key(self, region_id: int) -> JournalKey:
        return JournalKey(region_id, bytes.fromhex(self.journal))


def moved_fen(moves: Sequence[Posting]) -> int:
    return sum(each.quantity for each in moves if each.unit is Unit.FEN and each.quantity > 0)


def carry_out(
    connection: sa.Connection,
    region_id: int,
    decision: ReviewDecision,
    *,
    by: str,
    at_ms: int,
    proposed_by: str = "",
) -> None:
    """Raises `DecidedAlready` and `AccountShort`."""
    lock_revision(connection, region_id)  # before the review, as all who book
    key, seq, code = decision.key(region_id), decision.seq, decision.review
    n = reviews.decided_times(connection, key, seq, code) + 1
    request_id = f"review {decision.journal} {seq} {code} {n}" if decision.moves else ""
    said = Decision(decision.outcome, by, decision.because, request_id, proposed_by)
    reopens = decision.outcome == REOPENED
    if not (reviews.reopen if reopens else reviews.close)(connection, key, seq, code, at_ms, said):
        raise DecidedAlready
    if decision.moves:
        sums.require_enough(connection, region_id, decision.moves)
        note = f"{decision.outcome} {code} {decision.journal} {seq}"
        entry = Entry(request_id, TAKEN_BACK if reopens else PUT_RIGHT, decision.moves, note)
        own_journal.enter(connection, region_id, [entry], operator=by, at_ms=at_ms, accept_exposure=True)


def counter_moves(connection: sa.Connection, region_id: int, decision: Decision) -> tuple[Posting, ...]:
    """What takes back the entry of a decision."""
    if not decision.request_id:
        return ()
    booked = own_journal.booked(connection, region_id, decision.request_id)
    return tuple(Posting(each.account, -each.quantity, each.unit) for each in booked)


def _carry_out(approved: Approved, decision: ReviewDecision) -> None:
    proposed_by = approved.proposed_by if approved.proposed_by != approved.approved_by else ""
    people = {"by": approved.approved_by, "proposed_by": proposed_by}
    carry_out(approved.connection, approved.region_id, decision, at_ms=approved.at_ms, **people)


def _based_on(connection: sa.Connection, region_id: int, decision: ReviewDecision) -> str:
    """How often it was decided by then."""
    key = decision.key(region_id)
    return str(reviews.decided_times(connection, key, decision.seq, decision.review))


def _words(decision: ReviewDecision) -> Words:
    if decision.own_fen < 0:
        sentence = _("After a review, take %(yuan)s yuan from resident no. %(resident)s")
    else:
        sentence = _("After a review, give %(yuan)s yuan to resident no. %(resident)s")
    return sentence, {"yuan": yuan(abs(decision.own_fen)), "resident": decision.resident_id}


DECIDE_REVIEW = ProposalKind(
    name="decide_review",
    title=_("Decide about a review"),
    payload=ReviewDecision,
    needs=Permission.MOVE_MONEY,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
    refusals={
        AccountShort.code: _("The account has less than that: nothing was booked."),
        DecidedAlready.code: _("Somebody was quicker: nothing was booked."),
    },
)
