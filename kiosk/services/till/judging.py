"""What the till's records may move: cash that came in, and back to whoever paid what was paid."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.ledger.accounts import (
    cash_box,
    cash_difference,
    courtesy,
    courtesy_of,
    own_money,
    safe,
)
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.judging import (
    ELSEWHERE,
    NOT_AS_SET,
    NOT_ITS_TO_MOVE,
    NOTHING_TO_FOLLOW,
    Judges,
    Known,
    Objection,
    as_expected,
    courtesy_as_money,
    moves,
)
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REFUND, REVERSAL, GivenBack, decode_given_back
from kiosk.ledger.holds import HOLDS, is_settlement
from kiosk.ledger.records import Record
from kiosk.ledger.rights import RETURN
from kiosk.services.till import rules
from kiosk.services.till.actions import MOST_FEN
from kiosk.services.till.records import (
    SHIFT_CLOSE,
    SHIFT_OPEN,
    TOP_UP,
    decode_shift_closed,
    decode_shift_opened,
    decode_topped_up,
)

# What no service sells: its money or time has a way back of its own, or none.
_NOT_SOLD = (REFUND, REVERSAL, RETURN, SHIFT_OPEN, SHIFT_CLOSE, *HOLDS)


def judge_top_up(record: Record, known: Known) -> Objection | None:
    """So much cash into one account of the site's box; some of it may have repaid what was owed."""
    body = decode_topped_up(record.body)
    if body.site not in known.sites:
        return Objection(ELSEWHERE)
    own, lent, box = own_money(body.resident_id), courtesy(body.resident_id), cash_box(body.site)
    moved = moves(record.postings)
    parts = [moved.get((own, Unit.FEN), 0), moved.get((lent, Unit.FEN), 0)]
    expected = (
        Posting(own, body.quantity - parts[1]),
        Posting(lent, parts[1]),
        Posting(box, -body.quantity),
    )
    if not 0 < body.quantity <= MOST_FEN:
        return Objection(NOT_ITS_TO_MOVE)
    if min(parts) < 0:
        return Objection(NOT_AS_SET, expected)
    return as_expected(record, expected)


def judge_given_back(record: Record, known: Known) -> Objection | None:
    """Part of a sale back to those who paid it, or all that is left; or a top-up undone."""
    given = decode_given_back(record.body)
    if given.journal_id != known.journal_id:
        return Objection(NOTHING_TO_FOLLOW)
    done = known.original(given.journal_id, given.original_seq)
    if done is None or (done.kind, done.version, done.body) != (given.kind, given.version, given.body):
        return Objection(NOTHING_TO_FOLLOW)
    if (done.kind, done.version) in _NOT_SOLD or is_settlement(done):
        return Objection(NOTHING_TO_FOLLOW)
    before_fen = known.followed(given.journal_id, given.original_seq, Unit.FEN)
    if (done.kind, done.version) == TOP_UP:
        undone = rules.undone(done.postings)
        if before_fen or (record.kind, record.version) != REVERSAL:
            return Objection(NOTHING_TO_FOLLOW)
        return as_expected(record, undone)
    return _given_back(record, done, given, before_fen)


def _given_back(record: Record, done: Record, given: GivenBack, before_fen: int | None) -> Objection | None:
    left_fen = rules.price_fen(done.postings) - (before_fen or 0)
    without_money = record.kind == REVERSAL[0] and left_fen == given.quantity == 0 and before_fen is None
    if not 0 < given.quantity <= left_fen and not without_money:
        return Objection(NOTHING_TO_FOLLOW)
    expected = rules.given_back(done.postings, before_fen or 0, given.quantity, courtesy_fen=0)
    if record.kind == REVERSAL[0]:
        expected += rules.undone(rules.beside_money(done.postings))
    if moves(courtesy_as_money(record.postings)) != moves(courtesy_as_money(expected)) or not _is_repaid(
        record
    ):
        return Objection(NOT_AS_SET, expected)
    return None


def _is_repaid(record: Record) -> bool:
    """Whether courtesy is only repaid: what is given back is not given once more."""
    return all(each.quantity >= 0 for each in record.postings if courtesy_of(each.account) is not None)


def judge_shift_opened(record: Record, known: Known) -> Objection | None:
    """Cash between the box and the safe of one site, whichever way."""
    body = decode_shift_opened(record.body)
    if body.site not in known.sites:
        return Objection(ELSEWHERE)
    into_safe = moves(record.postings).get((safe(body.site), Unit.FEN), 0)
    return as_expected(record, _cash(body.site, -into_safe, into_safe))


def judge_shift_closed(record: Record, known: Known) -> Objection | None:
    body = decode_shift_closed(record.body)
    if body.site not in known.sites:
        return Objection(ELSEWHERE)
    difference_fen = body.counted_fen - body.expected_fen
    return as_expected(record, _cash(body.site, body.expected_fen, -body.counted_fen, difference_fen))


def _cash(site: str, box_fen: int, safe_fen: int, difference_fen: int = 0) -> Sequence[Posting]:
    parts = (cash_box(site), box_fen), (safe(site), safe_fen), (cash_difference(site), difference_fen)
    return tuple(Posting(account, fen) for account, fen in parts if fen)


JUDGES: Judges = {
    TOP_UP: judge_top_up,
    REFUND: judge_given_back,
    REVERSAL: judge_given_back,
    SHIFT_OPEN: judge_shift_opened,
    SHIFT_CLOSE: judge_shift_closed,
}
