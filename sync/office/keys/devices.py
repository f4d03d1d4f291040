"""Kiosks that may speak to the office: enrolled once with a code, known by their key, gone when revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.catalogue.contact import Heard
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.enrolling.codes import code_hash, make_code
from sync.errors import Refused, UnknownKey, WrongCode
from sync.office.books import heads, writeoff
from sync.office.rights import rights
from sync.office.store.database import lock
from sync.office.store.tables import batches, devices, enrolment_codes, journals, regions
from sync.wire.messages import Enrol, Enrolled, Pull
from sync.wire.signing import key_id

CODE_VALID_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Device:
    """A kiosk as the office knows it."""

    id: bytes
    name: str
    site: str
    public_key: bytes
    revoked: bool
    late_until_ms: int = 0  # until then it may send late records, though it is revoked


def new_code(
    connection: sa.Connection,
    region_id: int,
    *,
    office_key: bytes,
    name: str,
    site: str,
    at_ms: int,
    valid_ms: int = CODE_VALID_MS,
    replaces: bytes | None = None,
) -> str:
    """A code that enrols one kiosk once, until `valid_ms` after `at_ms`. Only its hash is kept.

    The kiosk that enrols takes the place of the device `replaces`.
    """
    code = make_code(office_key)
    row = (region_id, code_hash(code), name, site, at_ms + valid_ms, replaces)
    run(connection, _NEW_CODE, row)
    return code


_NEW_CODE = (
    "INSERT INTO enrolment_codes (region_id, code_hash, name, site, expires_at_ms, replaces)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


def find_device(connection: sa.Connection, region_id: int, by_key: bytes) -> Device:
    """The device whose key has this id. Raises `UnknownKey`."""
    rows = run(connection, _WITH_KEY, (region_id, by_key))
    if not rows:
        raise UnknownKey(by_key.hex())
    return _made(*rows[0])


_WITH_KEY = (
    "SELECT device_id, name, site, public_key, revoked_at_ms, late_until_ms FROM devices"
    " WHERE region_id = ? AND key_id = ?"
)


def by_id(connection: sa.Connection, region_id: int, device_id: bytes) -> Device:
    """The device of this id, which is there."""
    mine = (devices.c.region_id == region_id) & (devices.c.device_id == device_id)
    return _device(connection.execute(sa.select(devices).where(mine)).one())


def _device(row: sa.Row[Any]) -> Device:
    return _made(row.device_id, row.name, row.site, row.public_key, row.revoked_at_ms, row.late_until_ms)


def _made(
    device_id: bytes,
    name: str,
    site: str,
    public_key: bytes,
    revoked_at_ms: int | None,
    late_until_ms: int | None,
) -> Device:
    return Device(device_id, name, site, public_key, revoked_at_ms is not None, late_until_ms or 0)


def lineage(connection: sa.Connection, region_id: int, device_id: bytes) -> list[bytes]:
    """The device, the one whose place it took, the one before that, and so on."""
    found: list[bytes] = []
    following: bytes | None = device_id
    while following is not None and following not in found:
        found.append(following)
        mine = (devices.c.region_id == region_id) & (devices.c.device_id == following)
        following = connection.execute(sa.select(devices.c.replaces).where(mine)).scalar()
    return found


def the_one_called(connection: sa.Connection, region_id: int, name: str) -> Device | None:
    """The kiosk of this name that may speak, or the last one that might; None if that is not one kiosk."""
    d = devices.c
    query = sa.select(devices).where(d.region_id == region_id, d.name == name)
    rows = connection.execute(query.order_by(d.revoked_at_ms.desc())).all()
    speaking = [row for row in rows if row.revoked_at_ms is None]
    if len(speaking) > 1 or not rows:
        return None
    return _device((speaking or rows)[0])


def enrol(
    connection: sa.Connection,
    region_id: int,
    request: Enrol,
    office_keys: tuple[bytes, ...],
    at_ms: int,
) -> Enrolled:
    """Register the device that presents a good code; the same device asking again gets the same answer.

    Raises `Refused` with `unknown_code`, `used_code` or `expired_code`.
    """
    device_id = _device_id(connection, region_id, request.public_key)
    code = _lock_code(connection, region_id, request.code)
    journal_id = code.journal_id
    if code.used_at_ms is None:
        if code.expires_at_ms <= at_ms:
            raise Refused("expired_code")
        _register(connection, region_id, request, code, at_ms)
        journal_id = request.journal_id
    elif code.device_id != device_id:
        raise Refused("used_code")
    earlier = _journals_of(connection, region_id, lineage(connection, region_id, device_id)[1:])
    return Enrolled(region_id, code.name, code.site, journal_id, office_keys, at_ms, earlier)


def _device_id(connection: sa.Connection, region_id: int, public_key: bytes) -> bytes:
    """Of the device that has this key; of one that is new, the key's own id."""
    mine = (devices.c.region_id == region_id) & (devices.c.key_id == key_id(public_key))
    return connection.execute(sa.select(devices.c.device_id).where(mine)).scalar() or key_id(public_key)


def _journals_of(connection: sa.Connection, region_id: int, device_ids: Sequence[bytes]) -> tuple[bytes, ...]:
    """What these devices wrote, in the order in which the office first heard of it."""
    j, b = journals.c, batches.c
    query = (
        sa.select(j.journal_id)
        .outerjoin(batches, (b.region_id == j.region_id) & (b.journal_id == j.journal_id))
        .where(j.region_id == region_id, j.device_id.in_(device_ids))
        .group_by(j.journal_id)
        .order_by(sa.func.min(b.received_at_ms), j.journal_id)
    )
    return tuple(connection.execute(query).scalars())


def _lock_code(connection: sa.Connection, region_id: int, code: str) -> sa.Row[Any]:
    try:
        wanted = enrolment_codes.c.code_hash == code_hash(code)
    except WrongCode as error:
        raise Refused("unknown_code") from error
    query = sa.select(enrolment_codes).where(enrolment_codes.c.region_id == region_id, wanted)
    row = connection.execute(lock(query)).one_or_none()
    if row is None:
        raise Refused("unknown_code")
    return row


def _register(
    connection: sa.Connection, region_id: int, request: Enrol, code: sa.Row[Any], at_ms: int
) -> None:
    """The device and its new journal. A key that was enrolled before is the same device once more.

    A device whose place it takes may speak no more, and its journals end: what it may have sold and not sent
    is written off.
    """
    device_id = _device_id(connection, region_id, request.public_key)
    since_ms = at_ms
    if code.replaces is not None:
        since_ms = _enrolled_at_ms(connection, region_id, code.replaces)
        revoke(connection, region_id, code.replaces, at_ms)
    key = (request.public_key, key_id(request.public_key))
    row = (region_id, device_id, code.name, code.site, *key, since_ms, 0, code.replaces)
    run(connection, _REGISTER, row)
    used = {"used_at_ms": at_ms, "device_id": device_id, "journal_id": request.journal_id}
    mine = (enrolment_codes.c.region_id == region_id) & (enrolment_codes.c.code_hash == code.code_hash)
    connection.execute(enrolment_codes.update().where(mine).values(used))
    heads.begin_journal(connection, JournalKey(region_id, request.journal_id), device_id, code.site)
    if code.replaces is not None:
        writeoff.write_off(connection, region_id, code.replaces, operator="", at_ms=at_ms)
    rights.refresh_site(connection, region_id, code.site)


def _enrolled_at_ms(connection: sa.Connection, region_id: int, device_id: bytes) -> int:
    mine = (devices.c.region_id == region_id) & (devices.c.device_id == device_id)
    return int(connection.execute(sa.select(devices.c.enrolled_at_ms).where(mine)).scalar_one())


_REGISTER = (
    "INSERT INTO devices"
    " (region_id, device_id, name, site, public_key, key_id, enrolled_at_ms, last_counter, replaces)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region_id, device_id) DO UPDATE SET"
    " name = excluded.name, site = excluded.site, enrolled_at_ms = excluded.enrolled_at_ms,"
    " public_key = excluded.public_key, key_id = excluded.key_id, former_public_key = NULL,"
    " revoked_at_ms = NULL, replaces = excluded.replaces, late_until_ms = NULL"
)


def revoke(connection: sa.Connection, region_id: int, device_id: bytes, at_ms: int) -> None:
    """The device may speak no more. What it may still spend stays lent until its journal is sealed."""
    mine = (devices.c.region_id == region_id) & (devices.c.device_id == device_id)
    connection.execute(
        devices.update().where(mine, devices.c.revoked_at_ms.is_(None)).values(revoked_at_ms=at_ms)
    )


def rename(connection: sa.Connection, region_id: int, device_id: bytes, name: str) -> None:
    """What the office calls a kiosk. It hears of it when it enrols again, and needs not."""
    mine = (devices.c.region_id == region_id) & (devices.c.device_id == device_id)
    connection.execute(devices.update().where(mine).values(name=name))


def revoked(connection: sa.Connection, region_id: int) -> list[Device]:
    """The devices that may speak no more."""
    gone = (devices.c.region_id == region_id) & devices.c.revoked_at_ms.is_not(None)
    return [_device(row) for row in connection.execute(sa.select(devices).where(gone))]


def accept_late(connection: sa.Connection, region_id: int, name: str, until_ms: int) -> None:
    """Revoked devices of this name may send what they have, until then, to the journals they had begun."""
    gone = (devices.c.region_id == region_id) & devices.c.revoked_at_ms.is_not(None)
    connection.execute(devices.update().where(gone, devices.c.name == name).values(late_until_ms=until_ms))


def seen(connection: sa.Connection, region_id: int, device_id: bytes, heard: Heard) -> None:
    """Note that a device spoke."""
    run(connection, f"{_SEEN} {_MINE}", (*_moments(heard), region_id, device_id))


def _moments(heard: Heard) -> tuple[object, ...]:
    return heard.at_ms, heard.at_ms, heard.at_ms, heard.boot_id, heard.monotonic_ms


_SEEN = (
    "UPDATE devices SET told_ms = CASE WHEN told_ms < ? THEN ? ELSE told_ms END,"
    " last_seen_ms = ?, last_seen_boot = ?, last_seen_monotonic_ms = ?"
)
_MINE = "WHERE region_id = ? AND device_id = ?"


def note_read(connection: sa.Connection, region_id: int, device_id: bytes, pull: Pull) -> None:
    """Up to where a device has read; cursors of another epoch, or ahead, say nothing.

    In the midst of a snapshot what is not named yet is still there, so nothing of it counts as read.
    """
    r, d = regions.c, devices.c
    there = sa.exists().where(
        r.region_id == region_id, r.epoch == pull.epoch, r.revision >= max(pull.cursors)
    )
    blocked = sa.case((there, pull.cursors[0]), else_=0)
    rest = sa.case((there, 0 if pull.in_snapshot else pull.cursors[1]), else_=0)
    mine = (d.region_id == region_id) & (d.device_id == device_id)
    changed = (d.block_cursor != blocked) | (d.main_cursor != rest)
    read = {"block_cursor": blocked, "main_cursor": rest}
    connection.execute(devices.update().where(mine, changed).values(read))


def count_request(
    connection: sa.Connection, region_id: int, device_id: bytes, counter: int, heard: Heard
) -> int | None:
    """Accept a request whose counter is above the last: None. For one that is not fresh: the last."""
    mine = (region_id, device_id)
    accept = f"{_SEEN}, last_counter = ? {_MINE} AND last_counter < ? RETURNING 1"
    if run(connection, accept, (*_moments(heard), counter, *mine, counter)):
        return None
    return int(run(connection, f"SELECT last_counter FROM devices {_MINE}", mine)[0][0])  # noqa: S608
