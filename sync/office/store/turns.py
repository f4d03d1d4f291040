"""Whoever books comes one after the other, in each region for itself."""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.store import counting

_COUNTER = "intake"  # its row is what is waited at; its number says nothing


def begin(connection: sa.Connection, region_id: int) -> None:
    """There must be something to wait at before anybody comes."""
    counting.begin(connection, region_id, _COUNTER)


def alone(connection: sa.Connection, region_id: int) -> None:
    """From here to its end this transaction sees all that others booked who came this way, and they do not
    see less of it. SQLite's writers are alone from the start. To be taken before the region's row is locked.

    A row, for an advisory lock holds on one machine of a cluster only; and not the region's own, which an
    import keeps for as long as it takes.
    """
    if connection.dialect.name == "postgresql":
        counting.last(connection, region_id, _COUNTER)
