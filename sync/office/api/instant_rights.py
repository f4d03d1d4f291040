"""A kiosk asks for a right at the moment of a sale, and whether a meal was had elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.catalogue.items import Kind, encode_value
from kiosk.ledger.accounts import Account
from kiosk.ledger.posting import JournalKey
from kiosk.people.residents import Resident
from sync.errors import Refused
from sync.office.books import heads
from sync.office.catalogue.publishing import lock_revision, shown
from sync.office.keys.devices import Device
from sync.office.office import Elsewhere
from sync.office.rights import rights
from sync.wire.messages import Ask, Right


def answer(
    connection: sa.Connection, region_id: int, device: Device, ask: Ask, elsewhere: Sequence[Elsewhere]
) -> Right:
    """Raises `Refused` for a journal that this device may not spend from, or an account nobody may."""
    key = JournalKey(region_id, ask.journal_id)
    if key not in heads.open_journals(connection, region_id, device.id):
        raise Refused("not_your_journal", ask.journal_id.hex())
    if not rights.is_own_money(ask.account):
        raise Refused("unknown_account", ask.account)
    grant = rights.ask(connection, key, Account(ask.account), ask.target)
    eaten_at = next((site for look in elsewhere if (site := look(connection, key, ask))), "")
    guest = _guest(connection, region_id, device, ask.resident_id)
    return Right(lock_revision(connection, region_id), encode_value(grant), eaten_at, guest)


def _guest(connection: sa.Connection, region_id: int, device: Device, resident_id: int) -> bytes:
    """Who stands there, if the kiosk's site is not their home and has but their number. No picture."""
    resident: Resident | None = shown(connection, region_id, Kind.RESIDENT, str(resident_id))
    away = resident is not None and resident.home_site != device.site
    return encode_value(replace(resident, photo="")) if resident is not None and away else b""
