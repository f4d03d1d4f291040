"""Orders at the office: imported, counted on the page and in the report, with whom to call."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from kiosk.services.orders import items
from kiosk.services.orders.items import Dining, standing_order_key
from sync.office.catalogue.published import current_values
from sync.office.services.orders.headcount import figures, headcount
from sync.office.store.database import reading
from sync.office.store.tables import catalogue_items
from tests.office.books import ELDER, HERE, THERE, YOUNG, Books
from tests.office.test_importing import faults_of

TUESDAY, WEDNESDAY = date(2026, 11, 17), date(2026, 11, 18)
STANDING = {
    "resident_id": ELDER,
    "site": HERE,
    "meal": "lunch",
    "weekdays": [2, 4],
    "dining": "delivery",
    "first_day": "2026-11-01",
}
ORDER = {"resident_id": YOUNG, "site": HERE, "day": "2026-11-17", "meal": "lunch", "dining": "eat_in"}


@pytest.fixture
def ordered(books: Books) -> Books:
    books.import_({"standing_orders": [STANDING], "orders": [ORDER]})
    return books


def page(books: Books, day: date = TUESDAY, **headers: str) -> str:
    browser = books.browser()
    books.hire()
    browser.log_in()
    answer = browser.get(f"/orders?day={day}", headers=headers)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def counted(books: Books, day: date) -> dict[str, dict[str, int]]:
    """Portions by site and way, of lunch."""
    with reading(books.office.engine) as connection:
        found = [figures(each) for each in headcount(connection, books.office.region_id, day, 0)]
    return {each.site: each.by_dining for each in found if each.meal == "lunch"}


def test_orders_are_published_to_their_site_alone(ordered: Books) -> None:
    c = catalogue_items.c
    with reading(ordered.office.engine) as connection:
        kinds = sa.select(c.kind, c.key, c.scope).where(c.kind.in_([items.ORDER, items.STANDING_ORDER]))
        found = {tuple(row) for row in connection.execute(kinds)}
        (standing,) = current_values(connection, ordered.office.region_id, items.STANDING_ORDER)
    assert found == {
        (items.ORDER, f"{HERE} 2026-11-17 lunch {YOUNG}", f"site:{HERE}"),
        (items.STANDING_ORDER, standing_order_key("lunch", ELDER), f"site:{HERE}"),
    }
    assert (standing.dining, standing.last_day) == (Dining.DELIVERY, date.max)


def test_a_standing_order_holds_on_its_weekdays_and_one_day_can_differ(ordered: Books) -> None:
    assert counted(ordered, TUESDAY)[HERE] == {"eat_in": 1, "take_away": 0, "delivery": 1}
    assert counted(ordered, WEDNESDAY)[HERE] == {"eat_in": 0, "take_away": 0, "delivery": 0}
    assert sum(counted(ordered, TUESDAY)[THERE].values()) == 0
    ordered.import_({"orders": [ORDER | {"resident_id": ELDER, "dining": "none"}]})
    assert counted(ordered, TUESDAY)[HERE] == {"eat_in": 1, "take_away": 0, "delivery": 0}


def test_what_cannot_be_ordered_is_named(books: Books) -> None:
    file = {
        "standing_orders": [
            STANDING | {"weekdays": [0, 7], "dining": "none"},
        ],
        "orders": [
            ORDER | {"resident_id": 99, "meal": "supper", "site": "nowhere"},
            ORDER | {"dining": "by_post"},
            ORDER | {"at_ms": 5},
        ],
    }
    assert {fault.partition(": given ")[0] for fault in faults_of(books, file)} >= {
        "standing_orders[0].weekdays",
        "standing_orders[0].dining",
        "orders[0].resident_id",
        "orders[0].meal",
        "orders[0].site",
        "orders[1].dining",
        "orders[2].at_ms",
    }
    without_days = {"standing_orders": [STANDING | {"weekdays": [], "last_day": "2026-10-31"}]}
    assert any(fault.startswith("standing_orders[0].weekdays") for fault in faults_of(books, without_days))
    twice = {"orders": [ORDER, ORDER | {"dining": "none"}], "standing_orders": [STANDING, STANDING]}
    assert len(faults_of(books, twice)) == 2
    late = {"standing_orders": [STANDING | {"last_day": "2026-10-31"}]}
    assert faults_of(books, late)[0].startswith("standing_orders[0].last_day")


def test_the_page_counts_and_names_whom_to_call(ordered: Books) -> None:
    ordered.sell(YOUNG, day=TUESDAY, band="0-59", own_fen=1500)
    shown = page(ordered)
    assert "送餐" in shown and "没人知道" in shown
    to_call, _, deliveries = shown.partition("要打电话：")[2].partition("送餐名单")
    assert "陈测试" in to_call and "李测试" not in to_call, "who ate need not be called"
    assert "陈测试" in deliveries


def test_the_page_speaks_english_too(ordered: Books) -> None:
    shown = page(ordered, **{"Accept-Language": "en"})
    assert "Home delivery" in shown and "nobody knows" in shown


def test_the_report_says_the_same(ordered: Books) -> None:
    with reading(ordered.office.engine) as connection:
        found = headcount(connection, ordered.office.region_id, TUESDAY, ordered.office.now_ms())
    lunch = next(figures(each) for each in found if (each.site, each.orders.meal.meal) == (HERE, "lunch"))
    assert (lunch.portions, lunch.had) == (2, 0)
    assert {each.name for each in lunch.to_call} == {"陈测试", "李测试"}
    assert lunch.by_dining == {"eat_in": 1, "take_away": 0, "delivery": 1}
