"""What a card does at a charging point: it starts what was chosen, says how that stands, and stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from drivers.outlets.contracts import SocketId
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.people.identify import Identified
from kiosk.people.residents import Resident
from kiosk.services.charging.errors import ChooseSocket, SocketTaken, SomebodyChooses
from kiosk.services.charging.machine.session import Session
from kiosk.services.charging.records import Means
from kiosk.services.charging.results import Running
from kiosk.services.charging.running.beginning import Asked
from kiosk.services.charging.running.sockets import Sockets, id_of
from kiosk.services.charging.running.telling import Telling
from kiosk.services.charging.running.terms import Lent

CHOSEN_FOR_MS = 30_000
STOP_WITHIN_MS = 10_000
SLIP_MS = 1_500  # a card that slips on the reader has not been laid down twice


class StopVerb(Protocol):
    """See `Charging.stop`."""

    def __call__(self, label_or_order: str, *, by: int, at: Moment) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A socket, and what the next card is to do there.

    `by_helper`: two cards are wanted, the one that pays and then the helper's; `payer` has tapped theirs.
    `helper`: who it is was said by phone already, by `means` and under `nonce`; only who pays is to tap.
    """

    label: str
    cap_fen: int | None = None
    by_helper: bool = False
    payer: Resident | None = None
    helper: Resident | None = None
    means: Means = Means.CARD
    nonce: bytes = b""
    until_ms: int
    is_timed: bool  # the kiosk knew what time it was


def _is_timed(now: Moment) -> bool:
    return now.quality >= ClockQuality.KEPT


class Taps:
    """Of one counter. For whoever holds the lock of `Charging`."""

    def __init__(
        self,
        here: Here,
        sockets: Sockets,
        telling: Telling,
        start: Callable[[Asked], Outcome],
        stop: StopVerb,
    ) -> None:
        self._here, self._sockets, self._telling = here, sockets, telling
        self._start, self._stop = start, stop
        self._sessions = sockets.sessions
        self._chosen: Chosen | None = None
        self._offered_stop: dict[int, tuple[str, int]] = {}  # to whom: of which session, and when

    def choose(self, label: str, cap_fen: int | None, *, by_helper: bool) -> None:
        """Raises `NoSuchSocket`."""
        self._sockets.place(label)
        self._choose(label=label, cap_fen=cap_fen, by_helper=by_helper)

    def await_payer(
        self, helper: Resident, label: str, means: Means, cap_fen: int | None, nonce: bytes
    ) -> None:
        """Raises `SomebodyChooses`: whoever stands at the screen with a card in hand pays for nobody else."""
        chosen = self.chosen
        if chosen is not None and chosen.helper != helper:
            raise SomebodyChooses
        self._choose(label=label, cap_fen=cap_fen, helper=helper, means=means, nonce=nonce)

    def _choose(self, **what: Any) -> None:
        now = self._here.clock.now()
        self._chosen = Chosen(**what, until_ms=now.monotonic_ms + CHOSEN_FOR_MS, is_timed=_is_timed(now))

    @property
    def chosen(self) -> Chosen | None:
        return self._still_chosen(self._here.clock.now())

    def pays(self, who: Identified) -> tuple[Resident, int | None] | None:
        """Who would pay if this card started what was chosen now, and for how much at most."""
        chosen = self._still_chosen(self._here.clock.now())
        if chosen is None or (chosen.by_helper and chosen.payer is None):
            return None
        return chosen.payer or who.resident, chosen.cap_fen

    def awaited(self, who: Identified, lent: Lent | None = None) -> Outcome | None:
        """Raises why not. `lent`: what the office was asked of whoever pays."""
        at, resident_id = self._here.clock.now(), who.resident.id
        chosen, self._chosen = self._still_chosen(at), None
        if chosen is not None:
            session = self._sessions.at(id_of(self._sockets.place(chosen.label)))
            if session is None:
                return self._begin(chosen, who.resident, lent, at)
            if self._sessions.is_of(session, resident_id):
                return self._offer_stop(session, resident_id, at)
            raise SocketTaken(label=chosen.label)
        order, since_ms = self._offered_stop.get(resident_id, ("", 0))
        is_again = SLIP_MS <= at.monotonic_ms - since_ms <= STOP_WITHIN_MS
        if is_again and self._sessions.of(order) is not None:
            del self._offered_stop[resident_id]
            return self._stop(order, by=resident_id, at=at)
        return None

    def _begin(self, chosen: Chosen, tapped: Resident, lent: Lent | None, at: Moment) -> Outcome:
        """Nobody pays whose card was not tapped here; who pays and taps again is still no helper."""
        payer = chosen.payer
        if chosen.by_helper and payer in (None, tapped):
            until_ms = at.monotonic_ms + CHOSEN_FOR_MS
            self._chosen = replace(chosen, payer=tapped, until_ms=until_ms)
            return self._telling.asks_for_helper(chosen.label, tapped, at)
        return self._start(
            Asked(
                payer=payer or tapped,
                label=chosen.label,
                means=chosen.means,
                at=at,
                cap_fen=chosen.cap_fen,
                started_by=(chosen.helper or tapped).id,
                nonce=chosen.nonce,
                lent=lent,
            )
        )

    def answer(self, who: Identified, at: Moment) -> Outcome:
        """Raises `ChooseSocket`."""
        own = [each for each in self._sessions if self._sessions.is_of(each, who.resident.id)]
        if not own:
            raise ChooseSocket
        return self._offer_stop(max(own, key=lambda each: each.began_ms), who.resident.id, at)

    def at_box(self, who: Identified, socket: SocketId, lent: Lent | None, at: Moment) -> Outcome:
        """A card that was laid on a box's own reader, which knows the socket: raises why not."""
        session = self._sessions.at(socket)
        if session is not None and self._sessions.is_of(session, who.resident.id):
            return self._stop(session.order, by=who.resident.id, at=at)
        label = self._telling.label(socket.box, socket.number)
        return self._start(Asked(payer=who.resident, label=label, means=Means.CARD, at=at, lent=lent))

    def _still_chosen(self, now: Moment) -> Chosen | None:
        """Not once staff have said what time it is: whoever chose was sent to ask, and others wait there."""
        chosen = self._chosen
        if chosen is None or now.monotonic_ms > chosen.until_ms or _is_timed(now) != chosen.is_timed:
            return None
        return chosen

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
