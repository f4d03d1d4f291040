"""The table of what the till sells beside meals, as the pages of prices show it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zlib import crc32

from flask_babel import gettext

from kiosk.services.canteen.items import PRODUCT, Product
from kiosk.services.canteen.records import SALE, decode_sold
from sync.office.console import formats
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.prices.changes import Entries, TableChange
from sync.office.console.prices.form import Field, Group, Sort, Typed, in_days, in_yuan
from sync.office.console.prices.tables import PriceTable, Trial, Tried
from sync.office.console.reporting.sheets import Cell, Column, Shape
from sync.office.services.canteen.tables import extra_sales
from sync.office.store.lately import records_since

MONTH = timedelta(days=30)
MOST_SALES = 10_000  # the latest of them: more would keep whoever waits for the page
LAST_BUTTON = 999

COLUMNS = (
    Column("name", _("Name in Chinese"), Shape.TEXT),
    Column("english", _("Name in English"), Shape.TEXT),
    Column("price_fen", _("Price"), Shape.FEN),
    Column("first_day", _("On sale from"), Shape.TEXT),
    Column("last_day", _("Until"), Shape.TEXT),
    Column("sites", _("Sites"), Shape.TEXT),
    Column("button", _("Place of its button"), Shape.COUNT),
)
GROUPS = (
    Group(
        _("What it is"),
        (
            Field(name="zh", label=_("Name in Chinese"), sort=Sort.TEXT),
            Field(name="en", label=_("Name in English"), sort=Sort.TEXT),
            Field(name="price", label=_("Price")),
            Field(name="button", label=_("Place of its button"), sort=Sort.NUMBER, most=LAST_BUTTON),
        ),
    ),
    Group(
        _("When and where it is on sale"),
        (
            Field(name="first_day", label=_("On sale from"), sort=Sort.DAY, hint=_("Empty: at once.")),
            Field(
                name="last_day",
                label=_("Until this day"),
                sort=Sort.DAY,
                hint=_("Empty: until it is changed."),
            ),
            Field(name="sites", label=_("Sites"), sort=Sort.SITES, hint=_("None: all of them.")),
        ),
    ),
)


def _figure(product: Product) -> str:
    sites = ", ".join(product.sites)
    days = " – ".join(in_days(each) for each in (product.first_day, product.last_day))
    return f"{product.name.get('zh', product.id)} {yuan(product.price_fen)}; {days}; {sites or '*'}"


def _row(product: Product, names: Names) -> Sequence[Cell]:
    return (
        product.name.get("zh", ""),
        product.name.get("en", ""),
        product.price_fen,
        in_days(product.first_day),
        in_days(product.last_day),
        ", ".join(map(names.site, product.sites)),
        product.order,
    )


def _given(product: Product | None, _today: date) -> Mapping[str, str]:
    if product is None:
        return {}
    return {
        "zh": product.name.get("zh", ""),
        "en": product.name.get("en", ""),
        "price": in_yuan(product.price_fen),
        "button": str(product.order),
        "first_day": in_days(product.first_day),
        "last_day": in_days(product.last_day),
    }


def _read(typed: Typed, old: Product | None, _today: date) -> Sequence[Product]:
    name = {language: words for language in ("zh", "en") if (words := typed.text(language))}
    first_day, last_day = typed.day("first_day", date.min), typed.day("last_day", date.max)
    if "zh" not in name:
        typed.fault("zh", gettext("A name in Chinese is needed: it stands on the button."))
    if not typed.fen("price"):
        typed.fault("price", gettext("An amount in yuan such as 12.50 is needed."))
    if last_day < first_day:
        typed.fault("last_day", gettext("The last day is before the first day."))
    if typed.wrong:
        return []
    return [
        Product(
            id=old.id if old else _id(name),
            name=name,
            price_fen=typed.fen("price"),
            order=typed.fen("button"),
            first_day=first_day,
            last_day=last_day,
            sites=typed.sites("sites"),
        )
    ]


def _id(name: Mapping[str, str]) -> str:
    """Of a new one, by what it is called, so that a second of the same name is noticed."""
    english = "-".join(re.findall("[a-z0-9]+", name.get("en", "").lower()))
    return english[:40] or f"p{crc32(name['zh'].encode()):08x}"


def _try_on(trial: Trial[Product]) -> Tried:
    """What the last days' sales of it would have brought in at the new price."""
    now = {each.id: each.price_fen for each in trial.after}
    touched = {each.id for each in (*trial.change.entries, *trial.change.before)}
    since_ms = formats.midnight_ms(trial.today - MONTH)
    found = records_since(trial.connection, extra_sales, trial.region_id, since_ms, MOST_SALES)
    sold = [decode_sold(each.body) for each in found if (each.kind, each.version) == SALE]
    lines = [line for each in sold for line in each.lines if line.product in touched]
    was_fen = sum(each.fen for each in lines)
    then_fen = sum(each.quantity * now.get(each.product, 0) for each in lines)
    lead = _(
        "What was sold of it in the last %(days)s days, at the latest %(most)s sales, before taking back:"
    )
    sums = [
        (_("Pieces"), f"{sum(each.quantity for each in lines):,}"),
        (_("Brought in, yuan"), formats.yuan(was_fen)),
        (_("Would have brought in, yuan"), formats.yuan(then_fen)),
        (_("Difference"), formats.signed_yuan(then_fen - was_fen)),
    ]
    return Tried(lead, {"days": MONTH.days, "most": MOST_SALES}, sums)


PRODUCTS = PriceTable(
    name="products",
    title=_("Products"),
    place=30,
    lead=_("What the till sells beside meals. What is changed here counts as soon as a kiosk has it."),
    entries=Entries(
        kind=PRODUCT,
        key=lambda each: each.id,
        figure=_figure,
        label=lambda each: " ".join(each.name.values()),
    ),
    payload=TableChange[Product],
    columns=COLUMNS,
    row=_row,
    words={},
    days=lambda each: (each.first_day, each.last_day),
    groups=GROUPS,
    given=_given,
    read=_read,
    try_on=_try_on,
    sites=lambda each: each.sites,
)
