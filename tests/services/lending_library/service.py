"""The lending library as a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from drivers.slip import Pair
from kiosk.common.claims import Claims
from kiosk.common.here import Here
from kiosk.front.printing.receipts import Receipt
from kiosk.services.contract import Service
from kiosk.web.words import ReceiptWords, Words
from kiosk.web.words.sentence import Sentence
from tests.services.lending_library import screens, tables
from tests.services.lending_library.actions import Library
from tests.services.lending_library.items import Section
from tests.services.lending_library.records import BOOK_BACK, BOOK_LENT, decode

OPENS, CLOSES = time(14), time(15)


def opens(here: Here) -> Iterable[object]:
    yield Library(here)


def _lent(receipt: Receipt) -> Iterable[Pair]:
    yield Pair("Book", decode(receipt.record.body).book, large=True)


LIBRARY = Service(
    name="library",
    kinds=tables.KINDS,
    opens=opens,
    told=dict.fromkeys((BOOK_LENT, BOOK_BACK), lambda opened: opened[Library].told),
    sold={BOOK_LENT: lambda _body: None},
    claims=Claims(
        offered=lambda _site, local: OPENS <= local.time() < CLOSES,
        answer=lambda opened, who, at: opened[Library].bring_back(who, at),
    ),
    words=Words(
        sentences={
            "book_lent": Sentence("Good reading", "", "%(book)s is lent."),
            "book_back": Sentence("Thank you", "", "%(book)s is back on the shelf."),
            "nothing_borrowed": Sentence("No book to bring back", "", "No book is with them."),
            "too_many_books": Sentence("Bring one back first", "", "%(most)s books are at home."),
            "not_on_the_shelf": Sentence("This book is not there", "", "%(book)s is not on the shelf."),
        },
        receipts={"book_lent": ReceiptWords("A book on loan", _lent)},
    ),
    screens=(screens.blueprint,),
    section=Section,
)
