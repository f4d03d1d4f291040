"""What a kiosk tells that it holds of the office's word: heard out, and believed where it is more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.rights import Grant, Right, merged_right
from kiosk.ledger.sql import run_many
from kiosk.ledger.tables import balances
from sync.errors import Garbled, Refused
from sync.messages import Held, Item
from sync.office import heads, intake, restoring, reviews, rights
from sync.office.devices import Device
from sync.office.publishing import Change, lock_revision, publish_all
from sync.office.resting import is_resting
from sync.office.tables import catalogue_items, grants, journals, regions

MAX_FEN = 2**53


def hear(
    connection: sa.Connection, region_id: int, device: Device, held: Held, items: Sequence[Item]
) -> None:
    """Take up one part. Raises `Refused` for another epoch or another's journal, `Garbled` for nonsense."""
    lock_revision(connection, region_id)
    region = connection.execute(sa.select(regions).where(regions.c.region_id == region_id)).one()
    if held.epoch != region.epoch:
        raise Refused("another_epoch")
    head = intake.lock_or_begin(connection, device, JournalKey(region_id, held.journal_id))
    if not head.sealed:
        _take_up_grants(connection, head, _grants(items, held.journal_id))
    _take_up_blocks(connection, head, [item for item in items if item.kind == Kind.BLOCK])
    if held.last:
        mine = (journals.c.region_id == region_id) & (journals.c.journal_id == held.journal_id)
        connection.execute(journals.update().where(mine).values(told_epoch=held.epoch))
        resume(connection, region_id)


def resume(connection: sa.Connection, region_id: int) -> bool:
    """Grant again if the last kiosk has been heard or written off; whether it is so now."""
    if not is_resting(connection, region_id) or restoring.unheard(connection, region_id):
        return False
    lock_revision(connection, region_id)
    mine = regions.c.region_id == region_id
    connection.execute(regions.update().where(mine).values(restored_at_ms=None))
    rights.refresh(connection, region_id, _accounts(connection, region_id))
    return True


def _accounts(connection: sa.Connection, region_id: int) -> set[str]:
    """Everybody's own money."""
    booked = sa.select(balances.c.account).where(balances.c.region_id == region_id)
    granted = sa.select(grants.c.account).where(grants.c.region_id == region_id)
    c = catalogue_items.c
    people = sa.select(c.key).where(c.region_id == region_id, c.kind == Kind.RESIDENT, c.value.is_not(None))
    known = connection.execute(booked.union(granted)).scalars()
    return {*known, *(own_money(int(key)) for key in connection.execute(people).scalars())}


def _grants(items: Sequence[Item], journal_id: bytes) -> dict[str, Grant]:
    told = [_decoded(Kind.GRANT, item) for item in items if item.kind == Kind.GRANT]
    mine = {grant.account: grant for grant in told if grant.journal_id == journal_id}
    for account, grant in mine.items():
        if not rights.is_own_money(account) or not (
            0 <= grant.granted <= MAX_FEN and abs(grant.owed) <= MAX_FEN
        ):
            raise Garbled(f"grant of {account}: nobody's money, or an impossible sum")
    return mine


def _decoded(kind: Kind, item: Item) -> Any:
    try:
        return decode_value(kind, item.value or b"")
    except ValueError as error:
        raise Garbled(f"{kind} {item.key}: {error}") from error


def _take_up_grants(connection: sa.Connection, head: heads.JournalHead, told: dict[str, Grant]) -> None:
    """What is told and what is known are merged, as at the kiosk. The region is locked: nobody grants."""
    region_id, journal_id = head.key.region_id, head.key.journal_id
    known = _known_rights(connection, head, told)
    merged = {account: merged_right(known[account], grant.right) for account, grant in sorted(told.items())}
    forgotten = {account: right for account, right in merged.items() if right != known[account]}
    if not forgotten:
        return
    rows = [(region_id, journal_id, account, Unit.FEN.value, *right) for account, right in forgotten.items()]
    run_many(connection, _RAISE, rows)
    more = {account: right.granted - known[account].granted for account, right in forgotten.items()}
    detail = " ".join(f"{account} +{fen}" for account, fen in more.items())
    finding = Finding(head.seq, "grants_recovered", f"{sum(more.values())} fen in all: {detail}")
    reviews.put_up(connection, head.key, [finding])
    rights.refresh(connection, region_id, forgotten)


def _known_rights(
    connection: sa.Connection, head: heads.JournalHead, accounts: Collection[str]
) -> dict[str, Right]:
    c = grants.c
    query = sa.select(c.account, c.granted, c.home, c.owed).where(
        c.region_id == head.key.region_id,
        c.journal_id == head.key.journal_id,
        c.account.in_(accounts),
        c.unit == Unit.FEN.value,
    )
    rows = {
        account: Right(granted, bool(home), owed)
        for account, granted, home, owed in connection.execute(query)
    }
    return {account: rows.get(account, Right(granted=0, home=False, owed=0)) for account in accounts}


def _take_up_blocks(connection: sa.Connection, head: heads.JournalHead, told: Sequence[Item]) -> None:
    """A card that was reported lost since the backup stays blocked."""
    c = catalogue_items.c
    query = sa.select(c.key).where(
        c.region_id == head.key.region_id, c.kind == Kind.BLOCK, c.key.in_([item.key for item in told])
    )
    known = set(connection.execute(query).scalars())
    forgotten = {item.key: _decoded(Kind.BLOCK, item) for item in told if item.key not in known}
    if forgotten:
        changes = [Change(Kind.BLOCK, key, block) for key, block in sorted(forgotten.items())]
        publish_all(connection, head.key.region_id, changes)
        finding = Finding(
            head.seq, "blocks_recovered", f"{len(forgotten)} cards: {' '.join(sorted(forgotten))}"
        )
        reviews.put_up(connection, head.key, [finding])


_RAISE = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted, home, owed)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region_id, journal_id, account, unit)"
    " DO UPDATE SET granted = excluded.granted, home = excluded.home, owed = excluded.owed"
)
