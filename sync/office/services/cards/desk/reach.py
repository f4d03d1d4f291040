"""Which kiosks do not know yet that a card is blocked, and what it could still take there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.sql import run
from sync.office.rights import outstanding
from sync.office.store.tables import catalogue_items


@dataclass(frozen=True, slots=True)
class Unaware:
    """A kiosk that may still take the card; `fen` is what it may spend of its owner's money unasked."""

    kiosk: str
    site: str
    device: str  # in hexadecimal
    last_seen_ms: int | None  # Unix time
    fen: int


@dataclass(frozen=True, slots=True)
class BlockReach:
    """Of one block: how many kiosks have read it, and which have not."""

    have: int
    unaware: tuple[Unaware, ...]

    @property
    def fen(self) -> int:
        """The most of own money that it can still take."""
        return sum(each.fen for each in self.unaware)


def reach_of(
    connection: sa.Connection, region_id: int, resident_id: int, tokens: Collection[str]
) -> Mapping[str, BlockReach]:
    """By token; of cards that are not blocked nothing. A kiosk confirms by asking for what comes after."""
    c = catalogue_items.c
    query: sa.Select[tuple[str, int]] = sa.select(c.key, c.revision).where(
        c.region_id == region_id, c.kind == Kind.BLOCK, c.key.in_(tokens), c.value.is_not(None)
    )
    revisions = [(row.key, row.revision) for row in connection.execute(query)]
    if not revisions:
        return {}
    rights = {
        each.journal_id: each.quantity
        for each in outstanding.of_account(connection, region_id, own_money(resident_id))
        if each.unit is Unit.FEN
    }
    kiosks = [
        (Unaware(name, site, bytes(device).hex(), seen_ms, rights.get(bytes(journal_id), 0)), cursor)
        for journal_id, device, name, site, seen_ms, cursor in run(connection, _KIOSKS, (region_id,))
    ]
    found = {}
    for token, revision in revisions:
        unaware = tuple(kiosk for kiosk, cursor in kiosks if cursor < revision)
        found[token] = BlockReach(len(kiosks) - len(unaware), unaware)
    return found


_KIOSKS = (
    "SELECT j.journal_id, d.device_id, d.name, d.site, d.last_seen_ms, d.block_cursor FROM journals AS j"
    " JOIN devices AS d ON d.region_id = j.region_id AND d.device_id = j.device_id"
    " WHERE j.region_id = ? AND NOT j.sealed ORDER BY d.site, d.name, j.journal_id"
)
