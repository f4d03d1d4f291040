"""The office as one object: its books, its key, and how much it does at a time."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync import messages
from sync.errors import OfficeBusy
from sync.keyfiles import read_or_make_key
from sync.office import own_journal
from sync.office.database import open_database, writing
from sync.office.news import News
from sync.office.publishing import BLOCK_LANE, EPOCH_BYTES, publish
from sync.office.settings import OfficeSettings

SPARE_CONNECTIONS = 4
GATE_WAIT_S = 1.0
BUSY_DELAY_MS = (500, 5000)  # drawn evenly, so that those who are sent away do not come back together


class Office:
    """Everything that a request needs. Made once in a process; `close` when it ends."""

    def __init__(self, settings: OfficeSettings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.region_id = settings.region_id
        self.key = read_or_make_key(settings.key_file)
        self.engine = open_database(settings.database_url, settings.threads + SPARE_CONNECTIONS)
        self.news = News(self.engine, settings.region_id)
        self._intake = threading.BoundedSemaphore(settings.intakes)
        with writing(self.engine) as connection:
            _begin(connection, settings)
            value = messages.OfficeKey(self.key.public)
            publish(
                connection,
                self.region_id,
                messages.OFFICE_KEY,
                self.key.id.hex(),
                value,
                lane=BLOCK_LANE,
            )

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        """The keys that speak for the office."""
        return (self.key.public,)

    @contextmanager
    def intake(self) -> Iterator[sa.Connection]:
        """A transaction for a batch. Raises `OfficeBusy` if too many are under way."""
        if not self._intake.acquire(timeout=GATE_WAIT_S):
            raise OfficeBusy(random.randint(*BUSY_DELAY_MS))  # noqa: S311  (spreads load, hides nothing)
        try:
            with writing(self.engine) as connection:
                yield connection
        finally:
            self._intake.release()

    def now_ms(self) -> int:
        """Unix time."""
        return time.time_ns() // 1_000_000

    def close(self) -> None:
        self.news.close()
        self.engine.dispose()


_BEGIN = (
    "INSERT INTO regions (region_id, revision, epoch, pruned_revision, home_first_fen, pool_fen)"
    " VALUES (?, 0, ?, 0, ?, ?) ON CONFLICT (region_id) DO UPDATE SET"
    " home_first_fen = excluded.home_first_fen, pool_fen = excluded.pool_fen"
)


def _begin(connection: sa.Connection, settings: OfficeSettings) -> None:
    """The region, with the settings that whoever grants rights reads there; and the office's journal."""
    region_id = settings.region_id
    epoch = secrets.token_bytes(EPOCH_BYTES)
    run(connection, _BEGIN, (region_id, epoch, settings.home_first_fen, settings.pool_fen))
    own_journal.begin(connection, region_id)
