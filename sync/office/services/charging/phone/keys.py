"""The key of a charging site: who may make codes for its sockets, and how another takes its place.

A kiosk proves codes without a network, so one that is cut off knows the former key alone. Until every kiosk
of the site is known to have read the new one, codes are made with the former and both are taken: codes under
way stay good, and nobody stands before a socket with a code that it refuses. Where the former may be known to
a thief it goes at once, and with it the codes under way.
"""

from __future__ import annotations

import secrets
from datetime import date

import sqlalchemy as sa

from kiosk.services.charging.items import CHARGING_KEY, ChargingKey
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import BLOCK_LANE, lock_revision, publish, shown, site_scope
from sync.office.store.tables import catalogue_items, devices

KEY_BYTES = 32


def make(site: str) -> ChargingKey:
    """The first of a site."""
    return ChargingKey(site=site, secret=secrets.token_bytes(KEY_BYTES))


def renew(connection: sa.Connection, region_id: int, site: str, *, at_once: bool) -> bool:
    """Another key for a site; False: it has none. `at_once`: the former is good no more.

    Renewed once more before all kiosks have the last one, the former stays the one that they have.
    """
    lock_revision(connection, region_id)
    key = shown(connection, region_id, CHARGING_KEY, site)
    if key is None:
        return False
    former = b"" if at_once else signing(connection, region_id, key)
    _publish(connection, region_id, ChargingKey(site=site, secret=make(site).secret, former=former))
    return True


def signing(connection: sa.Connection, region_id: int, key: ChargingKey) -> bytes:
    """What a code is made with that any kiosk of the site can prove."""
    return key.former if key.former and unaware(connection, region_id, key.site) else key.secret


def unaware(connection: sa.Connection, region_id: int, site: str) -> list[str]:
    """Names of the site's kiosks that are not known to have read its key."""
    c, d = catalogue_items.c, devices.c
    item = (c.region_id == region_id, c.kind == CHARGING_KEY, c.key == site, c.value.is_not(None))
    revision = connection.execute(sa.select(c.revision).where(*item)).scalar() or 0
    here = (d.region_id == region_id, d.site == site, d.revoked_at_ms.is_(None), d.block_cursor < revision)
    return list(connection.execute(sa.select(d.name).where(*here).order_by(d.name)).scalars())


def forget_former(connection: sa.Connection, region_id: int, _today: date) -> None:
    """Former keys that no kiosk needs any more; codes made with them are older than a day by then."""
    for each in list(current_values(connection, region_id, CHARGING_KEY)):
        if each.former and not unaware(connection, region_id, each.site):
            _publish(connection, region_id, ChargingKey(site=each.site, secret=each.secret))


def _publish(connection: sa.Connection, region_id: int, key: ChargingKey) -> None:
    """In the first lane, of which the office knows how far each kiosk has read."""
    scope = site_scope(key.site)
    publish(connection, region_id, CHARGING_KEY, key.site, key, scope=scope, lane=BLOCK_LANE)
