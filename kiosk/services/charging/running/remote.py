"""What somebody asked for by phone at the office's page: carried out once, and not when it is too old.

An office tells a site; of several kiosks there, the one to which the box belongs answers.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import AbstractContextManager

from kiosk.common.here import Here
from kiosk.ledger.records import Moment
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.items import REMOTE_ORDER, RemoteOrder
from kiosk.services.charging.records import CHARGING_REFUSED, ChargingRefused
from kiosk.services.charging.running.begun import begun, is_ended
from kiosk.services.charging.running.terms import Lent

TOO_OLD = "order_too_old"
LONGEST_AHEAD_MS = 10 * 60_000  # no start is good for longer: its office had a wrong clock, and nobody waits
MOST_REMEMBERED = 1000
ASKING_MS = 1_000  # of a step may go into asking the office; what runs must be kept on


class RemoteOrders:
    """`start` and `stop` do what an order says; they raise a `Refusal`. `boxes`: by name, of this kiosk."""

    def __init__(
        self,
        here: Here,
        boxes: Container[str],
        start: Callable[[RemoteOrder, Lent | None, Moment], object],
        stop: Callable[[RemoteOrder, Moment], object],
    ) -> None:
        self._here, self._boxes, self._start, self._stop = here, boxes, start, stop
        self._done: dict[tuple[str, bool], None] = {}  # in memory only: the journal knows the starts

    def step(
        self, lock: AbstractContextManager[object], ask: Callable[[Resident, int | None], Lent | None]
    ) -> None:
        """Answer what there is; what would keep the sockets waiting is left for the next step.

        `ask` is what the office is asked of whoever pays, without the lock that all else is done under.
        """
        began = self._here.clock.now()
        with lock:
            due = self._due(began)
        for order in due:
            payer = None if order.is_stop else self._here.catalogue.resident(order.resident_id)
            lent = ask(payer, order.cap_fen or None) if payer is not None else None
            now = self._here.clock.now()
            with lock:
                self._carry_out(order, lent, now)
            if now.monotonic_ms - began.monotonic_ms >= ASKING_MS:
                return

    def _due(self, now: Moment) -> list[RemoteOrder]:
        """What is for this kiosk and was not answered yet; what is too late is refused with it."""
        found = []
        for each in self._here.catalogue.items(REMOTE_ORDER):
            is_ours = each.site == self._here.site and each.box in self._boxes
            if not is_ours or (each.order, each.is_stop) in self._done:
                continue
            if self._was_done(each):
                self._answered(each)
            elif now.wall_ms > each.until_ms or self._is_of_another_time(each, now):
                self._refuse(each, TOO_OLD, now)
            else:
                found.append(each)
        return found

    def _carry_out(self, order: RemoteOrder, lent: Lent | None, now: Moment) -> None:
        try:
            if order.is_stop:
                self._stop(order, now)
            else:
                self._start(order, lent, now)
        except Refusal as refusal:
            self._refuse(order, refusal.code, now)
        else:
            self._answered(order)

    def _answered(self, order: RemoteOrder) -> None:
        self._done[order.order, order.is_stop] = None
        while len(self._done) > MOST_REMEMBERED:
            del self._done[next(iter(self._done))]

    def _is_of_another_time(self, order: RemoteOrder, now: Moment) -> bool:
        """A start only: whatever clock is wrong, a stop harms nobody."""
        return not order.is_stop and order.until_ms - now.wall_ms > LONGEST_AHEAD_MS

    def _was_done(self, order: RemoteOrder) -> bool:
        """A stop bears the order of its session: nothing else is ever stopped by it."""
        region_id = self._here.journal.key.region_id
        with self._here.reader.connect() as connection, connection.begin():
            if order.is_stop:
                return is_ended(connection, region_id, order.order)
            return begun(connection, region_id, order.order) is not None

    def _refuse(self, order: RemoteOrder, reason: str, now: Moment) -> None:
        body = ChargingRefused(order.order, order.site, order.box, order.socket, reason)
        request_id = f"charging_{'stop' if order.is_stop else 'start'} {order.order}"
        with self._here.journal.writing() as writing:
            writing.once(
                request_id,
                lambda: writing.append(*CHARGING_REFUSED, body, at=now, request_id=request_id),
            )
        self._answered(order)
