"""The tap loop: what devices saw comes in, an outcome goes out to the screens. One tap at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import msgspec
import structlog

from drivers.contracts import (
    Authentication,
    CardTap,
    CardWritten,
    CodeScan,
    Content,
    DeviceEvent,
    DeviceState,
    ReadFailure,
    Trouble,
)
from kiosk.board import ANSWER_S, SLOWNESS, Badge, Board
from kiosk.clock import unix_ms
from kiosk.counter import Counter
from kiosk.duty import Duty
from kiosk.ledger.errors import JournalClosed
from kiosk.ledger.records import Moment
from kiosk.outcomes import Outcome, Person, Tone, person_of, refused
from kiosk.people.cards import CardLevel, nfc_token
from kiosk.people.chips import why_no_card
from kiosk.people.errors import (
    PAST_USE,
    CardCopied,
    CardForeign,
    CardUnknown,
    CardUnreadable,
    CodeMangled,
    OneOfTwo,
    ResidentClosed,
    TwoCards,
)
from kiosk.people.identify import Chip, Identified, Identifier
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.people.staff import Staff
from kiosk.refusals import Refusal
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import NothingToPay
from kiosk.services.canteen.statements import Statements
from kiosk.services.cards.actions import GIVING, Cards
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.labels import is_label

BOUNCE_MS = 1500  # a card that slips on the reader is one tap, not two
SAME_MOMENT_MS = 2000  # a second card that is noticed so soon lay there from the beginning

UNREAD: dict[Trouble, type[Refusal]] = {
    Trouble.LIFTED: CardUnreadable,
    Trouble.UNREADABLE: CardUnreadable,
    Trouble.NOISE: CodeMangled,
    Trouble.TWO_CARDS: TwoCards,
    Trouble.FOREIGN: CardForeign,
}
# As a badge such a card does not even choose the name.
NO_LONGER_GOOD = (*PAST_USE, ResidentClosed)

LEVELS = {Content.RECORD: CardLevel.SIGNED, Content.KEYS: CardLevel.AUTHENTICATED}

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(slots=True)
class _Last:
    """The last thing laid down or held up, and its answer, which is on the screen until `shown_until_ms`."""

    what: bytes | str = b""
    monotonic_ms: int = -BOUNCE_MS
    shown_until_ms: float = 0.0
    outcome: Outcome | None = None


class TapLoop:
    """Answers device events in the order they came.

    `counter` gives the counter, or raises the refusal that keeps there from being one.
    """

    def __init__(
        self,
        counter: Callable[[], Counter],
        board: Board,
        on_device: Callable[[DeviceState], None],
        duty: Duty,
    ) -> None:
        self.events: queue.Queue[DeviceEvent | None] = queue.Queue()
        self._counter = counter
        self._board = board
        self._on_device = on_device
        self._duty = duty
        self._last = _Last()
        self._thread = threading.Thread(target=self._run, name="taps", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer what was laid down before, then end."""
        self.events.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while (event := self.events.get()) is not None:
            self.handle(event)

    def handle(self, event: DeviceEvent) -> None:
        """Answer one event; nothing that a device sends ends the loop."""
        if isinstance(event, DeviceState):
            self._on_device(event)
            return
        if isinstance(event, CardWritten):
            self._note_written(event)
            return
        self._duty.touch()
        if isinstance(event, CardTap) and (wearer := self._duty.wearer(nfc_token(event.uid))):
            self._lay_down_badge(wearer, event)
            return  # nobody was served
        what = _identity_of(event)
        now_ms = event.monotonic_ms
        if self._is_on_the_screen(what, now_ms):
            self._repeat(now_ms)
            return
        outcome = self._outcome(event)
        self._last = _Last(what, now_ms, now_ms + ANSWER_S * 1000, outcome)
        self._board.show(outcome)

    def _lay_down_badge(self, wearer: Staff, event: CardTap) -> None:
        """One that proves itself as a card must signs in; any other chooses the name, and the PIN follows."""
        refusal = ""
        try:
            who = self._once_more(lambda counter: _look_at(counter, event))
            if who.level > CardLevel.UID:
                self._duty.sign_in_by_badge(wearer)
        except Refusal as refused_with:
            refusal = refused_with.code if isinstance(refused_with, NO_LONGER_GOOD) else ""
        except Exception:
            log.exception("badge_failed")
        self._board.show_badge(Badge(wearer.id, refusal))

    def _note_written(self, event: CardWritten) -> None:
        """Written down; shown only to staff who wait for it, for it may well be after the meal was paid."""
        newest = self._newest()
        try:
            outcome = self._once_more(
                lambda counter: counter[Cards].wrote(nfc_token(event.uid), LEVELS[event.content])
            )
        except Refusal as refusal:
            log.error("card_written_unnoted", code=refusal.code, **refusal.figures)  # at the next tap again
            return
        except Exception:
            log.exception("card_written_unnoted")
            return
        if newest is not None and newest.code in GIVING and newest.person == outcome.person:
            self._board.show(outcome)

    def _newest(self) -> Outcome | None:
        return next(iter(self._board.recent), None)

    def _repeat(self, now_ms: int) -> None:
        """A slip changes nothing. Who lays the card down again wants to hear once more what it came to."""
        last = self._last
        slowly = now_ms - last.monotonic_ms >= BOUNCE_MS
        last.monotonic_ms = now_ms
        last.shown_until_ms = now_ms + ANSWER_S * 1000 * (SLOWNESS if slowly else 1)
        self._board.repeat(slowly=slowly)

    def _is_on_the_screen(self, what: bytes | str, now_ms: int) -> bool:
        """Whether the answer to this very card or code is still shown."""
        last = self._last
        if not what or what != last.what or last.outcome is None or last.outcome.again_helps:
            return False
        if self._newest() is not last.outcome:
            return False  # staff did something meanwhile, perhaps for this very card
        return now_ms < last.shown_until_ms

    def _outcome(self, event: CardTap | CodeScan | ReadFailure) -> Outcome:
        try:
            return self._once_more(lambda counter: _answer(counter, event, self._newest()))
        except Refusal as refusal:
            return _refuse(refusal, unix_ms(), None)
        except Exception:
            # A defect of ours must not leave forty people without an answer: nothing was committed.
            log.exception("tap_failed")
            return Outcome(tone=Tone.STOP, code="internal_error", at_ms=unix_ms(), again_helps=True)

    def _once_more(self, act: Callable[[Counter], T]) -> T:
        """If the journal gave way to another one under this very tap."""
        try:
            return act(self._counter())
        except JournalClosed:
            return act(self._counter())


def _look_at(counter: Counter, event: CardTap) -> Identified:
    """A badge, which is a card like any other: the office hears of a copy."""
    at = counter.clock.now()
    day = counter.day_of(at)
    try:
        return _identify(counter.identifier, event, day, at)
    except CardCopied as refusal:
        counter.copies.note(refusal, event.uid, day, at)
        raise


def _answer(counter: Counter, event: CardTap | CodeScan | ReadFailure, newest: Outcome | None) -> Outcome:
    at = counter.clock.now()
    day = counter.day_of(at)
    resident: Resident | None = None
    if newest is not None and _is_one_of_two(event, newest, at):
        return refused(OneOfTwo(), at.wall_ms, newest.person)
    try:
        if isinstance(event, CodeScan) and is_label(event.text):
            label = counter[Orders].read_label(event.text)
            resident = counter.catalogue.resident(label.resident_id)
            return counter[Canteen].deliver(label.resident_id, label.day, label.meal, label.request_id)
        who = _identify(counter.identifier, event, day, at)
        resident = who.resident
        if isinstance(event, CardTap) and (again := counter[Cards].laid_down_again(who.card.token, newest)):
            return again
        return counter[Canteen].answer(who, at)
    except JournalClosed:
        raise
    except Refusal as refusal:
        if resident is None and isinstance(event, CardTap):
            resident = counter.identifier.owner_of_chip(event.uid)
            counter.copies.note(refusal, event.uid, day, at)
            if isinstance(refusal, CardUnknown) and (unfit := why_no_card(event.uid)):
                return _refuse(unfit, at.wall_ms, None)
            if isinstance(refusal, CardUnknown):
                return msgspec.structs.replace(_refuse(refusal, at.wall_ms, None), chip=nfc_token(event.uid))
        if resident is None and isinstance(event, CodeScan):
            resident = counter.identifier.owner_of_code(event.text)
        if resident is not None:  # of a visitor the office may have told more meanwhile
            resident = counter.catalogue.resident(resident.id) or resident
        if resident is not None and resident.status is not ResidentStatus.ACTIVE:
            refusal = ResidentClosed()  # whatever is the matter with the card, another would not help
        outcome = _refuse(refusal, at.wall_ms, person_of(resident, day) if resident else None)
        if resident is not None and isinstance(refusal, NothingToPay):
            return counter[Statements].added_to(outcome, resident, at)
        return outcome


def _is_one_of_two(event: CardTap | CodeScan | ReadFailure, newest: Outcome, at: Moment) -> bool:
    """Whether two cards lie there and one of them has just been paid with."""
    is_crowded = isinstance(event, ReadFailure) and event.trouble is Trouble.TWO_CARDS
    return is_crowded and "own_fen" in newest.figures and at.wall_ms - newest.at_ms < SAME_MOMENT_MS


def _refuse(refusal: Refusal, at_ms: int, person: Person | None) -> Outcome:
    if refusal.is_fault:
        log.error("refused", code=refusal.code, **refusal.figures)
    return refused(refusal, at_ms, person)


def _identify(
    identifier: Identifier, event: CardTap | CodeScan | ReadFailure, day: date, at: Moment
) -> Identified:
    if isinstance(event, CardTap):
        return identifier.chip(chip_of(event), day)
    if isinstance(event, CodeScan):
        return identifier.code(event.text, day, at.wall_ms // 1000)
    raise UNREAD[event.trouble]


def _identity_of(event: CardTap | CodeScan | ReadFailure) -> bytes | str:
    """What tells one card or code from the next; empty where nothing could be read."""
    if isinstance(event, CardTap):
        return event.uid
    return event.text if isinstance(event, CodeScan) else b""


def chip_of(tap: CardTap) -> Chip:
    """What the reader saw, in the words of `people`."""
    return Chip(
        uid=tap.uid,
        signed_record=tap.signed_record,
        challenged=tap.authentication in (Authentication.PASSED, Authentication.FAILED),
        proved=tap.authentication is Authentication.PASSED,
        keyless=tap.authentication is Authentication.NO_KEY,
        counter=tap.counter,
        complete_reads=tap.complete_reads,
        number_only=tap.typed,
    )
