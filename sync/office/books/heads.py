"""Where every journal stands at the office. Its row is locked while anything is added to the journal."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import genesis_hash
from kiosk.ledger.sql import run
from sync.office.store.database import for_update
from sync.office.store.tables import journals


@dataclass(frozen=True, slots=True)
class JournalHead:
    """A journal at the office; `device_id` is None for the office's own."""

    key: JournalKey
    device_id: bytes | None
    site: str
    seq: int
    hash: bytes
    sealed: bool
    unsure_to_seq: int = 0  # see `restoring`


_BEGIN = (
    "INSERT INTO journals (region_id, journal_id, device_id, site, head_seq, head_hash, claimed_seq, sealed)"
    " VALUES (?, ?, ?, ?, 0, ?, 0, ?) ON CONFLICT (region_id, journal_id) DO NOTHING"
)


def begin_journal(connection: sa.Connection, key: JournalKey, device_id: bytes | None, site: str) -> None:
    """Know a journal, empty, unless it is known already."""
    genesis = genesis_hash(key.journal_id)
    run(connection, _BEGIN, (key.region_id, key.journal_id, device_id, site, genesis, False))


def lock_head(connection: sa.Connection, key: JournalKey) -> JournalHead | None:
    """The head, which nobody else can move until this transaction ends; None for an unknown journal."""
    rows = run(connection, _HEAD + for_update(connection), (key.region_id, key.journal_id))
    if not rows:
        return None
    device_id, site, seq, head_hash, sealed, unsure_to_seq = rows[0]
    return JournalHead(key, device_id, site, seq, head_hash, bool(sealed), unsure_to_seq)


_HEAD = (
    "SELECT device_id, site, head_seq, head_hash, sealed, unsure_to_seq FROM journals"
    " WHERE region_id = ? AND journal_id = ?"
)


def head_seq(connection: sa.Connection, key: JournalKey) -> int:
    """The last record of a journal that is known, unlocked."""
    return int(connection.execute(sa.select(journals.c.head_seq).where(*_is(key))).scalar_one())


_ADVANCE = (
    "UPDATE journals SET head_seq = ?, head_hash = ?,"
    " claimed_seq = CASE WHEN claimed_seq > ? THEN claimed_seq ELSE ? END"
    " WHERE region_id = ? AND journal_id = ?"
)


def advance(connection: sa.Connection, key: JournalKey, seq: int, head_hash: bytes, claimed_seq: int) -> None:
    """Move the head. What a kiosk once claimed to have it is held to, though it claim less later."""
    figures = (seq, head_hash, claimed_seq, claimed_seq)
    run(connection, _ADVANCE, (*figures, key.region_id, key.journal_id))


def seal(connection: sa.Connection, key: JournalKey) -> None:
    """Nothing is added to this journal any more."""
    connection.execute(journals.update().where(*_is(key)).values(sealed=True))


def open_journals(connection: sa.Connection, region_id: int, device_id: bytes) -> list[JournalKey]:
    """A device's journals that are not sealed."""
    mine = (journals.c.region_id == region_id) & (journals.c.device_id == device_id)
    query = sa.select(journals.c.journal_id).where(mine, ~journals.c.sealed)
    return [JournalKey(region_id, each) for each in connection.execute(query).scalars()]


def _is(key: JournalKey) -> tuple[sa.ColumnElement[bool], ...]:
    return journals.c.region_id == key.region_id, journals.c.journal_id == key.journal_id
