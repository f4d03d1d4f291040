"""Keeps the look-up by name beside the catalogue's residents, page by page."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.sql import run, run_many
from kiosk.people.finding import terms_of
from kiosk.people.residents import Resident
from sync.wire.messages import Item


def note_names(connection: sa.Connection, items: Iterable[Item]) -> None:
    """The last word on each resident of a page."""
    last = {item.key: item.value for item in items if item.kind == Kind.RESIDENT}
    run_many(connection, "DELETE FROM names WHERE key = ?", [(key,) for key in last])
    found = [
        (term, key, resident.home_site, rank)
        for key, resident in _decoded(last.items())
        for term, rank in terms_of(resident).items()
    ]
    run_many(connection, "INSERT INTO names (term, key, site, rank) VALUES (?, ?, ?, ?)", found)


def note_all_names(connection: sa.Connection) -> None:
    """Of everybody, where the look-up was made anew: they are found before the next page comes."""
    if run(connection, "SELECT 1 FROM names LIMIT 1", ()):
        return
    rows = run(connection, "SELECT kind, key, revision, value FROM items WHERE kind = 'resident'", ())
    note_names(connection, [Item(*row) for row in rows])


def forget_gone(connection: sa.Connection) -> None:
    """After a snapshot: nobody is found who is no longer in the catalogue."""
    run_many(connection, _FORGET, [()])


def _decoded(values: Iterable[tuple[str, bytes | None]]) -> Iterable[tuple[str, Resident]]:
    return ((key, decode_value(Kind.RESIDENT, value)) for key, value in values if value is not None)


_FORGET = (
    "DELETE FROM names WHERE NOT EXISTS"
    " (SELECT 1 FROM items WHERE items.kind = 'resident' AND items.key = names.key)"
)
