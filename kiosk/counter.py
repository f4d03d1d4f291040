"""The counter: journal, catalogue, clock and services of one site, opened together or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from importlib.metadata import version
from typing import TypeVar

import structlog

from kiosk.catalogue.items import Kind
from kiosk.catalogue.reader import Catalogue
from kiosk.catalogue.values import Site
from kiosk.common.clock import Clock, ClockUncertain, TimeSource, local_time
from kiosk.common.here import Here, Offered, Opened
from kiosk.common.lent import CardsHere
from kiosk.common.returning import Returning
from kiosk.journal import opening, renewal
from kiosk.journal.identity import Identity, read_identity
from kiosk.journal.incarnation import DAMAGED
from kiosk.journal.journal_file import JOURNAL_FILE, check_tables, open_sound
from kiosk.journal.proof import forget, mend, ownerless, prove
from kiosk.journal.witness import Witnesses
from kiosk.ledger.asking import Asking, NobodyToAsk
from kiosk.ledger.audit.faults import UNREADABLE, fault_of
from kiosk.ledger.errors import JournalClosed, JournalDamaged, JournalUnwritable
from kiosk.ledger.holds.left import take_over
from kiosk.ledger.journal import Journal, heads_in
from kiosk.ledger.machine.clock_records import CLOCK, remember
from kiosk.ledger.machine.lifecycle import boot_number, note_start
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.people.copies import Copies
from kiosk.people.identify import Identifier
from kiosk.settings import Settings
from kiosk.store.engine import open_readonly, preparing

log = structlog.get_logger()
T = TypeVar("T")

CATALOGUE_FILE = "catalogue.db"


class Counter:
    """Everything a tap needs. Made by `open_counter`."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        catalogue: Catalogue,
        clock: Clock,
        asking: Asking,
        witnesses: Witnesses,
        offered: Offered,
    ) -> None:
        self.journal = journal
        self.catalogue = catalogue
        self.clock = clock
        self._witnesses = witnesses
        # Everything but a sale reads here, for the journal's own connection locks the file for writing.
        self.reader = open_readonly(settings.store.folder / JOURNAL_FILE)
        self._books = offered.books
        self.opened, self._at_close = Opened(), ExitStack()
        self.here = Here(
            journal,
            catalogue,
            clock,
            settings.kiosk.site,
            self.reader,
            asking,
            settings.store.folder,
            offered.sold,
            self.opened,
            settings,
            self._at_close,
        )
        with preparing(self.reader), ExitStack() as undone:
            undone.callback(self._at_close.close)
            for opens in offered.opens:
                self.opened.add(opens(self.here))
            self.cards = self.opened.get(CardsHere) or CardsHere(catalogue)
            self.identifier = Identifier(self.cards.directory)
            self.copies = Copies(journal, self.identifier, settings.kiosk.site)
            self.returning = Returning(self.here)
            undone.pop_all()
        self.damage: JournalDamaged | None = None
        self._folder = settings.store.folder
        self._closing = threading.Event()
        self._prover = self._new_prover()

    def start(self) -> None:
        self._prover.start()

    def recheck(self) -> None:
        """Prove again after something went wrong that nothing explains. Never in a tap."""
        if not self.journal.doubted or self._prover.is_alive():
            return
        self.journal.doubted = False
        self._prover = self._new_prover()
        self._prover.start()

    def close(self) -> None:
        self._closing.set()
        if self._prover.is_alive():
            self._prover.join(timeout=5)
        self._at_close.close()
        self.journal.close()
        self._witnesses.close()
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
            log.error("clock_not_written", **vars(error))  # at the next look again
        else:
            self.clock.wrote(news)

    def reason_to_leave(self) -> str:
        """Why another journal is to be begun; empty while this one is good. Never asked in a tap."""
        if self.damage is not None or self.journal.broken:
            return DAMAGED
        return renewal.objection(self.catalogue, self.journal.key.journal_id)

    def leave(self, reason: str) -> None:
        """Write no more here, and begin another journal for the counter that is opened next.

        Raises `JournalUnwritable`. Of a file that the database itself gave up, whoever opens it next decides.
        """
        journal_id, at_ms = self.journal.key.journal_id, self.clock.now().wall_ms
        self.close()
        if not self.journal.broken:
            renewal.leave(self._folder, journal_id, self.journal.head, reason, at_ms)

    def notice(self, at: Moment) -> str:
        """What the staff should know, though selling goes on; see `renewal`."""
        return renewal.notice(self._folder, at.wall_ms)

    def recover_some(self) -> None:
        """Enter here what the office could not take from the journals before, and take over what it names of
        theirs that is still held. Never in a tap."""
        try:
            renewal.recover_some(self.journal, self.reader, self.catalogue, self.clock.now())
            take_over(self.journal, self.reader, self.catalogue.items(Kind.HOLD), self.clock.now())
        except (JournalDamaged, JournalUnwritable) as error:
            log.error("not_recovered", **vars(error))  # at the next look again

    def __getitem__(self, kind: type[T]) -> T:
        """The verbs of a service, by their type: `counter[Till].top_up(...)`. For its own screens."""
        return self.opened[kind]

    def site(self) -> Site:
        """Raises `NoCatalogue`."""
        return self.here.site_now()

    def in_touch(self) -> bool:
        """Whether the office was heard just now."""
        return self.clock.in_touch(self.catalogue.heard())

    def today(self) -> date:
        """The site's calendar day now. Raises like `day_of`."""
        return self.day_of(self.clock.now())

    def day_of(self, at: Moment) -> date:
        """The site's calendar day. Raises what keeps this counter from selling, before anything is asked."""
        site = self.site()
        if at.quality < ClockQuality.KEPT:
            raise ClockUncertain
        return local_time(at.wall_ms, site.time_zone).date()

    def _new_prover(self) -> threading.Thread:
        return threading.Thread(target=self._prove, name="prover", daemon=True)

    def _prove(self) -> None:
        """Recompute every journal of the file beside the selling, its end first."""
        try:
            self._prove_journal(self.journal.key, opening.TAIL_RECORDS)
            with self.reader.connect() as connection:
                check_tables(connection, lambda: self._pause(0))
                with connection.begin():
                    heads = heads_in(connection, self.journal.key.region_id)
                    strays = ownerless(connection, self._books)
            for journal_id, _ in heads:
                self._prove_journal(JournalKey(self.journal.key.region_id, journal_id), None)
            for key in strays:
                forget(self.journal, key, self._books)
                self._note_mended(f"rows of journal {key.journal_id.hex()}, which has no record")
        except (_Closing, JournalClosed):
            return
        except JournalUnwritable as fault:
            log.error("proof_interrupted", **vars(fault))
            self.journal.doubted = True
        except UNREADABLE as error:
            self._give_up(fault_of(error, self._folder / JOURNAL_FILE))
        except JournalDamaged as fault:
            self._give_up(fault)
        except Exception as error:  # whatever it was: nobody sells on beside a proof that ended so
            log.exception("proof_failed")
            self._give_up(JournalDamaged(reason=repr(error)))

    def _prove_journal(self, key: JournalKey, last: int | None) -> None:
        with self.reader.connect() as connection, connection.begin():
            proof = prove(connection, key, self._books, last=last, progress=self._pause)
        damage = opening.damage_of(proof)
        if damage is not None:
            log.error("journal_damaged", journal=key.journal_id.hex(), **vars(damage))
            if key == self.journal.key:
                self.damage = damage
        elif not proof.holds:
            mend(self.journal, proof, self._books)
            self._note_mended(proof.mendable)

    def _note_mended(self, what: str) -> None:
        renewal.note_mended(self._folder, what, self.clock.now().wall_ms)

    def _give_up(self, fault: JournalDamaged | JournalUnwritable) -> None:
        log.error(fault.code, **vars(fault))
        if isinstance(fault, JournalDamaged):
            self.journal.broken = True
        else:
            self.journal.doubted = True

    def _pause(self, _seq: int) -> None:
        """Leave the processor to the taps; and end in mid-proof when the kiosk stops."""
        if self._closing.wait(0.01):
            raise _Closing


class _Closing(Exception):
    pass


def open_counter(
    settings: Settings,
    offered: Offered,
    time_source: TimeSource,
    asking: Asking | None = None,
    operator: Callable[[], str] = lambda: "",
    *,
    suspect: bool = False,
) -> Counter:
    """Open the files and write that the kiosk started. `asking` is the way to the office, if there is one.

    A damaged file is put in order first, or a new journal is begun; one that is `suspect` was found damaged.
    Raises `NotEnrolled`, `UnknownSchema`, `JournalDamaged` or `JournalUnwritable`; nothing stays open then.
    """
    folder = settings.store.folder
    catalogue = Catalogue(folder / CATALOGUE_FILE)

    def attempt() -> Counter:
        return _open(
            settings,
            offered,
            read_identity(folder),
            catalogue,
            time_source,
            asking or NobodyToAsk(),
            operator,
        )

    with ExitStack() as undone:
        undone.callback(catalogue.close)
        try:
            if suspect:
                raise JournalDamaged(reason="found while selling")
            counter = attempt()
        except JournalDamaged as damage:
            log.error("journal_file_damaged", **vars(damage))
            opening.put_in_order(
                folder, read_identity(folder), offered.books, catalogue, time_source.wall_ms()
            )
            try:
                counter = attempt()
            except JournalDamaged:  # not its pages but what it says: nothing more can be written to it
                opening.begin_in_new_file(folder, read_identity(folder), catalogue, time_source.wall_ms())
                counter = attempt()
        undone.pop_all()
    return counter


def _open(
    settings: Settings,
    offered: Offered,
    identity: Identity,
    catalogue: Catalogue,
    source: TimeSource,
    asking: Asking,
    operator: Callable[[], str],
) -> Counter:
    store, at_ms = settings.store, source.wall_ms()
    with ExitStack() as undone:
        engine = open_sound(store.folder, offered.books)
        undone.callback(engine.dispose)
        try:
            identity, proof = opening.soundly(store, engine, identity, offered.books, catalogue, at_ms)
            witnesses = Witnesses(store.folder / opening.HEAD_FILE, store.witness)
            undone.callback(witnesses.close)
            journal = Journal(engine, identity.journal, offered.books.projections, witnesses.tell, operator)
            undone.callback(journal.close)
            opening.mend_at_start(journal, proof, offered.books, store.folder, at_ms)
            before = renewal.before_first(store.folder, journal)
            boot = boot_number(journal, source.boot_id)
            memory = remember(journal, boot, source.monotonic_ms(), before.journal_id if before else None)
            clock = Clock(boot, memory, source)
            counter = Counter(settings, journal, catalogue, clock, asking, witnesses, offered)
            undone.callback(counter.reader.dispose)
            undone.callback(counter.here.at_close.close)
            note_start(
                journal,
                name=settings.kiosk.name,
                site=settings.kiosk.site,
                boot_id=source.boot_id,
                version=version("neighbourhood-card"),
                at=clock.now(),
                before=before,
            )
            renewal.salvage_files(store.folder, journal, clock.now())
        except UNREADABLE as error:
            raise fault_of(error, store.folder / JOURNAL_FILE) from error
        undone.pop_all()
    return counter
