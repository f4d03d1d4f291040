"""The verbs of charging: choose, start, stop, clear; and what boxes say.

Nothing is asked of a box before it is in the journal. A repeated request gets the first answer. What a start
comes to is said later, when current flows or does not. Any thread may call; one lock keeps them apart, and it
is taken before the journal's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Alarm, AlarmKind, CardAtBox, Ended, OutletBox, Refused, Sample, SocketId
from drivers.outlets.reasons import StopReason
from kiosk.common.here import Here
from kiosk.common.lent import CardsHere
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.identify import Chip, Identified, Identifier, active_resident
from kiosk.people.residents import Resident
from kiosk.services.charging.errors import (
    AlarmStillOn,
    ChooseSocket,
    NothingRuns,
    NothingToClear,
    NotYours,
    SocketTaken,
)
from kiosk.services.charging.items import ChargingSite, ChargingTariff, RemoteOrder
from kiosk.services.charging.machine.session import Session, State, Stop
from kiosk.services.charging.records import (
    Means,
    decode_begun,
)
from kiosk.services.charging.results import Running, Stopping
from kiosk.services.charging.running.alarms import place_of
from kiosk.services.charging.running.beginning import Asked, Beginning
from kiosk.services.charging.running.begun import Begun
from kiosk.services.charging.running.remote import RemoteOrders
from kiosk.services.charging.running.sockets import Sockets, SocketView, id_of
from kiosk.services.charging.running.telling import Telling
from kiosk.services.charging.running.terms import Terms

__all__ = ["NOBODY", "Charging", "Means", "SocketView", "State"]

CHOSEN_FOR_MS = 30_000
STOP_WITHIN_MS = 10_000
SLIP_MS = 1_500  # a card that slips on the reader has not been laid down twice
ANSWERED_FOR_MS = 60_000  # so long somebody may still stand there whom it answers
STRAYS_EVERY_MS = 60_000
NOBODY = 0  # who is no resident: staff, or the office


@dataclass(frozen=True, slots=True)
class _Chosen:
    label: str
    cap_fen: int | None
    until_ms: int


class Charging:
    """The sockets of one site, and who charges there."""

    def __init__(self, here: Here, boxes: Iterable[OutletBox]) -> None:
        self._here = here
        self._lock = threading.RLock()
        self._chosen: _Chosen | None = None
        self._offered_stop: dict[int, tuple[str, int]] = {}  # to whom: of which session, and when
        self._asked_ms: dict[str, int] = {}  # when somebody at the kiosk did something about a session
        self._said: list[Chained] = []
        self._strays_ms = 0
        self._terms, self._telling = Terms(here), Telling(here)
        self._sockets = Sockets(here, boxes, self._said.append)
        self._remote = RemoteOrders(here, self._sockets.boxes, self._start_from_afar, self._stop_from_afar)
        self._sessions, self._alarms = self._sockets.sessions, self._sockets.alarms
        self._beginning = Beginning(here, self._sockets, self._terms)
        self._telling.site = self._sockets.site

    # What may be known of the sockets.

    def sockets(self) -> list[SocketView]:
        """Of the site, in the office's order. Any thread."""
        with self._lock:
            places = self._sockets.site.sockets if self._sockets.site is not None else ()
            return [self._sockets.view(each) for each in places]

    def socket(self, label: str) -> SocketView:
        """Raises `NoSuchSocket`."""
        with self._lock:
            return self._sockets.view(self._sockets.place(label))

    def tariff_for(self, resident: Resident | None, socket: SocketId, at: Moment) -> ChargingTariff:
        """What a session would cost there. Raises `NoChargingTariff`."""
        return self._terms.tariff(resident, at, is_metered=self._sockets.is_metered(socket))

    def label(self, box: str, number: int) -> str:
        """What stands on a socket."""
        return self._telling.label(box, number)

    @property
    def site(self) -> ChargingSite | None:
        """As the office describes it, if it has."""
        return self._sockets.site

    def alarms(self) -> list[tuple[str, int, AlarmKind]]:
        """What latched and was not cleared: box, socket or 0 for all of it, and kind."""
        with self._lock:
            return [(each.box, each.socket, each.kind) for each in self._alarms.open]

    # What people do.

    def choose(self, label: str, cap_fen: int | None = None) -> None:
        """The next card that is tapped starts it. Raises `NoSuchSocket`."""
        with self._lock:
            self._sockets.place(label)
            self._chosen = _Chosen(label, cap_fen, self._here.clock.now().monotonic_ms + CHOSEN_FOR_MS)

    @property
    def chosen(self) -> tuple[str, int | None] | None:
        """What the next card starts, and for how much at most (None: as usual); None once it is too late."""
        chosen = self._still_chosen(self._here.clock.now())
        return (chosen.label, chosen.cap_fen) if chosen is not None else None

    def awaited(self, who: Identified) -> Outcome | None:
        """A card that the screen waits for: it starts what was chosen, or stops what it was asked of."""
        with self._lock:
            at = self._here.clock.now()
            chosen, self._chosen = self._still_chosen(at), None
            if chosen is not None:
                session = self._sessions.at(id_of(self._sockets.place(chosen.label)))
                if session is None:
                    return self.start(
                        who.resident, chosen.label, means=Means.CARD, at=at, cap_fen=chosen.cap_fen
                    )
                if self._is_of(session, who.resident.id):
                    return self._offer_stop(session, who.resident.id, at)
                raise SocketTaken(label=chosen.label)
            order, since_ms = self._offered_stop.get(who.resident.id, ("", 0))
            if (
                SLIP_MS <= at.monotonic_ms - since_ms <= STOP_WITHIN_MS
                and self._sessions.of(order) is not None
            ):
                del self._offered_stop[who.resident.id]
                return self.stop(order, by=who.resident.id, at=at)
            return None

    def answer(self, who: Identified, at: Moment) -> Outcome:
        """A tap with nothing chosen. Raises `ChooseSocket`."""
        with self._lock:
            own = [each for each in self._sessions if self._is_of(each, who.resident.id)]
            if not own:
                raise ChooseSocket
            return self._offer_stop(max(own, key=lambda each: each.began_ms), who.resident.id, at)

    def start(
        self,
        payer: Resident,
        label: str,
        *,
        means: Means,
        at: Moment,
        cap_fen: int | None = None,
        started_by: int | None = None,
        nonce: bytes = b"",
        request_id: str | None = None,
        order: str = "",
    ) -> Outcome:
        """Hold the money, write how it began, and only then ask the box. Raises a `Refusal`.

        The answer says that it is being started; that current flows, or why it does not, comes later.
        """
        with self._lock:
            asked = Asked(payer, label, means, at, cap_fen, started_by or payer.id, nonce, request_id, order)
            with self._here.journal.writing() as writing:
                chained = (
                    writing.once(request_id, lambda: self._beginning.begin(writing, asked))
                    if request_id
                    else self._beginning.begin(writing, asked)
                )
                outcome = self._telling.told(writing, chained)
            if writing.is_new(chained):
                self._take(chained, at)
            assert outcome is not None, "how a session began is told"
            return outcome

    def stop(self, label_or_order: str, *, by: int, at: Moment) -> Outcome:
        """By whoever pays or started it; `NOBODY`: staff, or the office. Raises a `Refusal`.

        That it is off and at zero, and what it came to, is said later.
        """
        with self._lock:
            session = self._found(label_or_order)
            label = self._telling.label(session.box, session.socket)
            if by != NOBODY and not self._is_of(session, by):
                raise NotYours(label=label)
            self._asked_ms[session.order] = at.monotonic_ms
            self._sessions.happen(session.order, Stop(StopReason.STOPPED), at)
            return self._being_stopped(label, at)

    def clear(self, box: str, number: int, *, operator: str, note: str = "") -> Outcome:
        """A technician looked, and current may flow there again; `number` 0: the whole box.

        The journal names the operator who is signed in. Raises `AlarmStillOn` or `NothingToClear`.
        """
        with self._lock:
            label, now = self._telling.label(box, number), self._here.clock.now()
            if self._alarms.is_on(box, number):
                raise AlarmStillOn(label=label)
            records = self._alarms.clear(box, number, f"{operator}: {note}" if note else operator, now)
            if not records:
                raise NothingToClear(label=label)
            cleared = self._tell(records[-1])
            assert cleared is not None, "what was cleared is told"
            return cleared

    # What devices say, and what time brings.

    def heard(self, event: DeviceEvent) -> Outcome | None:
        """What a box says. Gives what the screens should show of it."""
        with self._lock:
            now = self._here.clock.now()
            self._said.clear()
            match event:
                case Sample():
                    self._sockets.see(event, now)
                case Refused():
                    self._sessions.happen(event.order, event, now)
                case Ended():
                    self._sessions.ended_by_box(event, now)
                case Alarm():
                    self._sockets.hear_once(place_of(event), event.is_on, now)
                case CardAtBox(socket=SocketId() as socket):
                    return self._tapped_at_box(event, socket, now)
            return self._tell(self._said[-1]) if self._said else None

    def step(self) -> None:
        """Keep on what runs, carry out what phones ask for, try again what could not be written."""
        with self._lock:
            now = self._here.clock.now()
            self._sockets.look_at_site()
            self._telling.site = self._sockets.site
            self._alarms.write(now)
            self._sessions.step(now)
            self._sockets.watch_boxes(now)
            self._remote.step(now)
            if now.monotonic_ms - self._strays_ms >= STRAYS_EVERY_MS:
                self._strays_ms = now.monotonic_ms
                self._sessions.settle_strays(now)

    def told(self, writing: Writing, chained: Chained) -> Outcome | None:
        """The answer that a record was."""
        return self._telling.told(writing, chained)

    # How it is done.

    def _take(self, chained: Chained, at: Moment) -> None:
        """The session is durable: now its box is asked."""
        body = decode_begun(chained.record.body)
        found = Begun(body, self._here.journal.key.journal_id, chained.record.seq, chained.record)
        self._asked_ms[body.order] = at.monotonic_ms
        self._sockets.begins(SocketId(body.box, body.socket))
        self._sessions.take(found, at)

    def _found(self, label_or_order: str) -> Session:
        """Raises `NothingRuns`, or `NoSuchSocket`."""
        session = self._sessions.of(label_or_order)
        if session is None:
            session = self._sessions.at(id_of(self._sockets.place(label_or_order)))
        if session is None:
            raise NothingRuns
        return session

    def _is_of(self, session: Session, resident_id: int) -> bool:
        found = self._sessions.begun(session.order)
        return found is not None and resident_id in (found.body.resident_id, found.body.started_by)

    def _still_chosen(self, now: Moment) -> _Chosen | None:
        chosen = self._chosen
        return chosen if chosen is not None and now.monotonic_ms <= chosen.until_ms else None

    def _offer_stop(self, session: Session, resident_id: int, at: Moment) -> Outcome:
        """What it costs so far; the same card once more stops it."""
        self._offered_stop[resident_id] = (session.order, at.monotonic_ms)
        running = Running(
            label=self._telling.label(session.box, session.socket),
            minutes=session.charged_s // 60,
            cost_fen=session.price.due_fen,
            power_w=session.power_dw // 10 if session.power_dw is not None else None,
            stop_within_s=STOP_WITHIN_MS // 1000,
        )
        return Outcome(
            tone=Tone.TOLD,
            code="charging_running",
            at_ms=at.wall_ms,
            result=running,
            person=self._telling.person(resident_id, at.wall_ms),
            again_helps=True,
        )

    def _being_stopped(self, label: str, at: Moment) -> Outcome:
        return Outcome(
            tone=Tone.TOLD, code="charging_stopping", at_ms=at.wall_ms, result=Stopping(label=label)
        )

    def _tapped_at_box(self, event: CardAtBox, socket: SocketId, now: Moment) -> Outcome | None:
        """A card laid on the box's own reader, which knows its number alone: it starts this very socket."""
        cards = self._here.opened.get(CardsHere) or CardsHere(self._here.catalogue)
        chip = Chip(event.uid, number_only=True)
        who = Identifier(cards.directory).chip(chip, self._here.local(now.wall_ms).date())
        label = self._telling.label(socket.box, socket.number)
        session = self._sessions.at(socket)
        if session is not None and self._is_of(session, who.resident.id):
            return self.stop(session.order, by=who.resident.id, at=now)
        return self.start(who.resident, label, means=Means.CARD, at=now)

    def _start_from_afar(self, order: RemoteOrder, now: Moment) -> None:
        payer = active_resident(self._here.catalogue, order.resident_id)
        label = self._telling.label(order.box, order.socket)
        self.start(payer, label, means=Means.PHONE, at=now, cap_fen=order.cap_fen or None, order=order.order)

    def _stop_from_afar(self, order: RemoteOrder, now: Moment) -> None:
        session = self._found(order.order)
        if order.resident_id == NOBODY:
            self._sessions.happen(session.order, Stop(StopReason.STOPPED_BY_OFFICE), now)
        else:
            self.stop(session.order, by=order.resident_id, at=now)

    def _tell(self, chained: Chained) -> Outcome | None:
        """`by_itself` unless somebody at the kiosk did something about the session just now."""
        at_ms = self._here.clock.now().monotonic_ms
        self._asked_ms = {
            order: since_ms
            for order, since_ms in self._asked_ms.items()
            if at_ms - since_ms <= ANSWERED_FOR_MS
        }
        by_itself = self._telling.order_of(chained) not in self._asked_ms
        with self._here.journal.writing() as writing:
            return self._telling.told(writing, chained, by_itself=by_itself)
