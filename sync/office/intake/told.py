"""What a kiosk tells that it holds of the office's word: heard out, and believed where it is more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind, Kind, decode_value
from kiosk.ledger.accounts import is_own_money, own_money
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.rights import Right, merged_right
from kiosk.ledger.sql import run_many
from kiosk.ledger.tables import balances
from sync.errors import Garbled, Refused
from sync.office.books import heads, reviews
from sync.office.catalogue.publishing import Change, lock_revision, publish_all
from sync.office.intake import intake, restoring
from sync.office.intake.judging import quarantine
from sync.office.keys.devices import Device
from sync.office.rights import rights
from sync.office.rights.resting import is_resting
from sync.office.store.tables import catalogue_items, grants, journals, regions
from sync.wire.messages import Held, Item

V = TypeVar("V")
MOST_GRANTED = 2**53
_Whose = tuple[str, Unit]  # account and unit


def hear(
    connection: sa.Connection, region_id: int, device: Device, held: Held, items: Sequence[Item], at_ms: int
) -> None:
    """Take up one part. Raises `Refused` for another epoch or another's journal, `Garbled` for nonsense."""
    lock_revision(connection, region_id)
    region = connection.execute(sa.select(regions).where(regions.c.region_id == region_id)).one()
    if held.epoch != region.epoch:
        raise Refused("another_epoch")
    head = intake.lock_or_begin(connection, device, JournalKey(region_id, held.journal_id))
    grants_told = _grants(items, held.journal_id)
    if not head.sealed and _is_awaited(connection, head, held):
        _take_up_grants(connection, head, grants_told)
    elif not head.sealed:
        _doubt(connection, head, grants_told, at_ms)
    _take_up_blocks(connection, head, [item for item in items if item.kind == Kind.BLOCK])
    if held.last:
        mine = (journals.c.region_id == region_id) & (journals.c.journal_id == held.journal_id)
        connection.execute(journals.update().where(mine).values(told_epoch=held.epoch))
        resume(connection, region_id)


def _is_awaited(connection: sa.Connection, head: heads.JournalHead, held: Held) -> bool:
    """Whether the office may have forgotten what this journal was granted: until its kiosk told it all."""
    if not is_resting(connection, head.key.region_id):
        return False
    mine = (journals.c.region_id == head.key.region_id) & (journals.c.journal_id == head.key.journal_id)
    told_epoch = connection.execute(sa.select(journals.c.told_epoch).where(mine)).scalar()
    return told_epoch != held.epoch


def _doubt(connection: sa.Connection, head: heads.JournalHead, told: dict[_Whose, Right], at_ms: int) -> None:
    """Nothing was forgotten: whoever says that they hold more than they were granted made it up."""
    known = _known_rights(connection, head, told)
    more = {
        whose: right.granted - known[whose].granted
        for whose, right in sorted(told.items())
        if merged_right(known[whose], right) != known[whose]
    }
    if more:
        reviews.put_up(connection, head.key, [Finding(head.seq, "grants_claimed", _in_words(more))])
        assert head.device_id is not None, "the office tells nobody"
        quarantine.accuse(connection, head.key, head.device_id, head.seq, 1, at_ms)


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


def _grants(items: Sequence[Item], journal_id: bytes) -> dict[_Whose, Right]:
    told = [_decoded(Kind.GRANT, item) for item in items if item.kind == Kind.GRANT]
    mine = [grant for grant in told if grant.journal_id == journal_id]
    for grant in mine:
        if (
            not is_own_money(grant.account)
            or grant.unit not in RIGHT_TO
            or not (0 <= grant.granted <= MOST_GRANTED and abs(grant.owed) <= MOST_GRANTED)
        ):
            raise Garbled(f"grant of {grant.account}: nobody's money, or an impossible sum")
    return {(grant.account, grant.unit): grant.right for grant in mine}


def _decoded(kind: ItemKind[V], item: Item) -> V:
    try:
        return decode_value(kind, item.value or b"")
    except (ValueError, RecursionError) as error:
        raise Garbled(f"{kind} {item.key}: {error}") from error


def _take_up_grants(connection: sa.Connection, head: heads.JournalHead, told: dict[_Whose, Right]) -> None:
    """What is told and what is known are merged, as at the kiosk. The region is locked: nobody grants."""
    known = _known_rights(connection, head, told)
    merged = {whose: merged_right(known[whose], right) for whose, right in sorted(told.items())}
    forgotten = {whose: right for whose, right in merged.items() if right != known[whose]}
    if not forgotten:
        return
    place = (head.key.region_id, head.key.journal_id)
    rows = [(*place, account, unit.value, *right) for (account, unit), right in forgotten.items()]
    run_many(connection, _RAISE, rows)
    more = {whose: right.granted - known[whose].granted for whose, right in forgotten.items()}
    reviews.put_up(connection, head.key, [Finding(head.seq, "grants_recovered", _in_words(more))])
    rights.refresh(connection, head.key.region_id, [account for account, _ in forgotten])


def _in_words(more: dict[_Whose, int]) -> str:
    total_fen = sum(quantity for (_, unit), quantity in more.items() if unit is Unit.FEN)
    each = (
        f"{account} +{quantity}" + ("" if unit is Unit.FEN else f" {unit}")
        for (account, unit), quantity in more.items()
    )
    return figures(more_fen=total_fen, accounts=" ".join(each))


def _known_rights(
    connection: sa.Connection, head: heads.JournalHead, whose: Collection[_Whose]
) -> dict[_Whose, Right]:
    c = grants.c
    query = sa.select(c.account, c.unit, c.granted, c.home, c.owed).where(
        c.region_id == head.key.region_id,
        c.journal_id == head.key.journal_id,
        c.account.in_({account for account, _ in whose}),
    )
    known = dict.fromkeys(whose, Right(granted=0, home=False, owed=0))
    for account, unit, granted, is_home, owed in connection.execute(query):
        known[account, Unit(unit)] = Right(granted, bool(is_home), owed)
    return known


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
            head.seq, "blocks_recovered", figures(cards=len(forgotten), tokens=" ".join(sorted(forgotten)))
        )
        reviews.put_up(connection, head.key, [finding])


_RAISE = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted, home, owed)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region_id, journal_id, account, unit)"
    " DO UPDATE SET granted = excluded.granted, home = excluded.home, owed = excluded.owed"
)
