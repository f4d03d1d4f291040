"""Whether the office can do its work: sign what it answers, and write its books."""

from __future__ import annotations

import shutil
import sqlite3
import time

import sqlalchemy as sa

from sync.office.office import Office
from sync.office.store.database import writing
from sync.office.store.tables import regions

LOOK_EVERY_S = 1.0
LEAST_FREE_MB = 20  # in the data folder: below it a batch may find no room


class Health:
    """Looks at most once a second, however many ask."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._next_look_s = 0.0
        self._found = ""

    @property
    def wrong(self) -> str:
        """In a few words; empty if nothing is."""
        if time.monotonic() >= self._next_look_s:
            self._found = _look(self._office)
            self._next_look_s = time.monotonic() + LOOK_EVERY_S
        return self._found


def _look(office: Office) -> str:
    try:
        _ = office.public_keys
    except (OSError, ValueError):
        return "signing key unreadable"
    try:
        with writing(office.engine) as connection:  # changes nothing, but must be allowed to
            nowhere = regions.c.region_id == -1
            connection.execute(regions.update().where(nowhere).values(revision=regions.c.revision))
    except sa.exc.SQLAlchemyError as error:
        if not _is_busy(error):
            return "database unavailable"
    if shutil.disk_usage(office.settings.data).free < LEAST_FREE_MB * 1024 * 1024:
        return "disk full"
    return ""


def _is_busy(error: sa.exc.SQLAlchemyError) -> bool:
    """Somebody else writes just now, and for long: so it can be written."""
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
