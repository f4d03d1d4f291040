"""The office as one object: its books, its key, and how much it does at a time."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.catalogue.contact import Heard
from kiosk.common.books import IsUrgent
from kiosk.common.clock import boottime_ms, machine_boot_id, unix_ms
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from kiosk.settings import SettingsError
from kiosk.store.engine import preparing
from sync.office.books import own_journal
from sync.office.books.folding import Derived
from sync.office.catalogue.news import News
from sync.office.catalogue.publishing import EPOCH_BYTES, tell_strangers_less
from sync.office.importing.parts import Part
from sync.office.intake.batch import Check
from sync.office.intake.gate import Gate
from sync.office.intake.intake import Intake
from sync.office.intake.listing import Listed, catch_up
from sync.office.keys import office_keys
from sync.office.keys.identities import Identities
from sync.office.keys.issuer import Issuer
from sync.office.keys.keyring import KeyRing
from sync.office.people.access import proposals
from sync.office.people.alerts import Alert
from sync.office.people.forgetting import About
from sync.office.people.habits import Habit
from sync.office.people.second_factors import Factors
from sync.office.settings import OfficeSettings
from sync.office.store import tables, turns
from sync.office.store.database import add_tables, open_database, writing
from sync.office.store.region_map import follow
from sync.wire.messages import Ask
from sync.wire.signing import SigningKey

SPARE_CONNECTIONS = 4

Alerts = Callable[[sa.Connection, int], Iterable[Alert]]  # what is wrong now in a region
Daily = Callable[[sa.Connection, int, date], None]  # what is done once a day in a region
# Where what a kiosk asks for was had already, by what other journals say; empty: nowhere.
Elsewhere = Callable[[sa.Connection, JournalKey, Ask], str]


@dataclass(frozen=True, slots=True)
class Offered:
    """The list of services as far as the office is concerned: see `sync.office.services.contract.offered`."""

    derived: Derived
    is_urgent: IsUrgent
    listed: Listed
    checks: Sequence[Check]
    checks_alone: Sequence[Check]
    daily: Sequence[Daily]
    elsewhere: Sequence[Elsewhere]
    habits: Sequence[Habit]
    parts: Sequence[Part]
    about: Sequence[About]
    proposals: proposals.Kinds
    beside: Sequence[Callable[[Office], None]]
    alerts: Sequence[Alerts]

    @property
    def tables(self) -> list[sa.Table]:
        """All that its database has: the office's own, and those of these services."""
        return list(dict.fromkeys([*tables.metadata.sorted_tables, *self.derived.tables]))


class Office:
    """Everything that a request needs. Made once in a process; `close` when it ends.

    Raises `SettingsError` if one person may do alone what nobody knows.
    """

    def __init__(self, settings: OfficeSettings, offered: Offered) -> None:
        if unknown := {*settings.alone} - {*offered.proposals}:
            allowed = ", ".join(sorted(offered.proposals)) or "nothing"
            raise SettingsError(f"alone: {', '.join(sorted(unknown))}: {allowed} allowed")
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.offered = offered
        self.region_id = settings.region_id
        self.keyring = KeyRing(settings.key_file)
        self.issuer = Issuer(settings.data)
        self.identities = Identities(settings.data)
        self.factors = Factors(settings.data)
        self.engine = _open_database(settings)
        add_tables(self.engine, offered.derived.tables)
        self.news = News(self.engine, settings.region_id)
        self.closing = threading.Event()
        self.gate = Gate(settings.intakes)
        self.intake = Intake(offered.derived, offered.checks, offered.checks_alone, self.issuer)
        # Whoever waits for news keeps a thread: half of them stay free for those who bring something.
        self.may_wait = threading.BoundedSemaphore(max(settings.threads // 2, 1))
        with preparing(self.engine), writing(self.engine) as connection:
            _begin(connection, settings)
            office_keys.announce(connection, self.region_id, self.key.public)
            tell_strangers_less(connection, self.region_id)
            books = (offered.listed, offered.derived, self.intake, self.issuer)
            catch_up(connection, self.region_id, *books, self.now_ms())

    @property
    def key(self) -> SigningKey:
        """The key that signs now."""
        return self.keyring.signing

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        """The keys that speak for the office, the newest last."""
        return tuple(each.public for each in self.keyring.all())

    def now_ms(self) -> int:
        """Unix time."""
        return unix_ms()

    def moment(self) -> Heard:
        """Now: when whoever speaks just now is heard, by the wall clock and by one that never jumps."""
        return Heard(self.now_ms(), machine_boot_id(), boottime_ms())

    def close(self) -> None:
        self.closing.set()
        self.news.close()
        self.engine.dispose()


def _open_database(settings: OfficeSettings) -> sa.Engine:
    region_map, region_id = settings.region_map, settings.region_id

    def prepare(engine: sa.Engine) -> None:
        if region_map:
            follow(engine, region_map, region_id)

    return open_database(settings.database_url, settings.threads + SPARE_CONNECTIONS, prepare)


_BEGIN = (
    "INSERT INTO regions (region_id, revision, epoch, pruned_revision, home_first_fen, pool_fen,"
    " two_sites_ms, unseen_cash_fen) VALUES (?, 0, ?, 0, ?, ?, ?, ?) ON CONFLICT (region_id) DO UPDATE SET"
    " home_first_fen = excluded.home_first_fen, pool_fen = excluded.pool_fen,"
    " two_sites_ms = excluded.two_sites_ms, unseen_cash_fen = excluded.unseen_cash_fen"
)


def _begin(connection: sa.Connection, settings: OfficeSettings) -> None:
    """The region, with the settings that intake and whoever grants rights read there; and its journal."""
    region_id = settings.region_id
    epoch = secrets.token_bytes(EPOCH_BYTES)
    figures = (settings.home_first_fen, settings.pool_fen, settings.two_sites_minutes * 60_000)
    run(connection, _BEGIN, (region_id, epoch, *figures, settings.unseen_cash_fen))
    turns.begin(connection, region_id)
    own_journal.begin(connection, region_id)
