"""A kiosk asks for a right at the moment of a sale, and whether a meal was had elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.catalogue.items import Kind, encode_value
from kiosk.ledger.accounts import Account, is_own_money, resident_of
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.people.residents import Resident
from sync.errors import Refused
from sync.office.books import heads, reviews
from sync.office.catalogue.publishing import lock_revision, shown
from sync.office.keys.devices import Device
from sync.office.office import Office
from sync.office.rights import rationing, rights
from sync.wire.messages import Ask, Right


def answer(connection: sa.Connection, office: Office, device: Device, ask: Ask) -> Right:
    """Raises `Refused` for a journal that this device may not spend from, or an account nobody may."""
    region_id = office.region_id
    key = JournalKey(region_id, ask.journal_id)
    if key not in heads.open_journals(connection, region_id, device.id):
        raise Refused("not_your_journal", ask.journal_id.hex())
    if not is_own_money(ask.account):
        raise Refused("unknown_account", ask.account)
    grant = rights.ask(connection, key, Account(ask.account), _target(connection, office, key, device, ask))
    elsewhere = office.offered.elsewhere
    eaten_at = next((site for look in elsewhere if (site := look(connection, key, ask))), "")
    guest = _guest(connection, region_id, device, ask.resident_id)
    return Right(lock_revision(connection, region_id), encode_value(grant), eaten_at, guest)


def _target(connection: sa.Connection, office: Office, key: JournalKey, device: Device, ask: Ask) -> int:
    """As much as was asked for; of somebody at home elsewhere no more than the kiosk's ration."""
    owner = resident_of(ask.account)
    resident: Resident | None = shown(connection, key.region_id, Kind.RESIDENT, str(owner))
    if resident is not None and resident.home_site == device.site:
        return ask.target
    if ask.resident_id and ask.resident_id != owner:
        raise Refused("unknown_account", ask.account)  # somebody else stands there
    lock_revision(connection, key.region_id)
    account, at_ms = Account(ask.account), office.now_ms()
    ration = office.settings.ration
    target, short_fen = rationing.draw(connection, key, device.id, account, ask.target, ration, at_ms)
    if short_fen > 0:
        head_seq = heads.head_seq(connection, key)
        detail = figures(resident=owner or 0, short_fen=short_fen)
        reviews.put_up(connection, key, [Finding(head_seq, rationing.USED_UP, detail)])
    return target


def _guest(connection: sa.Connection, region_id: int, device: Device, resident_id: int) -> bytes:
    """Who stands there, if the kiosk's site is not their home and has but their number. No picture."""
    resident: Resident | None = shown(connection, region_id, Kind.RESIDENT, str(resident_id))
    away = resident is not None and resident.home_site != device.site
    return encode_value(replace(resident, photo="")) if resident is not None and away else b""
