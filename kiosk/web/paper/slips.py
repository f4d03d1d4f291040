"""Slips in words, always in the language of the site: whatever page asked for them, or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext

from drivers.slip import Code, Line, Pair, Rule, Slip
from kiosk.common.outcomes import Moved, Outcome, Paid
from kiosk.front.printing.receipts import Receipt
from kiosk.web.words.current import words_here
from kiosk.web.words.languages import by_language, in_the_sites_language
from kiosk.web.words.money import in_yuan
from kiosk.web.words.people import called


@in_the_sites_language()
def receipt_slip(receipt: Receipt) -> Slip:
    """A receipt on paper."""
    person = receipt.outcome.person
    named = (Line(f"{called(person)} {person.honorific}".strip(), large=True),) if person else ()
    return (
        Line(by_language(receipt.site.title), large=True, centred=True),
        Line(gettext(words_here().receipts[receipt.outcome.code].title), centred=True),
        Rule(),
        Pair(moment(receipt.at), receipt.operator),
        *named,
        Rule(),
        *_money(receipt),
        Rule(),
        Pair(gettext("Receipt"), receipt.outcome.receipt),
        Code(receipt.outcome.receipt),
    )


@in_the_sites_language()
def receipt_text(receipt: Receipt) -> str:
    """A receipt as the text of a code. Without the name: whoever stands by may read it too."""
    pairs = (*_money(receipt), Pair(gettext("Receipt"), receipt.outcome.receipt))
    told = (f"{each.left} {each.right}" for each in pairs)
    return "\n".join((by_language(receipt.site.title), moment(receipt.at), *told))


def has_receipt(outcome: Outcome) -> bool:
    """Whether a receipt is given for such an answer."""
    return outcome.code in words_here().receipts


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _money(receipt: Receipt) -> Iterator[Pair]:
    """What it was for, who paid what, and what is left."""
    yield from words_here().receipts[receipt.outcome.code].lines(receipt)
    yield from _left(receipt.outcome)


def _left(outcome: Outcome) -> Iterator[Pair]:
    match outcome.result:
        case Paid(balance_fen=int(fen)) | Moved(balance_fen=int(fen)):
            yield Pair(gettext("Balance") if fen >= 0 else gettext("Owed"), in_yuan(abs(fen)))
