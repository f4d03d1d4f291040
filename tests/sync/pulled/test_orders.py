"""Orders at both ends: what one counter was told, all counters of the site know, and the office too."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.ledger.machine.clock_records import CLOCK, OfficeHeard
from kiosk.services.canteen.records import DELIVERED, MEAL_SERVED, MealServed
from kiosk.services.orders.items import (
    ORDER,
    STANDING_ORDER,
    Dining,
    Order,
    StandingOrder,
    orders_prefix,
    standing_order_key,
)
from kiosk.services.orders.records import (
    DELIVERY_FAILED,
    ORDER_CANCELLED,
    ORDER_PLACED,
    DeliveryFailed,
    OrderCancelled,
    OrderPlaced,
)
from sync.office.catalogue.published import current_values
from sync.office.importing import import_file
from sync.office.services.orders import orders as office_orders
from sync.office.services.orders.headcount import Figures, figures, headcount
from sync.office.serving.housekeeping import keep_house
from sync.office.store.database import reading, writing
from tests.sync.world import SITE, Kiosk, OfficeWorld, meal_postings, moment

DAY = date(2026, 3, 2)
LUNCH = MealPeriod(meal="lunch", name={"zh": "午餐"}, opens=time(10, 30), closes=time(13))
CANTEEN = Site(name=SITE, title={"zh": "食堂"}, time_zone="Asia/Shanghai", meals=(LUNCH,))
MINUTE_MS = 60_000


@pytest.fixture(autouse=True)
def canteen(office: OfficeWorld) -> None:
    office.publish(Kind.SITE, SITE, CANTEEN)
    office.resident(1, opening_fen=10_000)


def at_ms(hour: int) -> int:
    """Of the day in question, at the canteen."""
    return int(datetime(2026, 3, 2, hour, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)


def tell(kiosk: Kiosk, dining: Dining, later_ms: int = 0, site: str = SITE) -> None:
    """What a counter is told of resident 1's lunch."""
    placed = OrderPlaced(1, site, DAY, "lunch", dining.value)
    cancelled = OrderCancelled(1, site, DAY, "lunch")
    with kiosk.journal.writing() as writing_:
        at = moment(writing_.head.seq + 1)
        at = replace(at, monotonic_ms=at.monotonic_ms + later_ms)
        if dining is Dining.NONE:
            writing_.append(*ORDER_CANCELLED, cancelled, at=at)
        else:
            writing_.append(*ORDER_PLACED, placed, at=at)


def published(office: OfficeWorld) -> dict[int, Dining]:
    with reading(office.office.engine) as connection:
        found = list(current_values(connection, office.office.region_id, ORDER))
    return {each.resident_id: each.dining for each in found}


def stands(office: OfficeWorld, dining: Dining = Dining.DELIVERY, number: int = 1) -> None:
    order = StandingOrder(
        resident_id=number, site=SITE, meal="lunch", weekdays=(1, 2, 3, 4, 5, 6, 7), dining=dining
    )
    office.publish(STANDING_ORDER, standing_order_key("lunch", number), order)


def import_order(office: OfficeWorld, dining: str) -> None:
    order = {"resident_id": 1, "site": SITE, "day": DAY.isoformat(), "meal": "lunch", "dining": dining}
    with writing(office.office.engine) as connection:
        content = json.dumps({"orders": [order]}).encode()
        parts = office.office.offered.parts
        import_file(connection, office.office.region_id, content, parts, today=DAY, at_ms=0)


def counted(office: OfficeWorld, hour: int = 9) -> Figures:
    with reading(office.office.engine) as connection:
        (found,) = headcount(connection, office.office.region_id, DAY, at_ms(hour))
    return figures(found)


def serve(kiosk: Kiosk, number: int = 1, level: int = DELIVERED) -> None:
    meal = MealServed(number, 0, kiosk.site, DAY, "lunch", "60+", "lunch-60+", 1, level)
    kiosk.write(*MEAL_SERVED, meal, *meal_postings(number, kiosk.site))


def heard(kiosk: Kiosk) -> None:
    """The office is heard, so that all that came before is known to the second."""
    at = moment(kiosk.journal.head.seq + 1)
    kiosk.write(*CLOCK, OfficeHeard(at.wall_ms, at.monotonic_ms, 10))
    kiosk.push_all()


def test_what_one_counter_was_told_all_counters_of_the_site_know(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    front, back, elsewhere = make_kiosk("front"), make_kiosk("back"), make_kiosk("elsewhere", site="fuyuan")
    tell(front, Dining.DELIVERY)
    front.push_all()
    for kiosk in (back, elsewhere):
        kiosk.pull_all()
    (order,) = back.catalogue.items(ORDER, orders_prefix(SITE, DAY))
    assert (order.resident_id, order.meal, order.dining) == (1, "lunch", Dining.DELIVERY)
    assert order.at_ms == moment(1).wall_ms
    assert elsewhere.catalogue.items(ORDER, orders_prefix(SITE, DAY)) == []
    assert office.discrepancies() == []


def test_the_later_word_holds_in_whatever_order_it_arrives(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    kiosks = [make_kiosk(name) for name in "abc"]
    words = (Dining.EAT_IN, Dining.DELIVERY, Dining.NONE)
    for minutes, order in enumerate(permutations(range(3))):
        for n, (kiosk, word) in enumerate(zip(kiosks, words, strict=True)):
            tell(kiosk, word, later_ms=(10 * minutes + n) * MINUTE_MS)
        for n in order:
            kiosks[n].push_all()
        assert published(office) == {1: Dining.NONE}, order


def test_an_import_does_not_talk_over_a_counter(office: OfficeWorld, kiosk: Kiosk) -> None:
    import_order(office, "take_away")
    assert published(office) == {1: Dining.TAKE_AWAY}
    tell(kiosk, Dining.EAT_IN)
    kiosk.push_all()
    import_order(office, "delivery")
    assert published(office) == {1: Dining.EAT_IN}
    tell(kiosk, Dining.NONE)
    kiosk.push_all()
    import_order(office, "delivery")
    assert published(office) == {1: Dining.NONE}


def test_a_counter_speaks_for_its_own_site_only(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    stranger = make_kiosk("stranger", site="fuyuan")
    tell(stranger, Dining.NONE)
    stranger.push_all()
    assert published(office) == {}


def test_the_office_counts_what_the_kitchens_count(office: OfficeWorld, kiosk: Kiosk) -> None:
    stands(office)
    assert counted(office).by_dining == {"eat_in": 0, "take_away": 0, "delivery": 1}
    tell(kiosk, Dining.EAT_IN)
    kiosk.push_all()
    assert counted(office).by_dining == {"eat_in": 1, "take_away": 0, "delivery": 0}
    tell(kiosk, Dining.NONE)
    kiosk.push_all()
    assert counted(office).portions == 0


def test_whom_to_call_is_known_once_the_meal_is_over(office: OfficeWorld, kiosk: Kiosk) -> None:
    for number in (2, 3, 4):
        office.resident(number)
        stands(office, Dining.EAT_IN, number)
    stands(office)
    kiosk.write(*DELIVERY_FAILED, DeliveryFailed(1, SITE, DAY, "lunch", "nobody home"))
    serve(kiosk, 2, level=1)
    serve(kiosk, 3, level=1)
    kiosk.push_all()
    before, after = counted(office, hour=12), counted(office, hour=13)
    assert [(each.resident_id, each.reason) for each in before.to_call] == [(1, "nobody home")]
    assert [(each.resident_id, each.reason) for each in after.to_call] == [(1, "nobody home"), (4, "")]
    assert (after.portions, after.had) == (4, 2)


def test_whoever_ate_at_another_site_need_not_be_called(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    stands(office, Dining.EAT_IN)
    elsewhere = make_kiosk("elsewhere", site="fuyuan")
    serve(elsewhere, level=1)
    elsewhere.push_all()
    assert counted(office, hour=14).to_call == ()


def test_a_lunch_that_is_booked_in_the_evening_is_no_wrong_clock(office: OfficeWorld, kiosk: Kiosk) -> None:
    serve(kiosk)
    heard(kiosk)
    assert [each.code for each in office.reviews()] == []


def test_the_same_lunch_without_a_label_is_one(office: OfficeWorld, kiosk: Kiosk) -> None:
    serve(kiosk, level=1)
    heard(kiosk)
    assert [each.code for each in office.reviews()] == ["wrong_period"]


def test_orders_of_long_ago_are_forgotten(office: OfficeWorld, kiosk: Kiosk) -> None:
    tell(kiosk, Dining.DELIVERY)
    kiosk.push_all()
    for days, kept in ((office_orders.KEPT_DAYS, True), (office_orders.KEPT_DAYS + 1, False)):
        with writing(office.office.engine) as connection:
            keep_house(connection, office.office, at_ms(12) + days * 24 * 60 * MINUTE_MS)
        assert bool(published(office)) is kept
    kiosk.pull_all()
    assert kiosk.catalogue.items(ORDER, orders_prefix(SITE, DAY)) == []


def test_a_repeated_push_publishes_nothing_anew(office: OfficeWorld, kiosk: Kiosk) -> None:
    tell(kiosk, Dining.DELIVERY)
    kiosk.push_all()
    kiosk.agent.cursor.move(kiosk.journal_id, 0)
    before = Order(
        resident_id=1, site=SITE, day=DAY, meal="lunch", dining=Dining.DELIVERY, at_ms=moment(1).wall_ms
    )
    revision = office.publish(ORDER, office_orders.key_of(before), before, scope=f"site:{SITE}")
    kiosk.push_all()
    assert office.publish(ORDER, office_orders.key_of(before), before, scope=f"site:{SITE}") == revision
