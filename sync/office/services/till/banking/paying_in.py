"""What an entry of banked cash does: it moves the cash of close-outs from the safe to the bank.

Where more or less came to the bank than was counted, a reason is named and a second person approves it. The
bank has seen what was paid in: it counts as seen by the office as well, so that it is believed everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import bank, cash_difference, safe
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting, balanced, posting
from kiosk.plain.refusals import Refusal
from sync.office.books import own_journal
from sync.office.books.bank import bankings
from sync.office.books.bank.bankings import BANKED, UNDONE, Banked, Banking, CashOf, Undoing, note_of
from sync.office.books.own_journal import Entry
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.console.reviewing.suspense.deciding import see_cash
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, ProposalKind, Words
from sync.office.rights import cash
from sync.office.services.till.close_outs import CloseOut, not_banked
from sync.office.store.turns import alone

KINDS = {BANKED: _("Cash paid into the bank"), UNDONE: _("Entry of banked cash undone")}


class SlipKnown(Refusal):
    """This slip was entered before."""

    code = "slip_known"
    slip: str
    site: str
    day: date
    banked_fen: int
    entered_by: str


class NotWaiting(Refusal):
    """Cash of these close-outs is in the bank already, or they are none of this site."""

    code = "close_outs_banked"


class NotStanding(Refusal):
    """There is no such entry, or it was undone before."""

    code = "no_such_banking"


class PayIn(msgspec.Struct, frozen=True, kw_only=True):
    """Asked for: so much was paid in, of these close-outs by `CloseOut.key`."""

    request_id: str
    site: str
    slip: str
    day: date
    close_outs: tuple[str, ...]
    banked_fen: int
    why: str = ""


def chosen(connection: sa.Connection, region_id: int, asked: PayIn) -> Sequence[CloseOut]:
    """The close-outs themselves. Raises `NotWaiting` and `SlipKnown`."""
    first = bankings.standing(connection, region_id, asked.slip)
    if first is not None:
        said = first.banking
        raise SlipKnown(
            slip=said.slip,
            site=said.site,
            day=said.day,
            banked_fen=said.banked_fen,
            entered_by=said.entered_by,
        )
    waiting = {each.key: each for each in not_banked(connection, region_id, asked.site)}
    if not asked.close_outs or not waiting.keys() >= set(asked.close_outs):
        raise NotWaiting
    return [waiting[key] for key in sorted(set(asked.close_outs))]


def counted_fen(close_outs: Iterable[CloseOut]) -> int:
    return sum(each.taken_fen for each in close_outs)


def book(
    connection: sa.Connection, region_id: int, asked: PayIn, *, by: str, booked_by: str, at_ms: int
) -> Banking:
    """Book it. Raises `NotWaiting` and `SlipKnown`."""
    alone(connection, region_id)
    close_outs = chosen(connection, region_id, asked)
    parts = tuple(_parts(close_outs, asked.banked_fen))
    banking = Banking(
        slip=asked.slip,
        site=asked.site,
        day=asked.day,
        parts=parts,
        counted_fen=counted_fen(close_outs),
        banked_fen=asked.banked_fen,
        why=asked.why,
        seen=_see(connection, region_id, close_outs, parts, at_ms),
        entered_by=by,
    )
    entry = Entry(asked.request_id, BANKED, _moved(banking), note_of(banking))
    own_journal.enter(connection, region_id, [entry], operator=booked_by, at_ms=at_ms)
    return banking


def undo(
    connection: sa.Connection, region_id: int, slip: str, site: str, why: str, *, by: str, at_ms: int
) -> Banked:
    """Book the same the other way round; what it let count as seen does so no more. Raises `NotStanding`."""
    alone(connection, region_id)
    first = bankings.standing(connection, region_id, slip)
    if first is None or first.banking.site != site:
        raise NotStanding
    back = [Posting(each.account, -each.quantity, each.unit) for each in _moved(first.banking)]
    where = first.journal.hex()
    note = note_of(Undoing(journal=where, seq=first.seq, why=why))
    entry = Entry(f"undo banking {where} {first.seq}", UNDONE, back, note)
    own_journal.enter(connection, region_id, [entry], operator=by, at_ms=at_ms)
    for device, fen in first.banking.seen.items():
        cash.unseen_again(connection, region_id, bytes.fromhex(device), fen)
    return first


def _parts(close_outs: Iterable[CloseOut], banked_fen: int) -> Iterable[CashOf]:
    """What is missing is missing of the last ones."""
    left_fen = banked_fen
    for each in close_outs:
        fen = min(each.taken_fen, left_fen)
        left_fen -= fen
        yield CashOf(each.journal, each.seq, fen)


def _moved(banking: Banking) -> tuple[Posting, ...]:
    return balanced(
        posting(safe(banking.site), Amount(banking.counted_fen)),
        posting(bank(), Amount(-banking.banked_fen)),
        posting(cash_difference(banking.site), Amount(banking.difference_fen)),
    )


def _see(
    connection: sa.Connection,
    region_id: int,
    close_outs: Sequence[CloseOut],
    parts: Sequence[CashOf],
    at_ms: int,
) -> dict[str, int]:
    """By kiosk, how much more than before counts as seen: never cash that no bank has."""
    banked: Counter[str] = Counter()
    for each, part in zip(close_outs, parts, strict=True):
        banked[each.device] += part.fen
    seen = {}
    for device, fen in sorted(banked.items()):
        device_id = bytes.fromhex(device)
        before = cash.of_kiosk(connection, region_id, device_id)
        in_bank_fen = fen + bankings.banked_of_kiosk_fen(connection, region_id, device_id)
        more_fen = min(in_bank_fen - before.seen_fen, before.to_see_fen)
        if more_fen > 0:
            see_cash(connection, region_id, device_id, more_fen, at_ms)
            seen[device] = more_fen
    return seen


def _carry_out(approved: Approved, asked: PayIn) -> None:
    people = {"by": approved.proposed_by, "booked_by": approved.approved_by}
    book(approved.connection, approved.region_id, asked, **people, at_ms=approved.at_ms)


def _based_on(connection: sa.Connection, region_id: int, asked: PayIn) -> str:
    """What of the cash still waits."""
    waiting = not_banked(connection, region_id, asked.site)
    return " ".join(
        sorted(f"{each.key}:{each.taken_fen}" for each in waiting if each.key in asked.close_outs)
    )


def _words(asked: PayIn) -> Words:
    sentence = _("%(yuan)s yuan were paid into the bank, slip %(slip)s of %(day)s: not what was counted")
    return sentence, {"yuan": yuan(asked.banked_fen), "slip": asked.slip, "day": asked.day}


BANK_CASH = ProposalKind(
    name="bank_cash_that_differs",
    title=_("Banked cash that differs"),
    payload=PayIn,
    needs=Permission.MOVE_MONEY,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
    refusals={
        SlipKnown.code: _("This slip was entered meanwhile: nothing was booked."),
        NotWaiting.code: _("Cash of these close-outs is in the bank already: nothing was booked."),
    },
)
