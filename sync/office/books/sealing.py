"""Journals that end: nothing is granted to them any more, and what they held is free for others."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey
from kiosk.ledger.tables import balances
from sync.office.books import heads
from sync.office.rights import rights
from sync.office.store.tables import grants


def seal_journals(connection: sa.Connection, region_id: int, ended: Sequence[JournalKey]) -> None:
    """End these journals; what they might still have spent is granted anew."""
    if not ended:
        return
    for key in ended:
        heads.seal(connection, key)
    journal_ids = [key.journal_id for key in ended]
    accounts = sa.select(balances.c.account).where(
        balances.c.region_id == region_id, balances.c.journal_id.in_(journal_ids)
    )
    held = sa.select(grants.c.account).where(
        grants.c.region_id == region_id, grants.c.journal_id.in_(journal_ids)
    )
    rights.refresh(connection, region_id, connection.execute(accounts.union(held)).scalars().all())
