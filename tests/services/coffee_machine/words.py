"""What the coffee machine says, on the screens and on paper."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.slip import Pair
from kiosk.front.printing.receipts import Receipt
from kiosk.web.words import Act, ReceiptWords, Words, paid_fen
from kiosk.web.words.money import in_yuan
from kiosk.web.words.sentence import TELL, Sentence


def _paid(receipt: Receipt) -> Iterator[Pair]:
    yield Pair("Coffee", in_yuan(paid_fen(receipt.outcome) or 0), large=True)


WORDS = Words(
    sentences={
        "coffee_coming": Sentence("The coffee is coming", "", "%(held)s yuan held."),
        "coffee_paid": Sentence("Enjoy", "The balance is %(balance)s yuan.", "%(amount)s yuan paid."),
        "coffee_failed": Sentence("No coffee came", "Nothing was paid.", "%(held)s yuan let go."),
        "machine_away": Sentence("No coffee now", TELL, "The machine does not answer."),
        "machine_busy": Sentence("One moment", "", "A cup is under way."),
    },
    acts={"coffee_paid": Act()},
    receipts={"coffee_paid": ReceiptWords("A coffee", _paid)},
)
