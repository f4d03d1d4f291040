"""The verbs of charging: choose, start, stop, clear; and what boxes say.

Nothing is asked of a box before it is in the journal. A repeated request gets the first answer. What a start
comes to is said later, when current flows or does not. Any thread may call; one lock keeps them apart, and it
is taken before the journal's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Alarm, AlarmKind, CardAtBox, Ended, OutletBox, Refused, Sample, SocketId
from drivers.outlets.reasons import StopReason
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.errors import JournalClosed
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.identify import Identified, active_resident
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.errors import (
    AlarmStillOn,
    ChooseSocket,
    NothingRuns,
    NothingToClear,
    NotYours,
)
from kiosk.services.charging.items import ChargingSite, ChargingTariff, RemoteOrder
from kiosk.services.charging.machine.session import Session, State, Stop
from kiosk.services.charging.records import Means
from kiosk.services.charging.results import Stopping
from kiosk.services.charging.running.alarms import place_of
from kiosk.services.charging.running.at_box import BoxReader
from kiosk.services.charging.running.beginning import Asked, Beginning
from kiosk.services.charging.running.remote import RemoteOrders
from kiosk.services.charging.running.sockets import Sockets, SocketView, id_of
from kiosk.services.charging.running.tapping import Chosen, Taps
from kiosk.services.charging.running.telling import Telling
from kiosk.services.charging.running.terms import Lent, Terms, wanted_fen

__all__ = ["NOBODY", "Charging", "Means", "SocketView", "State"]

STRAYS_EVERY_MS = 60_000
NOBODY = 0  # who is no resident: staff, or the office


class Charging:
    """The sockets of one site, and who charges there."""

    def __init__(self, here: Here, boxes: Iterable[OutletBox]) -> None:
        self._here = here
        self._lock = threading.RLock()
        self._said: list[Chained] = []
        self._strays_ms = 0
        self._terms, self._telling = Terms(here), Telling(here)
        self._sockets = Sockets(here, boxes, self._said.append)
        self._remote = RemoteOrders(here, self._sockets.boxes, self._start_from_afar, self._stop_from_afar)
        self._sessions, self._alarms = self._sockets.sessions, self._sockets.alarms
        self._beginning = Beginning(here, self._sockets, self._terms, self._telling)
        self._taps = Taps(here, self._sockets, self._telling, self._beginning.start, self.stop)
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

    def choose(self, label: str, cap_fen: int | None = None, *, by_helper: bool = False) -> None:
        """The next card that is tapped starts it; `by_helper`: the next two, who pays and who helps.

        Raises `NoSuchSocket`.
        """
        with self._lock:
            self._taps.choose(label, cap_fen, by_helper=by_helper)

    def await_payer(
        self, helper: Resident, label: str, *, means: Means, cap_fen: int | None = None, nonce: bytes = b""
    ) -> Outcome:
        """The next card that is tapped pays for what somebody starts who said by `means` who they are.

        Raises why nothing may begin there, or `SomebodyChooses`.
        """
        with self._lock:
            site = self._beginning.check(label, nonce)
            self._taps.await_payer(helper, label, means, cap_fen, nonce)
            held_fen = wanted_fen(cap_fen, site)
            return self._telling.asks_for_payer(label, helper, held_fen, self._here.clock.now())

    @property
    def chosen(self) -> Chosen | None:
        """What the next card starts, and for how much at most (None: as usual); None once it is too late."""
        with self._lock:
            return self._taps.chosen

    def awaited(self, who: Identified) -> Outcome | None:
        """A card that the screen waits for: it starts what was chosen, or stops what it was asked of."""
        with self._lock:
            paying = self._taps.pays(who)
        lent = self._ask(*paying) if paying is not None else None
        with self._lock:
            return self._taps.awaited(who, lent)

    def answer(self, who: Identified, at: Moment) -> Outcome:
        """A tap with nothing chosen. Raises `ChooseSocket`."""
        with self._lock:
            return self._taps.answer(who, at)

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
    ) -> Outcome:
        """Hold the money, write how it began, and only then ask the box. Raises a `Refusal`.

        The answer says that it is being started; that current flows, or why it does not, comes later.
        The office is asked first of whoever may spend too little here.
        """
        lent = self._ask(payer, cap_fen)
        asked = Asked(
            payer=payer,
            label=label,
            means=means,
            at=at,
            cap_fen=cap_fen,
            started_by=started_by,
            nonce=nonce,
            request_id=request_id,
            lent=lent,
        )
        with self._lock:
            return self._beginning.start(asked)

    def stop(self, label_or_order: str, *, by: int, at: Moment) -> Outcome:
        """By whoever pays or started it; `NOBODY`: staff, or the office. Raises a `Refusal`.

        That it is off and at zero, and what it came to, is said later.
        """
        with self._lock:
            session = self._found(label_or_order)
            label = self._telling.label(session.box, session.socket)
            if by != NOBODY and not self._sessions.is_of(session, by):
                raise NotYours(label=label)
            self._telling.attends(session.order, at)
            self._sessions.happen(session.order, Stop(StopReason.STOPPED), at)
        return Outcome(
            tone=Tone.TOLD, code="charging_stopping", at_ms=at.wall_ms, result=Stopping(label=label)
        )

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
            cleared = self._telling.tell(records[-1])
            assert cleared is not None, "what was cleared is told"
            return cleared

    # What devices say, and what time brings.

    def heard(self, event: DeviceEvent) -> Outcome | None:
        """What a box says. Gives what the screens should show of it."""
        if isinstance(event, CardAtBox):
            return self._card_at_box(event)
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
            return self._telling.tell(self._said[-1]) if self._said else None

    def step(self) -> None:
        """Keep on what runs, carry out what phones ask for, try again what could not be written."""
        with self._lock:
            now = self._here.clock.now()
            self._sockets.look_at_site()
            self._telling.site = self._sockets.site
            self._alarms.write(now)
            self._sessions.step(now)
            self._sockets.watch_boxes(now)
            if now.monotonic_ms - self._strays_ms >= STRAYS_EVERY_MS:
                self._strays_ms = now.monotonic_ms
                self._sessions.settle_strays(now)
        self._remote.step(self._lock, self._ask)

    def told(self, writing: Writing, chained: Chained) -> Outcome | None:
        """The answer that a record was."""
        return self._telling.told(writing, chained)

    # How it is done.

    def _ask(self, payer: Resident, cap_fen: int | None) -> Lent | None:
        """Without the lock: a box that says smoke is heard meanwhile."""
        site = self._sockets.site
        return self._terms.ask(payer, cap_fen, site) if site is not None else None

    def _card_at_box(self, event: CardAtBox) -> Outcome:
        """Nobody else says why nothing came of it: such a box has no screen."""
        at = self._here.clock.now()
        reader = BoxReader(self._here, event, at)
        try:
            who = reader.who()
            if event.socket is None:
                raise ChooseSocket
            lent = self._ask(who.resident, None)
            with self._lock:
                return self._taps.at_box(who, event.socket, lent, at)
        except JournalClosed:
            raise
        except Refusal as refusal:
            return reader.refused(refusal)

    def _start_from_afar(self, order: RemoteOrder, lent: Lent | None, now: Moment) -> None:
        self._beginning.start(
            Asked(
                payer=active_resident(self._here.catalogue, order.resident_id),
                label=self._telling.label(order.box, order.socket),
                means=Means.PHONE,
                at=now,
                cap_fen=order.cap_fen or None,
                order=order.order,
                lent=lent,
            )
        )

    def _stop_from_afar(self, order: RemoteOrder, now: Moment) -> None:
        session = self._found(order.order)
        if order.resident_id == NOBODY:
            self._sessions.happen(session.order, Stop(StopReason.STOPPED_BY_OFFICE), now)
        else:
            self.stop(session.order, by=order.resident_id, at=now)

    def _found(self, label_or_order: str) -> Session:
        """Raises `NothingRuns`, or `NoSuchSocket`."""
        session = self._sessions.of(label_or_order)
        if session is None:
            session = self._sessions.at(id_of(self._sockets.place(label_or_order)))
        if session is None:
            raise NothingRuns
        return session
