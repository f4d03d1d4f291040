"""The office as one object: its books, its key, and how much it does at a time."""

from __future__ import annotations

import secrets
import threading
import time

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync import messages
from sync.keyfiles import read_or_make_key
from sync.office import own_journal
from sync.office.database import open_database, writing
from sync.office.gate import Gate
from sync.office.news import News
from sync.office.publishing import BLOCK_LANE, EPOCH_BYTES, publish
from sync.office.settings import OfficeSettings

SPARE_CONNECTIONS = 4


class Office:
    """Everything that a request needs. Made once in a process; `close` when it ends."""

    def __init__(self, settings: OfficeSettings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.region_id = settings.region_id
        self.key = read_or_make_key(settings.key_file)
        self.engine = open_database(settings.database_url, settings.threads + SPARE_CONNECTIONS)
        self.news = News(self.engine, settings.region_id)
        self.closing = threading.Event()
        self.gate = Gate(settings.intakes)
        # Whoever waits for news keeps a thread: half of them stay free for those who bring something.
        self.may_wait = threading.BoundedSemaphore(max(settings.threads // 2, 1))
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

    def now_ms(self) -> int:
        """Unix time."""
        return time.time_ns() // 1_000_000

    def close(self) -> None:
        self.closing.set()
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
