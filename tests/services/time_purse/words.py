"""What the time purse says, on the screens and on paper."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.slip import Pair
from kiosk.front.printing.receipts import Receipt
from kiosk.web.words import Act, ReceiptWords, Words
from kiosk.web.words.sentence import TELL, Sentence
from tests.services.time_purse.records import decode


def _minutes(receipt: Receipt) -> Iterator[Pair]:
    yield Pair("Minutes", str(decode(receipt.record.body).minutes), large=True)


WORDS = Words(
    sentences={
        "time_given": Sentence("Thank you", "%(left)s minutes are yours.", "%(minutes)s minutes given."),
        "time_spent": Sentence("With pleasure", "%(left)s minutes are left.", "%(minutes)s minutes spent."),
        "too_little_time": Sentence("Not enough time", TELL, "%(left)s minutes are left of %(minutes)s."),
    },
    acts={"time_given": Act(), "time_spent": Act(undoable=True)},
    receipts={
        "time_given": ReceiptWords("Time given", _minutes),
        "time_spent": ReceiptWords("Time spent", _minutes),
    },
)
