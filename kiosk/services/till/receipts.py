"""What stands on the till's receipts between name and number: which way money went, and for which record."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from drivers.slip import Pair
from kiosk.front.printing.receipts import Receipt
from kiosk.ledger.accounts import courtesy, own_money
from kiosk.ledger.follow_ups import decode_given_back
from kiosk.ledger.records import paid_by
from kiosk.services.till.results import Booked
from kiosk.web.words.money import in_yuan


def top_up(receipt: Receipt) -> Iterator[Pair]:
    yield from _cash(receipt, gettext("Paid in cash"))


def back_in_cash(receipt: Receipt) -> Iterator[Pair]:
    yield _follows(receipt)
    yield from _cash(receipt, gettext("Back in cash"))


def back_on_card(receipt: Receipt) -> Iterator[Pair]:
    """What went to the card, off the courtesy, and the rest to whoever had subsidised it."""
    on_card_fen, off_courtesy_fen = _on_card_fen(receipt), _off_courtesy_fen(receipt)
    yield _follows(receipt)
    yield Pair(gettext("Back on the card"), in_yuan(on_card_fen), large=True)
    if off_courtesy_fen > 0:
        yield Pair(gettext("Off courtesy"), in_yuan(off_courtesy_fen))
    if subsidy_fen := _amount_fen(receipt) - on_card_fen - off_courtesy_fen:
        yield Pair(gettext("Back to the subsidy"), in_yuan(subsidy_fen))


def _cash(receipt: Receipt, named: str) -> Iterator[Pair]:
    yield Pair(named, in_yuan(_amount_fen(receipt)), large=True)
    if (off_courtesy_fen := _off_courtesy_fen(receipt)) > 0:
        yield Pair(gettext("Off courtesy"), in_yuan(off_courtesy_fen))


def _follows(receipt: Receipt) -> Pair:
    return Pair(gettext("For record"), str(decode_given_back(receipt.record.body).original_seq))


def _amount_fen(receipt: Receipt) -> int:
    result = receipt.outcome.result
    return result.amount_fen if isinstance(result, Booked) else 0


def _on_card_fen(receipt: Receipt) -> int:
    return -paid_by(own_money(receipt.resident_id), receipt.record.postings)


def _off_courtesy_fen(receipt: Receipt) -> int:
    return -paid_by(courtesy(receipt.resident_id), receipt.record.postings)
