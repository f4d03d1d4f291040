"""What stands on the canteen's receipts between name and number: what was eaten, and who paid what."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from drivers.slip import Pair
from kiosk.front.printing.receipts import Receipt
from kiosk.services.canteen.items import products
from kiosk.services.canteen.records import GUEST_MEAL, SALE, decode_sold
from kiosk.services.canteen.saying.results import Served
from kiosk.web.words import paid_fen
from kiosk.web.words.languages import by_language
from kiosk.web.words.money import in_yuan


def meal(receipt: Receipt) -> Iterator[Pair]:
    served = receipt.outcome.result
    if not isinstance(served, Served):
        return
    name = _name_of_meal(receipt, served.meal)
    if served.portion > 1:
        name += " " + gettext("portion %(number)d", number=served.portion)
    yield Pair(name, in_yuan(served.own_fen + served.subsidy_fen + served.courtesy_fen))
    if served.subsidy_fen:
        yield Pair(gettext("Subsidy"), in_yuan(served.subsidy_fen))
    if served.courtesy_fen:
        yield Pair(gettext("Courtesy"), in_yuan(served.courtesy_fen))
    yield Pair(gettext("You pay"), in_yuan(served.own_fen), large=True)


def sale(receipt: Receipt) -> Iterator[Pair]:
    yield from _products(receipt)
    yield Pair(gettext("You pay"), in_yuan(paid_fen(receipt.outcome) or 0), large=True)


def sale_for_cash(receipt: Receipt) -> Iterator[Pair]:
    yield from _products(receipt)
    yield Pair(gettext("Paid in cash"), in_yuan(paid_fen(receipt.outcome) or 0), large=True)


def _name_of_meal(receipt: Receipt, meal: str) -> str:
    named = next((period.name for period in receipt.site.meals if period.meal == meal), {})
    return by_language(named) or str(gettext("Meal"))


def _products(receipt: Receipt) -> Iterator[Pair]:
    if (receipt.record.kind, receipt.record.version) != SALE:
        return
    names = {each.id: by_language(each.name) for each in products(receipt.catalogue)}
    names[GUEST_MEAL] = gettext("Guest's meal")
    for line in decode_sold(receipt.record.body).lines:
        yield Pair(f"{names.get(line.product) or line.product} × {line.quantity}", in_yuan(line.fen))
