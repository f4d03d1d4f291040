"""The sales of a day, as the receipts show them."""

from __future__ import annotations

from kiosk.services.canteen.records import GUEST_MEAL, Line
from tests.office.books import ELDER, HERE, MONDAY, TUESDAY

DAYS = "from=2026-11-16&to=2026-11-18"


def test_sales_show_what_the_receipt_shows(sold, clerk):
    page = clerk.text(f"/sales?day={MONDAY}")
    receipt = f"2-{sold.journals[HERE][2][:4].hex()}"
    assert f"<code>{receipt}</code>" in page
    assert "12:00:00" in page  # of the site, not of Greenwich
    assert ">陈测试</a>" in page
    assert "<dt>合计（元）</dt><dd>30.00</dd>" in page


def test_guests_are_listed_with_the_days_sales(sold, clerk):
    sold.sell_beside(Line(GUEST_MEAL, 2, 1800), day=MONDAY)
    sold.sell_beside(Line("soup", 1, 300), resident_id=ELDER, day=MONDAY)
    page = clerk.text(f"/sales?lang=en&day={MONDAY}")
    assert ">Cash<" in page
    assert '<td class="num">2</td><td class="num">36.00</td>' in page
    assert "<dt>Guests and extras</dt><dd>39.00</dd>" in page
    assert "<dt>Together, yuan</dt><dd>69.00</dd>" in page
    assert ">39.00</td>" in clerk.text(f"/meals?{DAYS}")


def test_sales_open_on_the_last_day_that_had_any(sold, clerk):
    assert f'value="{TUESDAY}"' in clerk.text("/sales")
    assert f'value="{MONDAY}"' in clerk.text(f"/sales?site={HERE}")


def test_sales_by_the_page(sold, clerk, monkeypatch):
    monkeypatch.setattr("sync.office.services.canteen.sales.SALES_PER_PAGE", 1)
    monkeypatch.setattr("sync.office.services.canteen.pages.SALES_PER_PAGE", 1)
    first, second = (clerk.text(f"/sales?day={MONDAY}&page={n}&lang=en") for n in (0, 1))
    assert ("Page 1 of 2" in first, "Page 2 of 2" in second) == (True, True)
    assert ("李测试" in first, "陈测试" in first, "陈测试" in second) == (True, False, True)
