"""What the office does by itself from time to time: forget what is old, and grant again after a restore.

A tombstone is kept for 120 days. A kiosk that has not read for longer gets the whole catalogue instead.
Records are never removed, at the office or at a kiosk.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
import structlog

from kiosk.ledger.sql import run
from sync.office.catalogue.publishing import lock_revision, prune
from sync.office.intake import told
from sync.office.office import Office
from sync.office.people import clerk_sessions, login_tries
from sync.office.people.register.keeping import turn
from sync.office.store.database import writing
from sync.office.store.tables import regions, revision_days

LOOK_EVERY_S = 60.0
KEEP_DAYS = 120

_log = structlog.get_logger()


class Housekeeping:
    """A thread beside the requests; it ends with the process, at any moment."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        while not self._office.closing.wait(LOOK_EVERY_S):
            try:
                with writing(self._office.engine) as connection:
                    keep_house(connection, self._office, self._office.now_ms())
            except sa.exc.SQLAlchemyError as error:  # the next look meets it too, or it has passed
                _log.warning("housekeeping_failed", reason=str(getattr(error, "orig", error)))


def keep_house(connection: sa.Connection, office: Office, at_ms: int) -> None:
    """One look, at Unix time `at_ms`. Harmless to repeat."""
    region_id = office.region_id
    if told.resume(connection, region_id):
        _log.info("granting_again")
    clerk_sessions.forget(connection, region_id, at_ms)
    login_tries.forget(connection, region_id, at_ms)
    today = datetime.fromtimestamp(at_ms / 1000, UTC).date()
    if _note_revision(connection, region_id, today):
        for daily in office.offered.daily:
            daily(connection, region_id, today)
        turn(connection, region_id, today)
        _prune(connection, region_id, today - timedelta(days=KEEP_DAYS))


def _note_revision(connection: sa.Connection, region_id: int, today: date) -> bool:
    """Note how far the catalogue has come; whether this is the day's first look."""
    c = revision_days.c
    known = sa.select(c.day).where(c.region_id == region_id, c.day == today.isoformat())
    if connection.execute(known).scalar() is not None:
        return False
    revision = lock_revision(connection, region_id)
    run(connection, _NOTE, (region_id, today.isoformat(), revision))
    return True


def _prune(connection: sa.Connection, region_id: int, until: date) -> None:
    """Forget the tombstones that were there on a day, and the notes of the days until then."""
    c = revision_days.c
    old = (c.region_id == region_id) & (c.day <= until.isoformat())
    revision = connection.execute(sa.select(sa.func.max(c.revision)).where(old)).scalar()
    if revision is None:
        return
    pruned = sa.select(regions.c.pruned_revision).where(regions.c.region_id == region_id)
    if revision > connection.execute(pruned).scalar_one():
        prune(connection, region_id, revision)
    connection.execute(revision_days.delete().where(old))


_NOTE = (
    "INSERT INTO revision_days (region_id, day, revision) VALUES (?, ?, ?)"
    " ON CONFLICT (region_id, day) DO NOTHING"
)
