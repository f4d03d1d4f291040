"""What a shift came to, in the same words on the screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from kiosk.services.till.reporting import Takings
from kiosk.web.words.money import yuan


def takings_in_words(takings: Takings) -> Iterator[tuple[str, str]]:
    """Each figure with its name, portions first; amounts in yuan."""
    cash = takings.cash_fen
    if meals := takings.meals:
        yield gettext("First portions"), str(meals.first_portions)
        yield gettext("Further portions"), str(meals.further_portions)
        yield gettext("Portions taken back"), str(meals.undone_portions)
        yield gettext("Taken away"), str(meals.away_portions)
        yield gettext("Volunteers"), str(meals.volunteer_portions)
        yield gettext("Paid by residents"), yuan(meals.own_fen)
        yield gettext("Subsidies"), yuan(meals.subsidy_fen)
    yield gettext("Top-ups in cash"), yuan(cash.get("topup", 0))
    yield gettext("Sold for cash"), yuan(cash.get("sale", 0))
    yield gettext("Cash handed back"), yuan(cash.get("reversal", 0) + cash.get("refund", 0))
