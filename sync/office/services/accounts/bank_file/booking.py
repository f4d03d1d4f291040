"""What a bank's file does once a second person has approved it, and what undoes it again.

The money is on the office's bank account already: each transaction moves it to a resident's own. What is
undone goes the other way, where the account still has it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import bank, own_money
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting, posting
from kiosk.plain.refusals import Refusal
from sync.office.books import own_journal
from sync.office.books.bank import bank_topups
from sync.office.books.bank.bank_topups import TOPPED_UP, UNDONE, BankTopUp, BookedTopUp, TopUpUndone, note_of
from sync.office.books.bank.sums import fen_by_account
from sync.office.books.own_journal import Entry, HeldByKiosks, KiosksUnheard
from sync.office.catalogue.published import residents_by_id
from sync.office.catalogue.publishing import lock_revision
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, ProposalKind, Words
from sync.office.rights import granting
from sync.office.services.accounts.bank_file.reading import TopUpLine

KINDS = {TOPPED_UP: _("Topped up by bank transfer"), UNDONE: _("Top-up by bank transfer undone")}


class BookedMeanwhile(Refusal):
    """One of the transactions is booked by now."""

    code = "transactions_booked"


class ResidentsGone(Refusal):
    """One of the residents is not in the register any more."""

    code = "residents_gone"


class NothingUndone(Refusal):
    """Of none the money is still there, or kiosks may be spending it."""

    code = "nothing_undone"


class BookBankFile(msgspec.Struct, frozen=True, kw_only=True):
    """To be booked: what one file brought."""

    batch: str
    file: str
    lines: tuple[TopUpLine, ...]


class UndoBankFile(msgspec.Struct, frozen=True, kw_only=True):
    """To be undone: whatever of one file still stands and was not spent."""

    batch: str
    fen: int  # that stood when it was proposed
    why: str
    accepts_exposure: bool  # though kiosks may be spending this money at this moment


def balances_fen(connection: sa.Connection, region_id: int, resident_ids: Iterable[int]) -> dict[int, int]:
    """Own money, by the books."""
    accounts = {str(own_money(each)): each for each in set(resident_ids)}
    fen_of = fen_by_account(connection, region_id, accounts)
    return {accounts[account]: fen for account, fen in fen_of.items()}


def free_fen(connection: sa.Connection, region_id: int, resident_ids: Iterable[int]) -> dict[int, int]:
    """What of their own money no kiosk may spend without asking; below zero: more than there is."""
    accounts = {str(own_money(each)): each for each in sorted(set(resident_ids))}
    books = granting.Books(connection, region_id, list(accounts))
    return {resident_id: books.left(account) for account, resident_id in accounts.items()}


def _book(approved: Approved, asked: BookBankFile) -> None:
    """All of it. Raises `BookedMeanwhile` and `ResidentsGone`."""
    connection, region_id = approved.connection, approved.region_id
    lock_revision(connection, region_id)
    if bank_topups.standing(connection, region_id, [each.number for each in asked.lines]):
        raise BookedMeanwhile
    residents = residents_by_id(connection, region_id, [each.resident_id for each in asked.lines])
    entries = []
    for each in asked.lines:
        if each.resident_id not in residents:
            raise ResidentsGone
        note = BankTopUp(
            number=each.number,
            batch=asked.batch,
            file=asked.file,
            site=residents[each.resident_id].home_site,
            resident_id=each.resident_id,
            fen=each.fen,
            day=each.day,
            payer=each.payer,
            proposed_by=approved.proposed_by,
        )
        moved = _moved(each.resident_id, each.fen)
        entries.append(Entry(f"{asked.batch} {each.number}", TOPPED_UP, moved, note_of(note)))
    own_journal.enter(connection, region_id, entries, operator=approved.approved_by, at_ms=approved.at_ms)


def _undo(approved: Approved, asked: UndoBankFile) -> None:
    """Raises `NothingUndone`."""
    connection, region_id = approved.connection, approved.region_id
    lock_revision(connection, region_id)
    found = [each for each in bank_topups.of_batch(connection, region_id, asked.batch) if each.stands]
    if not sum(_undo_one(approved, asked, each) for each in found):
        raise NothingUndone


def _undo_one(approved: Approved, asked: UndoBankFile, booked: BookedTopUp) -> bool:
    """Whether it could be."""
    connection, region_id, topup = approved.connection, approved.region_id, booked.topup
    left_fen = balances_fen(connection, region_id, [topup.resident_id]).get(topup.resident_id, 0)
    if left_fen < topup.fen:
        return False
    where = booked.journal.hex()
    note = note_of(TopUpUndone(journal=where, seq=booked.seq, why=asked.why))
    moved = _moved(topup.resident_id, -topup.fen)
    entry = Entry(f"undo bank topup {where} {booked.seq}", UNDONE, moved, note)
    try:
        with connection.begin_nested():
            own_journal.enter(
                connection,
                region_id,
                [entry],
                operator=approved.approved_by,
                at_ms=approved.at_ms,
                accept_exposure=asked.accepts_exposure,
            )
    except HeldByKiosks:
        return False
    return True


def _moved(resident_id: int, fen: int) -> tuple[Posting, ...]:
    return posting(own_money(resident_id), Amount(fen)), posting(bank(), Amount(-fen))


def _booked_of(connection: sa.Connection, region_id: int, asked: BookBankFile) -> str:
    found = bank_topups.standing(connection, region_id, [each.number for each in asked.lines])
    return " ".join(sorted(found))


def _standing_of(connection: sa.Connection, region_id: int, asked: UndoBankFile) -> str:
    found = bank_topups.of_batch(connection, region_id, asked.batch)
    return " ".join(each.topup.number for each in found if each.stands)


def _booking_words(asked: BookBankFile) -> Words:
    fen = sum(each.fen for each in asked.lines)
    sentence = _("Book %(count)s top-ups by bank transfer, %(yuan)s yuan in all, out of the file %(file)s")
    return sentence, {"count": len(asked.lines), "yuan": yuan(fen), "file": asked.file}


def _undoing_words(asked: UndoBankFile) -> Words:
    sentence = _("Undo top-ups by bank transfer of %(yuan)s yuan, as far as the money was not spent")
    return sentence, {"yuan": yuan(asked.fen)}


BOOK_BANK_FILE = ProposalKind(
    name="bank_topups",
    title=_("Top-ups by bank transfer"),
    payload=BookBankFile,
    needs=Permission.MOVE_MONEY,
    words=_booking_words,
    based_on=_booked_of,
    carry_out=_book,
    refusals={
        BookedMeanwhile.code: _("One of these transactions was booked meanwhile: nothing was booked."),
        ResidentsGone.code: _("One of these residents is not in the register any more: nothing was booked."),
    },
)
UNDO_BANK_FILE = ProposalKind(
    name="undo_bank_topups",
    title=_("Undo top-ups by bank transfer"),
    payload=UndoBankFile,
    needs=Permission.MOVE_MONEY,
    words=_undoing_words,
    based_on=_standing_of,
    carry_out=_undo,
    refusals={
        NothingUndone.code: _(
            "All of this money was spent, or kiosks may still spend it without asking: nothing was booked."
        ),
        KiosksUnheard.code: _("The office was restored, and not all kiosks were heard: nothing was booked."),
    },
)
