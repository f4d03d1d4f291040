"""The composition root: from settings and devices to a kiosk that serves.

Nothing else in the kiosk makes its own collaborators, so tests and the simulator can put the same parts
together on other clocks and other disks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog

from drivers.contracts import CardKeys, CardTap, Device, DeviceState, Emit, Personalisation, Relay
from drivers.slip import Slip
from kiosk.common.board import RECENT, Board, Live
from kiosk.common.clock import TimeSource, machine_time
from kiosk.common.outcomes import Outcome
from kiosk.common.sync_process import SyncProcess
from kiosk.common.troubles import NEVER_HEARD, troubles
from kiosk.counter import Counter, open_counter
from kiosk.front.answering import chip_of
from kiosk.front.clock_question import confirm_meal
from kiosk.front.desk import Desk
from kiosk.front.duty import Duty
from kiosk.front.health import Devices, Health
from kiosk.front.printing.automatic import AutomaticReceipts
from kiosk.front.printing.paper import Printing, printer_among
from kiosk.front.printing.receipts import receipt_of
from kiosk.front.retelling import retell
from kiosk.journal.identity import NotEnrolled
from kiosk.ledger.asking import NobodyToAsk
from kiosk.ledger.errors import JournalDamaged, JournalRewriting, JournalUnwritable
from kiosk.people.cards import CardLevel, nfc_token
from kiosk.people.staff import Staff
from kiosk.plain.exchange import Exchange
from kiosk.plain.refusals import Refusal
from kiosk.plain.wedge import CardNumbers
from kiosk.plain.word_beside import WordBeside
from kiosk.services.contract import Service, claims, devices, not_here, offered, said, told
from kiosk.services.listed import SERVICES
from kiosk.settings import Settings
from kiosk.store.files import read_or_make_secret
from kiosk.tap import TapLoop
from kiosk.web import create_web
from kiosk.web.page import clock, wedge
from kiosk.web.panel import finding, signing_in
from kiosk.web.paper import screens as receipts
from kiosk.web.paper.slips import has_receipt, receipt_slip
from kiosk.web.security.headers import LOOPBACK

log = structlog.get_logger()

LOOK_PERIOD_S = 0.5  # how often the screens' header is brought up to date
RENEWAL_PERIOD_S = 10.0  # at most one new journal in this time, whatever the office says
WEB_KEY_FILE, WEB_KEY_BYTES = "web.key", 32
OPENING_S = 5.0  # what takes longer is said on the screens meanwhile
REOPEN_PERIOD_S = 5.0  # how often a counter that could not open is tried again

MakeDevices = Callable[[Settings, CardKeys, Emit], Sequence[Device]]


class Kiosk:
    """One running kiosk: devices, taps, counter and screens.

    Without a counter (not enrolled, journal damaged) the screens still run and say what is wrong.
    """

    def __init__(
        self,
        settings: Settings,
        make_devices: MakeDevices,
        time_source: TimeSource,
        services: Sequence[Service],
    ) -> None:
        self.settings = settings
        self._services = services
        self._time_source = time_source
        self._office = SyncProcess(settings.sync.socket) if settings.sync.socket else None
        self._asking = self._office or NobodyToAsk()
        self._open: Counter | None = None
        self._last_staff: list[Staff] = []
        self._refusal: Refusal = NotEnrolled()
        self._suspect = False  # the file was found damaged while it was open
        self._opening: threading.Thread | None = None
        self._next_try_s = 0.0
        self._next_renewal_s = 0.0
        self._changing = threading.RLock()  # while one journal gives way to another
        self._states = Devices()
        exchange = Exchange(Path(settings.sync.socket)) if settings.sync.socket else None
        self._health = Health(settings.kiosk.site, self._states, settings.store, exchange)
        self.board = Board(self._health.out_of_order(self._refusal))
        self.duty = Duty(
            settings.store.folder,
            self._staff,
            lambda: time_source.monotonic_ms() / 1000,
            settings.staff.lock_after_s,
        )
        numbers = CardNumbers(settings.wedge.card)
        if settings.reader.path:
            self._states.heard(DeviceState("reader", False, NEVER_HEARD, settings.reader.path))
        elif numbers is not CardNumbers.NONE:
            # A reader that types says nothing of itself: it is there if somebody says so in the settings.
            self._states.heard(DeviceState("reader", True, "ready", "wedge"))
        self.taps = TapLoop(self.counter, self.board, self._states.heard, self.duty, claims(services))
        emit = self.taps.events.put
        self._services_devices = devices(services, settings, emit)
        self.devices = [*make_devices(settings, self, emit), *self._services_devices]
        printing = Printing(printer_among(self.devices), self._states.printer_ready)
        self.desk = Desk(self.counter, self.board, self.duty, printing)
        self.web = create_web(
            self.board,
            [
                receipts.blueprint(self.desk),
                finding.blueprint(self.desk),
                signing_in.blueprint(self.desk),
                clock.blueprint(self),
                wedge.blueprint(self.taps.events.put, numbers),
            ],
            services=[(each.name, screens(self.desk)) for each in services for screens in each.screens],
            words=said(services),
            voice_folder=_required(settings.store.voice),
            photos=self._photo,
            # Signs form tokens: kept, so that a page survives a restart of the kiosk.
            secret_key=read_or_make_secret(settings.store.folder / WEB_KEY_FILE, WEB_KEY_BYTES),
            health=self.health,
            duty=self.duty,
            voice=settings.voice,
            language=settings.kiosk.language,
            hosts=(*LOOPBACK, settings.web.host),
        )
        self._receipts = AutomaticReceipts(self.board, self.desk.printing, self._receipt)
        self._word = WordBeside(settings.store.folder)
        self._stopping = threading.Event()
        self._looker = threading.Thread(target=self._look_around, name="health", daemon=True)

    def start(self) -> None:
        self._word.open()
        self.look()
        self.taps.start()
        if self.settings.printer.automatic and self.desk.printing.configured:
            self._receipts.start()
        for device in self.devices:
            device.start()
        self._looker.start()

    def stop(self) -> None:
        """Release the devices first, then answer what was laid down, then close the files."""
        self._stopping.set()
        for device in self.devices:
            device.stop()
        self.taps.stop()
        self._receipts.stop()
        self._looker.join(timeout=5)
        self._word.close()
        if self._open is not None:
            self._open.close()

    @property
    def alive(self) -> bool:
        """Whether taps are being answered; the service manager restarts a kiosk that is not."""
        return self.taps.alive and self._looker.is_alive()

    def counter(self) -> Counter:
        """The open counter, or the refusal that keeps there from being one."""
        with self._changing:
            if self._open is None:
                raise self._refusal
            return self._open

    def look(self) -> None:
        """Open the counter if it is not, and bring the screens' header up to date."""
        self._try_to_open()
        if self._open is not None:
            self._renew(self._open)
        if self._open is not None:
            self._open.recheck()
            self._open.hear_the_office()
            self._open.recover_some()
        self.duty.look()
        standing = (
            self._health.standing(self._open) if self._open else self._health.out_of_order(self._refusal)
        )
        self.board.stand(msgspec.structs.replace(standing, live=self._live(), not_here=self._not_here()))
        self._word.say(self.troubles())
        if self._open is not None and self._open.damage is None:
            self._step(self._open)

    def _step(self, opened: Counter) -> None:
        """One's fault keeps neither the others nor the counter from their work; it is tried again."""
        steps: dict[str, Callable[[], None]] = {"rights": opened.returning.step}
        steps |= {each.name: partial(each.step, opened.opened) for each in self._services}
        for name, step in steps.items():
            try:
                step()
            except Exception:
                log.exception("step_failed", service=name)

    def _live(self) -> dict[str, Live]:
        """What services show of themselves, those that can."""
        found: dict[str, Live] = {}
        if self._open is None:
            return found
        for each in self._services:
            try:
                live = each.live(self._open.opened)
            except Exception:
                log.exception("not_shown", service=each.name)
                continue
            if live is not None:
                found[each.name] = live
        return found

    def _not_here(self) -> tuple[str, ...]:
        """Services that the site has no use for; none of them while it is not known."""
        site = self._open.catalogue.site(self.settings.kiosk.site) if self._open is not None else None
        return not_here(self._services, site) if site is not None else ()

    def health(self) -> tuple[bool, dict[str, Any]]:
        standing = self.board.standing
        ok = self.alive and not standing.trouble
        return ok, {
            "trouble": standing.trouble,
            "troubles": self.troubles(),
            "reader_ready": standing.reader_ready,
            "unsent": standing.unsent,
            "last_contact": standing.last_contact,
            "offline_since_ms": standing.offline_since_ms,
        }

    def troubles(self) -> list[str]:
        """Their codes, the worst first: for `/healthz`, and for `kiosk status` beside it."""
        return [each.code for each in troubles(self.board.standing)]

    def authentication_key(self, uid: bytes) -> bytes | None:
        """The key ring that card drivers ask: this kiosk's own residents' card keys."""
        found = self._open.catalogue.card_key(nfc_token(uid)) if self._open else None
        return found.key if found else None

    def suffices(self, tap: CardTap) -> bool:
        """Whether a card that lies on the reader was read well enough to be answered."""
        return self._open.identifier.suffices(chip_of(tap)) if self._open else True

    def relay(self, uid: bytes) -> Relay | None:
        """The office, for a card that was issued with a key which only its home holds."""
        card = self._open.cards.directory.card(nfc_token(uid)) if self._open else None
        if self._office is None or card is None or card.level is not CardLevel.AUTHENTICATED:
            return None
        return self._office.relay(card.token)

    def personalisation(self, uid: bytes) -> Personalisation | None:
        """What the office wants on a card of its own, for the driver that can put it there."""
        wanted = self._open.cards.personalisation(nfc_token(uid)) if self._open else None
        return Personalisation(wanted.record, wanted.master_key, wanted.kiosk_key) if wanted else None

    def confirm_meal(self, day: date, meal: str, request_id: str) -> None:
        """Staff say which meal it is, when the clock cannot. Raises a `Refusal`."""
        confirm_meal(self.counter(), day, meal, request_id)
        self.look()

    def _receipt(self, outcome: Outcome) -> Slip | None:
        """Raises a `Refusal`."""
        with self.web.app_context():
            return receipt_slip(receipt_of(self.counter(), outcome)) if has_receipt(outcome) else None

    def _staff(self) -> list[Staff]:
        """Those who work here; while the catalogue cannot be read, those who did when it could."""
        opened, site = self._open, self.settings.kiosk.site
        if opened is not None and opened.catalogue.site(site) is not None:
            self._last_staff = opened.catalogue.staff(site)
        return self._last_staff

    def _photo(self, resident_id: int) -> bytes | None:
        opened = self._open
        return opened.catalogue.photo(resident_id) if opened is not None else None

    def _renew(self, counter: Counter) -> None:
        """Go on in another journal where this one cannot be gone on with. Taps wait the moment it takes."""
        reason = counter.reason_to_leave()
        if not reason or time.monotonic() < self._next_renewal_s:
            return
        self._next_renewal_s = time.monotonic() + RENEWAL_PERIOD_S
        with self._changing:
            self._open, self._suspect = None, counter.journal.broken
            try:
                counter.leave(reason)
            except JournalUnwritable as refusal:
                self._refusal = refusal
                return
            self._next_try_s = 0.0
            self._try_to_open()

    def _try_to_open(self) -> None:
        """Open the counter, if it is not. A file that takes long to put in order is waited for elsewhere."""
        if self._open is None and self._opening is None and time.monotonic() >= self._next_try_s:
            self._next_try_s = time.monotonic() + REOPEN_PERIOD_S
            opening = threading.Thread(target=self._open_counter, name="opening", daemon=True)
            self._opening = opening
            opening.start()
            opening.join(OPENING_S)
            if opening.is_alive():
                self._refuse(JournalRewriting())

    def _open_counter(self) -> None:
        try:
            counter = open_counter(
                self.settings,
                offered(self._services, self._services_devices),
                self._time_source,
                self._asking,
                lambda: self.duty.operator,
                suspect=self._suspect,
            )
            counter.start()
            recent: list[Outcome] = []
            with suppress(Refusal):  # nothing to show is no reason not to serve
                recent = retell(counter, told(self._services), RECENT)
            self._open, self._suspect = counter, False
            self.duty.look()  # before there is anybody to show
            self.board.restore(recent)
        except Refusal as refusal:
            self._refuse(refusal)
        except Exception as error:  # whatever it was: the screen says so, and it is tried again
            log.exception("not_opened")
            self._refuse(JournalDamaged(reason=repr(error)))
        finally:
            self._opening = None

    def _refuse(self, refusal: Refusal) -> None:
        if refusal.code != self._refusal.code:
            log.error("no_counter", code=refusal.code, **vars(refusal))
        self._refusal = refusal

    def _look_around(self) -> None:
        while not self._stopping.wait(LOOK_PERIOD_S):
            try:
                self.look()
            except Exception:
                # The header may be late; taps go on, and the next look may do better.
                log.exception("look_failed")


def create_app(
    settings: Settings,
    make_devices: MakeDevices,
    time_source: TimeSource | None = None,
    services: Sequence[Service] = SERVICES,
) -> Kiosk:
    """Put a kiosk together; nothing runs before `start`."""
    settings.store.folder.mkdir(parents=True, exist_ok=True)
    time_source = time_source or machine_time(settings.kiosk.battery_clock)
    return Kiosk(settings, make_devices, time_source, services)


def _required(folder: Path | None) -> Path:
    assert folder is not None, "settings.load fills in the folders"
    return folder
