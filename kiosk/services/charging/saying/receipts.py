"""A charging receipt: what flowed, how long, both fees apart, who paid what, and why it ended."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from drivers.slip import Pair
from kiosk.front.printing.receipts import Receipt
from kiosk.ledger.amount import Amount, Unit
from kiosk.services.charging.reasons import why
from kiosk.services.charging.results import Ended
from kiosk.web.words.money import in_unit, in_yuan


def charging(receipt: Receipt) -> Iterator[Pair]:
    """Between name and number; the number carries the record's hash."""
    ended = receipt.outcome.result
    if not isinstance(ended, Ended):
        return
    yield Pair(gettext("Socket"), ended.label)
    if ended.helper:
        yield Pair(gettext("Started by"), ended.helper)
    yield Pair(gettext("Electricity used"), f"{ended.energy_wh / 1000:.3f} kWh")
    yield Pair(gettext("Time charged"), in_unit(Amount(ended.minutes, Unit.MINUTE)))
    if ended.dead_minutes:
        yield Pair(gettext("Without mains, free"), in_unit(Amount(ended.dead_minutes, Unit.MINUTE)))
    yield Pair(gettext("Electricity fee"), in_yuan(ended.electricity_fen))
    yield Pair(gettext("Service fee"), in_yuan(ended.service_fen))
    if ended.subsidy_fen:
        yield Pair(gettext("Subsidy"), in_yuan(ended.subsidy_fen))
    yield Pair(gettext("You pay"), in_yuan(ended.own_fen), large=True)
    yield Pair(gettext("Ended because"), gettext(why(ended.reason).headline))
