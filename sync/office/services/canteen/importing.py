"""What is cooked and what is sold beside it, as an import file brings them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.entries import MOST_BOOKED
from kiosk.services.canteen.items import MENU, PRODUCT, Menu, Product, menu_key
from sync.office.catalogue.publishing import Change
from sync.office.importing.field_checks import code, from_to, in_some_language, one_of
from sync.office.importing.item_checks import check_days
from sync.office.importing.parts import Part


class MenuEntry(Menu, frozen=True, kw_only=True):
    """A menu and where it belongs."""

    site: str
    day: date
    meal: str

    @property
    def key(self) -> str:
        return menu_key(self.site, self.day.isoformat(), self.meal)


def _publish_products(
    _connection: sa.Connection, _region_id: int, products: Sequence[Product]
) -> Iterator[Change]:
    for each in products:
        yield Change(PRODUCT, each.id, each, label=" ".join(each.name.values()))


def _publish_menus(
    _connection: sa.Connection, _region_id: int, menus: Sequence[MenuEntry]
) -> Iterator[Change]:
    for each in menus:
        yield Change(MENU, each.key, Menu(dishes=each.dishes))


PARTS = (
    Part(
        name="products",
        entry=Product,
        fields=lambda known: {
            (Product, "id"): code,
            (Product, "name"): in_some_language,
            (Product, "price_fen"): from_to(1, MOST_BOOKED),
            (Product, "sites"): lambda sites: None if {*sites} <= {*known.sites} else "names of sites",
        },
        check=check_days,
        once=lambda product: str(product.id),
        changes=_publish_products,
    ),
    Part(
        name="menus",
        entry=MenuEntry,
        fields=lambda known: {
            (MenuEntry, "site"): one_of(known.sites),
            (MenuEntry, "meal"): one_of(known.meals),
            (MenuEntry, "dishes"): lambda dishes: None if dishes else "at least one dish",
        },
        once=lambda menu: str(menu.key),
        changes=_publish_menus,
    ),
)
