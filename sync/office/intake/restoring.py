"""The office after a restore from a backup: it grants nothing until it knows again what it had granted.

What kiosks did since the backup they send again. What the office itself did is lost: entries over its
counter, enrolments, revocations, and what it granted. The last is dangerous, for it would grant the same
money to somebody else. So a new epoch begins, in which each kiosk tells what rights it holds (`told`), and
until the last one has, or was written off, nothing new is granted to anybody. Kiosks go on selling meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from sync.office.books import heads, own_journal, reviews
from sync.office.catalogue.publishing import lock_revision, new_epoch
from sync.office.keys.devices import Device
from sync.office.people import clerk_sessions
from sync.office.store.tables import devices, journals, regions
from sync.wire.messages import Pull

_log = structlog.get_logger()

UNSURE = 2**62  # of a journal whose kiosk has not told yet what it holds
SLACK = 500  # records that a kiosk may write between telling and reading


@dataclass(frozen=True, slots=True)
class Unheard:
    """A kiosk that has not told yet what it holds. `last_seen_ms` is Unix time, 0 for never."""

    name: str
    site: str
    last_seen_ms: int
    revoked: bool


def begin(connection: sa.Connection, region_id: int, at_ms: int, detail: str) -> None:
    """A new epoch and a new journal of the office's own; from now on nothing is granted."""
    new_epoch(connection, region_id)
    clerk_sessions.end_all(connection, region_id)  # some had ended since the backup
    ended = own_journal.begin_anew(connection, region_id)
    reviews.put_up(connection, ended, [Finding(0, "office_restored", detail)])
    connection.execute(regions.update().where(regions.c.region_id == region_id).values(restored_at_ms=at_ms))
    mine = journals.c.region_id == region_id
    connection.execute(journals.update().where(mine).values(unsure_to_seq=UNSURE))


def sure_from(connection: sa.Connection, key: JournalKey, claimed_seq: int) -> None:
    """A kiosk that has told what it holds learns the new epoch: what it writes from now on can be judged by
    what the office knows. Up to what it claims to have, and a little more, it went by what is forgotten."""
    j = journals.c
    epoch = sa.select(regions.c.epoch).where(regions.c.region_id == key.region_id).scalar_subquery()
    told = (j.region_id == key.region_id, j.journal_id == key.journal_id, j.told_epoch == epoch)
    connection.execute(journals.update().where(*told).values(unsure_to_seq=claimed_seq + SLACK))


def notice(connection: sa.Connection, region_id: int, pull: Pull, at_ms: int) -> bool:
    """A kiosk was given more than this catalogue has: it is a backup, and nobody said so."""
    revision = lock_revision(connection, region_id)
    epoch = connection.execute(sa.select(regions.c.epoch).where(regions.c.region_id == region_id)).scalar()
    ahead = max(pull.cursors)
    if pull.epoch != epoch or ahead <= revision:
        return False
    detail = figures(kiosk_read=ahead, ends_at=revision)
    _log.error("office_restored", detail=detail)
    begin(connection, region_id, at_ms, detail)
    return True


def doubt(connection: sa.Connection, region_id: int, device: Device, pull: Pull) -> None:
    """A kiosk says that it has read further than this catalogue goes, and brings no proof of it.

    It made that up, or its program is older than proofs are: nothing rests on it until a person has looked.
    """
    revision = lock_revision(connection, region_id)
    detail = figures(kiosk_read=max(pull.cursors), ends_at=revision)
    for key in heads.open_journals(connection, region_id, device.id):
        reviews.put_up(connection, key, [Finding(heads.head_seq(connection, key), "read_ahead", detail)])


def unheard(connection: sa.Connection, region_id: int) -> list[Unheard]:
    """The kiosks that may hold rights which the office has forgotten. Once there is none, it grants again."""
    d, j = devices.c, journals.c
    query = (
        sa.select(d.name, d.site, d.last_seen_ms, d.revoked_at_ms)
        .join(journals, (j.region_id == d.region_id) & (j.device_id == d.device_id))
        .join(regions, regions.c.region_id == d.region_id)
        .where(d.region_id == region_id, ~j.sealed, regions.c.restored_at_ms.is_not(None))
        .where(sa.or_(j.told_epoch.is_(None), j.told_epoch != regions.c.epoch))
        .order_by(d.name)
    )
    return [
        Unheard(row.name, row.site, row.last_seen_ms or 0, row.revoked_at_ms is not None)
        for row in connection.execute(query)
    ]
