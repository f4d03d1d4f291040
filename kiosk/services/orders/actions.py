"""Ordering, cancelling and reporting at one counter, and what its kitchen is to cook.

Nothing is paid before it is had. Whether a portion was had is asked of the canteen and written nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import sqlalchemy as sa

from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.lent import Meals
from kiosk.common.outcomes import Outcome, Result, Tone, person_of
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained
from kiosk.ledger.sql import Row, run
from kiosk.people.identify import active_resident
from kiosk.services.orders import rules
from kiosk.services.orders.errors import MealNotOffered, NoSuchDelivery
from kiosk.services.orders.items import ORDER, STANDING_ORDER, Dining, orders_prefix
from kiosk.services.orders.labels import Label, label_key, label_text, read_label
from kiosk.services.orders.records import (
    DELIVERY_FAILED,
    ORDER_CANCELLED,
    ORDER_PLACED,
    DeliveryFailed,
    OrderCancelled,
    OrderPlaced,
    decode_told,
)
from kiosk.services.orders.rules import ComingMeal, MealOrders, Portion
from kiosk.services.orders.tables import FAILED, order_of

_EVENTS = (
    "SELECT resident_id, meal, what, reason, wall_ms FROM order_events"
    " WHERE region_id = ? AND site = ? AND day = ? ORDER BY wall_ms, seq"
)


class Ordered(Result, frozen=True, kw_only=True):
    """What was told of an order."""

    day: str
    meal: str
    dining: str = ""  # of one that stands


@dataclass(frozen=True, slots=True)
class Kitchen(MealOrders):
    """One meal as the kitchen sees it, and the others that there are to look at."""

    meals: list[ComingMeal]
    today: date


class Orders:
    """The orders of one site, as its counter knows them."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._site, self._site_now = here.site, here.site_now
        self._reader, self._label_key = here.reader, partial(label_key, here.folder)
        self._meals = here.opened.get(Meals)  # None: what is ordered here is had elsewhere

    def place(self, resident_id: int, day: date, meal: str, dining: Dining, request_id: str) -> Outcome:
        """Order one meal, in place of what was ordered of it before. Raises a `Refusal`."""
        body = OrderPlaced(resident_id, self._site, day, meal, dining.value)
        return self._tell(ORDER_PLACED, body, request_id)

    def cancel(self, resident_id: int, day: date, meal: str, request_id: str) -> Outcome:
        """Order nothing of one meal, whoever ordered it. Raises a `Refusal`."""
        body = OrderCancelled(resident_id, self._site, day, meal)
        return self._tell(ORDER_CANCELLED, body, request_id)

    def fail(self, resident_id: int, day: date, meal: str, reason: str, request_id: str) -> Outcome:
        """A delivery came back: nothing is taken. Raises a `Refusal`."""
        body = DeliveryFailed(resident_id, self._site, day, meal, reason)
        with self._journal.writing() as writing:
            return self._told_of(writing.once(request_id, lambda: self._fail(writing, body, request_id)))

    def _fail(self, writing: Writing, body: DeliveryFailed, request_id: str) -> Chained:
        _, local = self._now()
        portion = self._portion(writing.connection, body.resident_id, body.day, body.meal)
        if portion is None or portion.had_ms is not None or body.day > local.date():
            raise NoSuchDelivery
        return writing.append(*DELIVERY_FAILED, body, at=self._clock.sure_now(), request_id=request_id)

    def coming(self, resident_id: int) -> list[tuple[ComingMeal, Dining]]:
        """What a resident can still change: each meal with how it is ordered now. Raises a `Refusal`."""
        site, local = self._now()
        with self._reader.connect() as connection, connection.begin():
            return [
                (each, self._ordered(connection, each.day, each.meal).get(resident_id, Dining.NONE))
                for each in rules.coming_meals(site, local)
            ]

    def next_meal(self) -> ComingMeal:
        """The one being served, or else the next. Raises a `Refusal`."""
        site, local = self._now()
        left = [each for each in rules.kitchen_meals(site, local) if not rules.is_over(each, local)]
        if not left:
            raise MealNotOffered
        return left[0]

    def kitchen(self, day: date, meal: str) -> Kitchen:
        """Raises a `Refusal`."""
        site, local = self._now()
        wanted = ComingMeal(day, rules.period_of(site, meal))
        with self._reader.connect() as connection, connection.begin():
            portions = self._portions(connection, day, meal)
        meals = rules.kitchen_meals(site, local)
        return Kitchen(wanted, portions, rules.is_over(wanted, local), meals, local.date())

    def deliver(self, resident_id: int, day: date, meal: str, request_id: str) -> Outcome:
        """A meal was handed over: whoever serves meals books it, once. Raises a `Refusal`."""
        if self._meals is None:
            raise MealNotOffered(meal=meal)
        return self._meals.deliver(resident_id, day, meal, request_id)

    def label_text(self, meal: ComingMeal, resident_id: int) -> str:
        """What the code on the label of a delivery says."""
        return label_text(Label(meal.day, meal.meal, resident_id), self._label_key())

    def read_label(self, text: str) -> Label:
        """What a scanned label says. Raises `LabelForeign`."""
        return read_label(text, self._label_key())

    def told(self, _writing: Writing, chained: Chained) -> Outcome | None:
        """The answer that a record of orders was."""
        return self._told_of(chained)

    def _tell(self, kind: tuple[str, int], body: OrderPlaced | OrderCancelled, request_id: str) -> Outcome:
        def write() -> Chained:
            active_resident(self._catalogue, body.resident_id)
            at, site = self._clock.sure_now(), self._site_now()
            rules.orderable(site, local_time(at.wall_ms, site.time_zone), body.day, body.meal)
            return writing.append(*kind, body, at=at, request_id=request_id)

        with self._journal.writing() as writing:
            return self._told_of(writing.once(request_id, write))

    def _told_of(self, chained: Chained) -> Outcome:
        record = chained.record
        told = decode_told(record)
        resident = self._catalogue.resident(told.resident_id)
        dining = told.dining if isinstance(told, OrderPlaced) else ""
        return Outcome(
            tone=Tone.GOOD,
            code=record.kind,
            at_ms=record.wall_ms,
            result=Ordered(day=told.day.isoformat(), meal=told.meal, dining=dining),
            person=person_of(resident, told.day) if resident else None,
            receipt=chained.receipt,
        )

    def _ordered(self, connection: sa.Connection, day: date, meal: str) -> dict[int, Dining]:
        return self._wanted(self._events(connection, day), day, meal)

    def _wanted(self, events: Iterable[Row], day: date, meal: str) -> dict[int, Dining]:
        here = [
            order_of(resident_id, self._site, day.isoformat(), named, what, wall_ms)
            for resident_id, named, what, _, wall_ms in events
            if what != FAILED
        ]
        published = self._catalogue.items(ORDER, orders_prefix(self._site, day))
        standing = [each for each in self._catalogue.items(STANDING_ORDER) if each.site == self._site]
        return rules.ordered(standing, [*published, *here], day, meal)

    def _portion(self, connection: sa.Connection, resident_id: int, day: date, meal: str) -> Portion | None:
        """One delivery, if there is one."""
        deliveries = rules.deliveries(self._portions(connection, day, meal))
        return next((each for each in deliveries if each.resident.id == resident_id), None)

    def _portions(self, connection: sa.Connection, day: date, meal: str) -> list[Portion]:
        events = self._events(connection, day)
        wanted = self._wanted(events, day, meal)
        failed = {row[0]: row[3] for row in events if row[1:3] == (meal, FAILED)}
        concerned = wanted.keys() | failed.keys()
        found = ((resident_id, self._catalogue.resident(resident_id)) for resident_id in concerned)
        residents = {resident_id: resident for resident_id, resident in found if resident}
        had_ms = self._meals.had_ms(connection, concerned, day, meal) if self._meals else {}
        return rules.portions_of(wanted, residents, had_ms, failed)

    def _events(self, connection: sa.Connection, day: date) -> list[Row]:
        return run(connection, _EVENTS, (self._journal.key.region_id, self._site, day.isoformat()))

    def _now(self) -> tuple[Site, datetime]:
        site, at = self._site_now(), self._clock.sure_now()
        return site, local_time(at.wall_ms, site.time_zone)
