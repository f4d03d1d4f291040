"""A change of meal prices: what it says of itself, and the kind of proposal that it is."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import TariffRule
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.console.prices.changes import Entries, TableChange
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import ProposalKind, Words

PriceChange = TableChange[TariffRule]


def _figure(rule: TariffRule) -> str:
    shares = " + ".join(f"{share.programme} {yuan(share.fen)}" for share in rule.shares)
    price = f"{yuan(rule.own_fen)} / {yuan(rule.full_fen)}"
    return f"{rule.first_day}: {price}" + (f" ({shares})" if shares else "")


RULES = Entries(kind=Kind.TARIFF, key=lambda rule: rule.id, figure=_figure)


def first_day(change: PriceChange) -> date:
    """From when anybody pays otherwise."""
    return min(each.first_day for each in (*change.entries, *change.before))


def rules_now(connection: sa.Connection, region_id: int) -> dict[str, TariffRule]:
    return RULES.now(connection, region_id)


def _words(change: PriceChange) -> Words:
    figures = {"day": first_day(change), "count": len(RULES.touched(change))}
    return _("Other prices of meals from %(day)s on: %(count)s rules"), figures


PRICES = ProposalKind(
    name="meal_prices",
    title=_("Prices of meals"),
    payload=PriceChange,
    needs=Permission.CHANGE_PRICES,
    words=_words,
    based_on=RULES.based_on,
    carry_out=RULES.carry_out,
)
