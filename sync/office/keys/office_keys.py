"""Which public keys speak for the office: told to the kiosks in the block list's lane, before all else."""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.catalogue.publishing import BLOCK_LANE, publish, withdraw
from sync.office.store.tables import catalogue_items, devices
from sync.wire.messages import OFFICE_KEY, OfficeKey
from sync.wire.signing import key_id


def announce(connection: sa.Connection, region_id: int, public_key: bytes) -> None:
    """Let kiosks trust this key from now on."""
    value = OfficeKey(public_key)
    publish(connection, region_id, OFFICE_KEY, key_id(public_key).hex(), value, lane=BLOCK_LANE)


def renounce(connection: sa.Connection, region_id: int, public_key: bytes) -> None:
    """Let kiosks trust it no more."""
    withdraw(connection, region_id, OFFICE_KEY, key_id(public_key).hex())


def unaware(connection: sa.Connection, region_id: int, public_key: bytes) -> list[str]:
    """Names of the kiosks that are not known to have read this key."""
    c, d = catalogue_items.c, devices.c
    item = (c.region_id == region_id) & (c.kind == OFFICE_KEY) & (c.key == key_id(public_key).hex())
    revision = connection.execute(sa.select(c.revision).where(item, c.value.is_not(None))).scalar()
    live = sa.select(d.name).where(d.region_id == region_id, d.revoked_at_ms.is_(None)).order_by(d.name)
    if revision is not None:
        live = live.where(d.block_cursor < revision)
    return list(connection.execute(live).scalars())
