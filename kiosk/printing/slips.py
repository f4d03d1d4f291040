"""Slips in words, always in the language of the site: whatever page asked for them, or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext

from drivers.printers.slip import Code, Line, Pair, Rule, Slip
from kiosk.outcomes import Outcome
from kiosk.printing.receipts import Receipt
from kiosk.services.canteen.records import GUEST_MEAL
from kiosk.web.labels import called
from kiosk.web.languages import by_language, in_the_sites_language
from kiosk.web.money import yuan
from kiosk.web.wordings.sentence import N_

# The answers that a receipt is given for: what it is called, and which way the money went.
RECEIPTS = {
    "served": (N_("Meal receipt"), N_("You pay")),
    "sold": (N_("Receipt for something extra"), N_("You pay")),
    "sold_for_cash": (N_("Cash receipt"), N_("Paid in cash")),
    "topped_up": (N_("Top-up receipt"), N_("Paid in cash")),
    "refunded": (N_("Refund receipt"), N_("Back on the card")),
    "cash_given_back": (N_("Refund receipt"), N_("Back in cash")),
    "undone": (N_("Cancellation receipt"), N_("Back on the card")),
    "topup_undone": (N_("Cancellation receipt"), N_("Back in cash")),
}
TO_CARD = ("refunded", "undone")


@in_the_sites_language()
def receipt_slip(receipt: Receipt) -> Slip:
    """A receipt on paper."""
    person = receipt.outcome.person
    named = (Line(f"{called(person)} {person.honorific}".strip(), large=True),) if person else ()
    return (
        Line(by_language(receipt.site), large=True, centred=True),
        Line(gettext(RECEIPTS[receipt.outcome.code][0]), centred=True),
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
    return "\n".join((by_language(receipt.site), moment(receipt.at), *told))


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def money(fen: int) -> str:
    return f"{yuan(fen)} {gettext('yuan')}"


def _money(receipt: Receipt) -> Iterator[Pair]:
    """What was had, who paid what, and what is left."""
    if receipt.outcome.code == "served":
        yield from _meal(receipt)
    else:
        yield from _amount(receipt)
    yield from _left(receipt.outcome)


def _meal(receipt: Receipt) -> Iterator[Pair]:
    figures = receipt.outcome.figures
    own_fen, subsidy_fen, courtesy_fen = (
        int(figures.get(each, 0)) for each in ("own_fen", "subsidy_fen", "courtesy_fen")
    )
    portion = int(figures.get("portion", 1))
    name = by_language(receipt.meal) or gettext("Meal")
    if portion > 1:
        name += " " + gettext("portion %(number)d", number=portion)
    yield Pair(name, money(own_fen + subsidy_fen + courtesy_fen))
    if subsidy_fen:
        yield Pair(gettext("Subsidy"), money(subsidy_fen))
    if courtesy_fen:
        yield Pair(gettext("Noted down"), money(courtesy_fen))
    yield Pair(gettext("You pay"), money(own_fen), large=True)


def _amount(receipt: Receipt) -> Iterator[Pair]:
    outcome = receipt.outcome
    for line, name in receipt.sold:
        called = gettext("Guest's meal") if line.product == GUEST_MEAL else by_language(name)
        yield Pair(f"{called or line.product} × {line.quantity}", money(line.fen))
    if receipt.follows_seq:
        yield Pair(gettext("For record"), str(receipt.follows_seq))
    amount_fen = int(outcome.figures.get("own_fen", outcome.figures.get("amount_fen", 0)))
    moved_fen = receipt.to_card_fen if outcome.code in TO_CARD else amount_fen
    yield Pair(gettext(RECEIPTS[outcome.code][1]), money(moved_fen), large=True)
    if receipt.off_debt_fen > 0:
        yield Pair(gettext("Off what was noted down"), money(receipt.off_debt_fen))
    subsidy_fen = amount_fen - moved_fen - receipt.off_debt_fen
    if outcome.code in TO_CARD and subsidy_fen:
        yield Pair(gettext("Back to the subsidy"), money(subsidy_fen))


def _left(outcome: Outcome) -> Iterator[Pair]:
    if "balance_fen" in outcome.figures:
        fen = int(outcome.figures["balance_fen"])
        yield Pair(gettext("Balance") if fen >= 0 else gettext("Owed"), money(abs(fen)))
