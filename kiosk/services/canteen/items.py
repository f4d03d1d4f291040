"""What the office tells the canteens of its kiosks: what is cooked, and what is sold beside the meal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from kiosk.catalogue.items import ItemKind
from kiosk.catalogue.reader import Catalogue


class Menu(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to eat, in the order to show."""

    dishes: tuple[str, ...]


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something sold beside the meal: a dish, a soup, a box to take it home in."""

    id: str
    name: Mapping[str, str]
    price_fen: int
    order: int = 0  # of its button
    first_day: date = date.min  # of being on sale
    last_day: date = date.max
    sites: tuple[str, ...] = ()  # where it is; none: everywhere


MENU = ItemKind("menu", Menu)  # by `site day meal`
PRODUCT = ItemKind("product", Product, past=True)  # by id


def menu_key(site: str, day: str, meal: str) -> str:
    return f"{site} {day} {meal}"


def dishes(catalogue: Catalogue, site: str, day: str, meal: str) -> tuple[str, ...]:
    menu = catalogue.item(MENU, menu_key(site, day, meal))
    return menu.dishes if menu else ()


def on_sale(catalogue: Catalogue, site: str, day: date) -> list[Product]:
    """What a site sells that day."""
    return [
        each
        for each in products(catalogue)
        if each.first_day <= day <= each.last_day and (not each.sites or site in each.sites)
    ]


def products(catalogue: Catalogue) -> list[Product]:
    """All there are, in the order of their buttons."""
    return sorted(catalogue.items(PRODUCT), key=lambda each: (each.order, each.id))
