"""Orders of the office, as an import file brings them: for one day, and standing until further notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.services.orders.items import STANDING_ORDER, Dining, Order, StandingOrder, standing_order_key
from kiosk.services.orders.rules import WAYS
from sync.office.catalogue.publishing import Change, site_scope
from sync.office.importing.field_checks import Known, one_of, resident_of
from sync.office.importing.item_checks import check_days
from sync.office.importing.parts import Part
from sync.office.importing.reading import FieldChecks
from sync.office.services.orders.orders import changes, key_of


class OrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the office for one day; when a counter took one is not for a file to say."""

    resident_id: int
    site: str
    day: date
    meal: str
    dining: Dining

    def order(self) -> Order:
        return Order(**msgspec.structs.asdict(self))


def _of_orders(kind: type[msgspec.Struct], known: Known) -> FieldChecks:
    return {
        (kind, "resident_id"): resident_of(known),
        (kind, "site"): one_of(known.sites),
        (kind, "meal"): one_of(known.meals),
    }


def _weekdays(given: Collection[int]) -> str | None:
    good = given and set(given) <= set(range(1, 8)) and len(set(given)) == len(given)
    return None if good else "some of 1 (Monday) to 7 (Sunday), each once"


def _publish_standing(
    _connection: sa.Connection, _region_id: int, standing: Sequence[StandingOrder]
) -> Iterator[Change]:
    for each in standing:
        key = standing_order_key(each.meal, each.resident_id)
        yield Change(STANDING_ORDER, key, each, scope=site_scope(each.site))


def _publish(connection: sa.Connection, region_id: int, orders: Sequence[OrderEntry]) -> Iterator[Change]:
    return changes(connection, region_id, [each.order() for each in orders])


PARTS = (
    Part(
        name="standing_orders",
        entry=StandingOrder,
        fields=lambda known: {
            **_of_orders(StandingOrder, known),
            (StandingOrder, "weekdays"): _weekdays,
            (StandingOrder, "dining"): lambda dining: None if dining in WAYS else ", ".join(WAYS),
        },
        once=lambda each: f"{each.resident_id} {each.meal}",
        changes=_publish_standing,
        check=check_days,
    ),
    Part(
        name="orders",
        entry=OrderEntry,
        fields=lambda known: _of_orders(OrderEntry, known),
        once=lambda each: key_of(each.order()),
        changes=_publish,
    ),
)
