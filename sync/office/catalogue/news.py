"""Waiting for the catalogue to change, for any number of requests at the price of one small query.

While anybody waits, one thread asks the database for the revision a few times a second. That works between
processes and with either database, and reaches a waiting kiosk within `LOOK_EVERY_S`; at once where whoever
wrote says so in the same process.
"""

from __future__ import annotations

import threading

import sqlalchemy as sa

from sync.office.store.database import reading
from sync.office.store.tables import regions

LOOK_EVERY_S = 0.25


class News:
    """Tells those who wait when a region's revision has grown."""

    def __init__(self, engine: sa.Engine, region_id: int) -> None:
        self._engine = engine
        self._query = sa.select(regions.c.revision).where(regions.c.region_id == region_id)
        self._changed = threading.Condition()
        self._closed, self._soon = threading.Event(), threading.Event()
        self._revision = 0
        self._waiting = 0
        self._watcher: threading.Thread | None = None

    def wait(self, revision: int, timeout_s: float) -> bool:
        """Whether the catalogue grew beyond `revision` within `timeout_s`."""
        with self._changed:
            self._waiting += 1
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="catalogue-news", daemon=True)
                self._watcher.start()
            try:
                self._changed.wait_for(lambda: self._revision > revision or self._closed.is_set(), timeout_s)
                return self._revision > revision
            finally:
                self._waiting -= 1

    def look_soon(self) -> None:
        """Something that somebody waits for was committed just now."""
        self._soon.set()

    def close(self) -> None:
        """Send everybody home."""
        self._closed.set()
        self._soon.set()
        with self._changed:
            self._changed.notify_all()
            watcher = self._watcher
        if watcher is not None:
            watcher.join()

    def _watch(self) -> None:
        while self._look() and not self._closed.is_set():
            self._soon.wait(LOOK_EVERY_S)
            self._soon.clear()

    def _look(self) -> bool:
        """Read the revision once; False once nobody waits any more."""
        try:
            with reading(self._engine) as connection:
                revision = connection.execute(self._query).scalar_one()
        except sa.exc.SQLAlchemyError:
            revision = self._revision  # those who wait will meet the same fault themselves
        with self._changed:
            if revision > self._revision:
                self._revision = revision
                self._changed.notify_all()
            if self._waiting:
                return True
            self._watcher = None
            return False
