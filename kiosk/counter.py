"""The counter: journal, catalogue, clock and services of one site, opened together or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from importlib.metadata import version

import sqlalchemy as sa
import structlog

from kiosk.catalogue import Catalogue, Site
from kiosk.clock import Clock, ClockUncertain, TimeSource, local_time
from kiosk.identity import read_identity
from kiosk.ledger.asking import Asking, NobodyToAsk
from kiosk.ledger.clock_records import CLOCK, remember
from kiosk.ledger.errors import JournalDamaged, JournalUnwritable
from kiosk.ledger.journal import Journal
from kiosk.ledger.lifecycle import boot_number, note_start
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.ledger.verify import verify_journal
from kiosk.people.identify import Identifier
from kiosk.services import PROJECTIONS, SOLD
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import NoCatalogue
from kiosk.services.till.actions import Till
from kiosk.services.till.returning import Returning
from kiosk.settings import Settings
from kiosk.store.engine import open_journal, open_readonly
from kiosk.store.schema import migrate

log = structlog.get_logger()

JOURNAL_FILE = "journal.db"
CATALOGUE_FILE = "catalogue.db"
TAIL_RECORDS = 1000  # proved before the first sale; the rest is proved while selling


class Counter:
    """Everything a tap needs. Made by `open_counter`."""

    def __init__(
        self, settings: Settings, journal: Journal, catalogue: Catalogue, clock: Clock, asking: Asking
    ) -> None:
        self.journal = journal
        self.catalogue = catalogue
        self.clock = clock
        # Everything but a sale reads here, for the journal's own connection locks the file for writing.
        self.reader = open_readonly(settings.store.folder / JOURNAL_FILE)
        self.canteen = Canteen(journal, catalogue, clock, settings.kiosk.site, asking)
        self.till = Till(journal, catalogue, clock, settings.kiosk.site, SOLD)
        self.returning = Returning(journal, catalogue, clock, self.reader)
        self.identifier = Identifier(catalogue)
        self.damage: JournalDamaged | None = None
        self._site_name = settings.kiosk.site
        self._closing = threading.Event()
        self._prover = threading.Thread(target=self._prove, name="prover", daemon=True)

    def start(self) -> None:
        self._prover.start()

    def close(self) -> None:
        self._closing.set()
        if self._prover.is_alive():
            self._prover.join(timeout=5)
        self.journal.close()
        self.catalogue.close()
        self.reader.dispose()
        self.journal.engine.dispose()

    def hear_the_office(self) -> None:
        """Set the clock by the office's last answer, and write down what is news. Never in a tap."""
        news = self.clock.hear(self.catalogue.heard())
        if news is None:
            return
        try:
            with self.journal.writing() as writing:
                writing.append(*CLOCK, news, at=self.clock.now())
        except (JournalDamaged, JournalUnwritable) as error:
            log.error("clock_not_written", **error.figures)  # at the next look again
        else:
            self.clock.wrote(news)

    def site(self) -> Site:
        site = self.catalogue.site(self._site_name)
        if site is None:
            raise NoCatalogue
        return site

    def day_of(self, at: Moment) -> date:
        """The site's calendar day. Raises what keeps this counter from selling, before anything is asked."""
        if self.damage is not None:
            raise self.damage
        site = self.site()
        if at.quality < ClockQuality.KEPT:
            raise ClockUncertain
        return local_time(at.wall_ms, site.time_zone).date()

    def _prove(self) -> None:
        """Recompute the whole journal beside the selling."""
        try:
            with self.reader.connect() as connection:
                self.damage = _damage(connection, self.journal.key, None, self._pause)
        except _Closing:
            return
        if self.damage is not None:
            log.error("journal_damaged", **self.damage.figures)

    def _pause(self, _seq: int) -> None:
        """Leave the processor to the taps; and end in mid-proof when the kiosk stops."""
        if self._closing.wait(0.01):
            raise _Closing


class _Closing(Exception):
    pass


def open_counter(settings: Settings, time_source: TimeSource, asking: Asking | None = None) -> Counter:
    """Open the files and write that the kiosk started. `asking` is the way to the office, if there is one.

    Raises `NotEnrolled`, `UnknownSchema`, `JournalDamaged` or `JournalUnwritable`; nothing stays open then.
    """
    identity = read_identity(settings.store.folder)
    engine = open_journal(settings.store.folder / JOURNAL_FILE)
    try:
        migrate(engine)
        with engine.connect() as connection:
            damage = _damage(connection, identity.journal, TAIL_RECORDS, lambda seq: None)
        if damage is not None:
            raise damage
        journal = Journal(engine, identity.journal, PROJECTIONS)
        clock = _begin(settings, journal, time_source)
    except sa.exc.OperationalError as error:
        engine.dispose()
        raise JournalUnwritable(reason=str(error.orig)) from error
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise JournalDamaged(reason=str(error.orig)) from error
    except Exception:
        engine.dispose()
        raise
    catalogue = Catalogue(settings.store.folder / CATALOGUE_FILE)
    return Counter(settings, journal, catalogue, clock, asking or NobodyToAsk())


def _begin(settings: Settings, journal: Journal, source: TimeSource) -> Clock:
    boot = boot_number(journal, source.boot_id)
    clock = Clock(boot, remember(journal, boot, source.monotonic_ms()), source)
    note_start(
        journal,
        name=settings.kiosk.name,
        site=settings.kiosk.site,
        boot_id=source.boot_id,
        version=version("neighbourhood-card"),
        at=clock.now(),
    )
    return clock


def _damage(
    connection: sa.Connection, key: JournalKey, last: int | None, progress: Callable[[int], None]
) -> JournalDamaged | None:
    with connection.begin():
        proof = verify_journal(connection, key, last=last, progress=progress)
    if proof.holds:
        return None
    first = proof.findings[0]
    return JournalDamaged(seq=first.seq, finding=first.code, reason=first.detail)
