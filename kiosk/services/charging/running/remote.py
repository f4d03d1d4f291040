"""What somebody asked for by phone at the office's page: carried out once, and not when it is too old.

An office tells a site; of several kiosks there, the one to which the box belongs answers.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from kiosk.common.here import Here
from kiosk.ledger.records import Moment
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.items import REMOTE_ORDER, RemoteOrder
from kiosk.services.charging.records import CHARGING_REFUSED, ChargingRefused
from kiosk.services.charging.running.begun import begun, is_ended

TOO_OLD = "order_too_old"
LONGEST_AHEAD_MS = 10 * 60_000  # no start is good for longer: its office had a wrong clock, and nobody waits
MOST_REMEMBERED = 1000


class RemoteOrders:
    """`start` and `stop` do what an order says; they raise a `Refusal`. `boxes`: by name, of this kiosk."""

    def __init__(
        self,
        here: Here,
        boxes: Container[str],
        start: Callable[[RemoteOrder, Moment], None],
        stop: Callable[[RemoteOrder, Moment], None],
    ) -> None:
        self._here, self._boxes, self._start, self._stop = here, boxes, start, stop
        self._done: dict[tuple[str, bool], None] = {}  # in memory only: the journal knows the starts

    def step(self, now: Moment) -> None:
        for each in self._here.catalogue.items(REMOTE_ORDER):
            is_ours = each.site == self._here.site and each.box in self._boxes
            if is_ours and (each.order, each.is_stop) not in self._done:
                self._carry_out(each, now)
                self._done[each.order, each.is_stop] = None
        while len(self._done) > MOST_REMEMBERED:
            del self._done[next(iter(self._done))]

    def _carry_out(self, order: RemoteOrder, now: Moment) -> None:
        if self._was_done(order):
            return
        if now.wall_ms > order.until_ms or self._is_of_another_time(order, now):
            self._refuse(order, TOO_OLD, now)
            return
        try:
            (self._stop if order.is_stop else self._start)(order, now)
        except Refusal as refusal:
            self._refuse(order, refusal.code, now)

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
