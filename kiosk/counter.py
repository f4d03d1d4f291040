"""The counter: journal, catalogue, clock and services of one site, opened together or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from importlib.metadata import version

import sqlalchemy as sa
import structlog

from kiosk import renewal, witness
from kiosk.catalogue.reader import Catalogue
from kiosk.catalogue.values import Site
from kiosk.clock import Clock, ClockUncertain, TimeSource, local_time
from kiosk.identity import Identity, predecessors, read_identity
from kiosk.incarnation import DAMAGED
from kiosk.ledger.asking import Asking, NobodyToAsk
from kiosk.ledger.clock_records import CLOCK, remember
from kiosk.ledger.errors import JournalDamaged, JournalUnwritable
from kiosk.ledger.journal import Head, Journal, hash_at, heads_in
from kiosk.ledger.lifecycle import boot_number, note_start
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.ledger.verify import Proof, verify_journal
from kiosk.people.copies import Copies
from kiosk.people.identify import Identifier
from kiosk.renewal import JOURNAL_FILE
from kiosk.services import PROJECTIONS, SOLD
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.away import Away
from kiosk.services.canteen.errors import NoCatalogue
from kiosk.services.canteen.extras import Extras
from kiosk.services.canteen.statements import Statements
from kiosk.services.canteen.volunteers import Volunteers
from kiosk.services.cards.actions import Cards
from kiosk.services.corrections.actions import Corrections
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.labels import label_key
from kiosk.services.till.actions import Till
from kiosk.services.till.returning import Returning
from kiosk.services.till.shifts import Shifts
from kiosk.settings import Settings, StoreSection
from kiosk.store.engine import open_journal, open_readonly
from kiosk.store.schema import migrate
from kiosk.witness import Witness

log = structlog.get_logger()

CATALOGUE_FILE = "catalogue.db"
TAIL_RECORDS = 1000  # proved before the first sale; the rest is proved while selling


class Counter:
    """Everything a tap needs. Made by `open_counter`."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        catalogue: Catalogue,
        clock: Clock,
        asking: Asking,
        witness: Witness | None,
    ) -> None:
        self.journal = journal
        self.catalogue = catalogue
        self.clock = clock
        self._witness = witness
        # Everything but a sale reads here, for the journal's own connection locks the file for writing.
        self.reader = open_readonly(settings.store.folder / JOURNAL_FILE)
        self.canteen = Canteen(journal, catalogue, clock, settings.kiosk.site, asking)
        self.away = Away(journal, clock, self.canteen)
        self.volunteers = Volunteers(journal, catalogue, clock, settings.kiosk.site)
        self.statements = Statements(journal, catalogue, settings.kiosk.site, self.reader)
        self.extras = Extras(journal, catalogue, clock, settings.kiosk.site)
        self.till = Till(journal, catalogue, clock, settings.kiosk.site, SOLD)
        self.shifts = Shifts(journal, clock, settings.kiosk.site, self.reader)
        self.returning = Returning(journal, catalogue, clock, self.reader)
        self.cards = Cards(journal, catalogue, clock, self.reader)
        self.corrections = Corrections(journal, catalogue, clock, settings.kiosk.site)
        self.orders = Orders(
            journal,
            catalogue,
            clock,
            settings.kiosk.site,
            self.site,
            self.reader,
            self.canteen.had_ms,
            partial(label_key, settings.store.folder),
        )
        self.identifier = Identifier(self.cards)
        self.copies = Copies(journal, self.identifier, settings.kiosk.site)
        self.damage: JournalDamaged | None = None
        self._site_name = settings.kiosk.site
        self._folder = settings.store.folder
        self._closing = threading.Event()
        self._prover = threading.Thread(target=self._prove, name="prover", daemon=True)

    def start(self) -> None:
        self._prover.start()

    def close(self) -> None:
        self._closing.set()
        if self._prover.is_alive():
            self._prover.join(timeout=5)
        self.journal.close()
        if self._witness is not None:
            self._witness.close()
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

    def reason_to_leave(self) -> str:
        """Why another journal is to be begun; empty while this one is good. Never asked in a tap."""
        if self.damage is not None or self.journal.broken:
            return DAMAGED
        return renewal.objection(self.catalogue, self.journal.key.journal_id)

    def leave(self, reason: str) -> None:
        """Write no more here, and begin another journal for the counter that is opened next.

        Raises `JournalUnwritable`. A file that the database itself gave up is put aside.
        """
        journal_id, at_ms = self.journal.key.journal_id, self.clock.now().wall_ms
        acked_seq = self.catalogue.contact(journal_id).acked_seq
        self.close()
        if self.journal.broken:
            renewal.leave_file(self._folder, journal_id, acked_seq, at_ms)
        else:
            renewal.leave(self._folder, journal_id, self.journal.head, reason, at_ms)

    def notice(self, at: Moment) -> str:
        """What the staff should know, though selling goes on; see `renewal`."""
        return renewal.notice(self._folder, at.wall_ms)

    def recover_some(self) -> None:
        """Enter here what the office could not take from the journals before. Never in a tap."""
        try:
            renewal.recover_some(self.journal, self.catalogue, self.clock.now())
        except (JournalDamaged, JournalUnwritable) as error:
            log.error("not_recovered", **error.figures)  # at the next look again

    def site(self) -> Site:
        site = self.catalogue.site(self._site_name)
        if site is None:
            raise NoCatalogue
        return site

    def in_touch(self) -> bool:
        """Whether the office was heard just now."""
        contact = self.catalogue.contact(self.journal.key.journal_id)
        return contact.is_fresh(self.clock.now().wall_ms)

    def today(self) -> date:
        """The site's calendar day now. Raises like `day_of`."""
        return self.day_of(self.clock.now())

    def day_of(self, at: Moment) -> date:
        """The site's calendar day. Raises what keeps this counter from selling, before anything is asked."""
        site = self.site()
        if at.quality < ClockQuality.KEPT:
            raise ClockUncertain
        return local_time(at.wall_ms, site.time_zone).date()

    def _prove(self) -> None:
        """Recompute the whole journal beside the selling."""
        try:
            with self.reader.connect() as connection:
                self.damage = _damage(_prove(connection, self.journal.key, None, self._pause))
        except _Closing:
            return
        except sa.exc.OperationalError as error:
            log.error("proof_interrupted", reason=str(error.orig))
        except sa.exc.DatabaseError as error:
            self.journal.broken = True
            log.error("journal_damaged", reason=str(error.orig))
        if self.damage is not None:
            log.error("journal_damaged", **self.damage.figures)

    def _pause(self, _seq: int) -> None:
        """Leave the processor to the taps; and end in mid-proof when the kiosk stops."""
        if self._closing.wait(0.01):
            raise _Closing


class _Closing(Exception):
    pass


def open_counter(
    settings: Settings,
    time_source: TimeSource,
    asking: Asking | None = None,
    operator: Callable[[], str] = lambda: "",
) -> Counter:
    """Open the files and write that the kiosk started. `asking` is the way to the office, if there is one.

    Raises `NotEnrolled`, `UnknownSchema`, `JournalDamaged` or `JournalUnwritable`; nothing stays open then.
    """
    folder = settings.store.folder
    identity = read_identity(folder)
    catalogue = Catalogue(folder / CATALOGUE_FILE)
    try:
        return _open(settings, identity, catalogue, time_source, asking or NobodyToAsk(), operator)
    except JournalDamaged:  # not its content but the file: nothing more can be written to it
        journal_id = identity.journal.journal_id
        acked_seq = catalogue.contact(journal_id).acked_seq
        renewal.leave_file(folder, journal_id, acked_seq, time_source.wall_ms())
        return _open(
            settings, read_identity(folder), catalogue, time_source, asking or NobodyToAsk(), operator
        )


def _nobody(_key: JournalKey, _head: Head) -> None:
    """There is no witness."""


def _open(
    settings: Settings,
    identity: Identity,
    catalogue: Catalogue,
    source: TimeSource,
    asking: Asking,
    operator: Callable[[], str],
) -> Counter:
    engine = open_journal(settings.store.folder / JOURNAL_FILE)
    with ExitStack() as undone:
        undone.callback(engine.dispose)
        try:
            migrate(engine)
            identity = _sound(settings.store, engine, identity, catalogue, source)
            told = Witness(settings.store.witness) if settings.store.witness else None
            undone.callback(told.close if told else lambda: None)
            journal = Journal(engine, identity.journal, PROJECTIONS, told.tell if told else _nobody, operator)
            clock = _begin(settings, journal, source)
        except sa.exc.OperationalError as error:
            raise JournalUnwritable(reason=str(error.orig)) from error
        except sa.exc.DatabaseError as error:
            raise JournalDamaged(reason=str(error.orig)) from error
        undone.pop_all()
    return Counter(settings, journal, catalogue, clock, asking, told)


def _sound(
    store: StoreSection, engine: sa.Engine, identity: Identity, catalogue: Catalogue, source: TimeSource
) -> Identity:
    """The journal to write: a new one if there is something against the current one."""
    key = identity.journal
    with engine.connect() as connection:
        proof = _prove(connection, key, TAIL_RECORDS, lambda seq: None)
        with connection.begin():
            head = dict(heads_in(connection, key.region_id)).get(key.journal_id)
            said = _witness_says(connection, store, key, head.seq if head else 0)
    damage = _damage(proof)
    if damage is not None:
        log.error("journal_damaged", **damage.figures)
        held = Head(proof.head_seq, proof.head_hash, 0, 0)
        return renewal.leave(store.folder, key.journal_id, held, DAMAGED, source.wall_ms())
    reason = said or renewal.objection(catalogue, key.journal_id)
    if not reason or head is None:
        return identity
    return renewal.leave(store.folder, key.journal_id, head, reason, source.wall_ms())


def _witness_says(connection: sa.Connection, store: StoreSection, key: JournalKey, head_seq: int) -> str:
    if store.witness is None:
        return ""
    known = {each.journal_id for each in predecessors(store.folder)}
    word = witness.read(store.witness)
    return witness.judge(word, key, known, head_seq, lambda seq: hash_at(connection, key, seq))


def _begin(settings: Settings, journal: Journal, source: TimeSource) -> Clock:
    boot = boot_number(journal, source.boot_id)
    before = renewal.before_first(settings.store.folder, journal)
    memory = remember(journal, boot, source.monotonic_ms(), before.journal_id if before else None)
    clock = Clock(boot, memory, source)
    note_start(
        journal,
        name=settings.kiosk.name,
        site=settings.kiosk.site,
        boot_id=source.boot_id,
        version=version("neighbourhood-card"),
        at=clock.now(),
        before=before,
    )
    renewal.salvage_files(settings.store.folder, journal, clock.now())
    return clock


def _prove(
    connection: sa.Connection, key: JournalKey, last: int | None, progress: Callable[[int], None]
) -> Proof:
    with connection.begin():
        return verify_journal(connection, key, last=last, progress=progress)


def _damage(proof: Proof) -> JournalDamaged | None:
    if proof.holds:
        return None
    first = proof.findings[0]
    return JournalDamaged(seq=first.seq, finding=first.code, reason=first.detail)
