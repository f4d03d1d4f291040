"""What the office tells a library's kiosks, and what their own file may say."""

from __future__ import annotations

import msgspec

from kiosk.catalogue.items import ItemKind


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The books of one site."""

    site: str
    books: tuple[str, ...]


SHELF = ItemKind("shelf", Shelf)  # by the site's name; only to its kiosks


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[library]` in `kiosk.toml`."""

    most_books: int = 3  # that one resident may have at home
