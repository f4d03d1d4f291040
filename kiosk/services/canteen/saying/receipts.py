"""What stands on the canteen's receipts between name and number: what was eaten, and who paid what."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from drivers.slip import Pair
from kiosk.front.printing.receipts import Receipt
from kiosk.services.canteen.items import products
from kiosk.services.canteen.records import GUEST_MEAL, SALE, decode_sold
from kiosk.web.words import paid_fen
from kiosk.web.words.languages import by_language
from kiosk.web.words.money import in_yuan


def meal(receipt: Receipt) -> Iterator[Pair]:
    figures = receipt.outcome.figures
    own_fen, subsidy_fen, courtesy_fen = (
        int(figures.get(each, 0)) for each in ("own_fen", "subsidy_fen", "courtesy_fen")
    )
    portion = int(figures.get("portion", 1))
    name = _name_of_meal(receipt)
    if portion > 1:
        name += " " + gettext("portion %(number)d", number=portion)
    yield Pair(name, in_yuan(own_fen + subsidy_fen + courtesy_fen))
    if subsidy_fen:
        yield Pair(gettext("Subsidy"), in_yuan(subsidy_fen))
    if courtesy_fen:
        yield Pair(gettext("Noted down"), in_yuan(courtesy_fen))
    yield Pair(gettext("You pay"), in_yuan(own_fen), large=True)


def sale(receipt: Receipt) -> Iterator[Pair]:
    yield from _products(receipt)
    yield Pair(gettext("You pay"), in_yuan(paid_fen(receipt.outcome) or 0), large=True)


def sale_for_cash(receipt: Receipt) -> Iterator[Pair]:
    yield from _products(receipt)
    yield Pair(gettext("Paid in cash"), in_yuan(paid_fen(receipt.outcome) or 0), large=True)


def _name_of_meal(receipt: Receipt) -> str:
    code = receipt.outcome.figures.get("meal", "")
    named = next((period.name for period in receipt.site.meals if period.meal == code), {})
    return by_language(named) or str(gettext("Meal"))


def _products(receipt: Receipt) -> Iterator[Pair]:
    if (receipt.record.kind, receipt.record.version) != SALE:
        return
    names = {each.id: by_language(each.name) for each in products(receipt.catalogue)}
    names[GUEST_MEAL] = gettext("Guest's meal")
    for line in decode_sold(receipt.record.body).lines:
        yield Pair(f"{names.get(line.product) or line.product} × {line.quantity}", in_yuan(line.fen))
