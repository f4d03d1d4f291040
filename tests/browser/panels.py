"""Every panel of the staff, found by its address: whoever adds one is looked at without a line here.

A panel is whatever answers a GET of the staff's with a button that closes it. `examples` says what stands for
the parts of addresses.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from kiosk.services.orders.actions import Orders
from kiosk.services.orders.items import Dining
from kiosk.services.till.shifts import Shifts
from tests.stories.clients import Client
from tests.stories.town import today

from .real import Place

RESIDENT = 1003
TOMORROW, MEAL = today() + timedelta(days=1), "lunch"
OPEN_JS = """url => {
  const opener = document.querySelector(".jobs button");
  opener.dataset.open = url;
  opener.click();
}"""


def examples(canteen: Place) -> dict[str, Any]:
    receipt = next(each.receipt for each in canteen.kiosk.board.recent if each.receipt)
    known = {
        "resident_id": RESIDENT,
        "receipt": receipt,
        "day": TOMORROW.isoformat(),
        "meal": MEAL,
        "label": "A1",
    }
    return known | {"then": "order"}


def addresses(app: Flask, known: dict[str, Any]) -> list[str]:
    """Of everything that staff can ask for. An address with a part nobody gave an example for is a fault."""
    shown = []
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.rpartition(".")
        if "GET" not in (rule.methods or ()) or blueprint in ("pages", "side") or name == "static":
            continue
        missing = rule.arguments - known.keys()
        assert not missing, f"{rule}: give an example of {missing} in tests/browser/panels.py"
        with app.test_request_context():
            shown.append(app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments}))
    return sorted(shown)


def every_panel(canteen: Place) -> list[str]:
    """The addresses that answer with a panel, with a shift open, a meal ordered and somebody just served."""
    counter = canteen.kiosk.counter()
    counter[Shifts].open(20_000, (), "open for every panel")
    counter[Orders].place(RESIDENT, TOMORROW, MEAL, Dining.DELIVERY, "an order for every panel")
    canteen.tap(canteen.card(RESIDENT))
    canteen.kiosk.look()
    client = Client(canteen.kiosk)
    client.sign_in("wang")
    found = [
        url
        for url in addresses(canteen.kiosk.web, examples(canteen))
        if "data-close" in client.get(url).get_data(as_text=True)
    ]
    with canteen.kiosk.web.test_request_context():
        bar = [
            canteen.kiosk.web.url_for(panel.endpoint) for _, panel in canteen.kiosk.web.config["STAFF_PANELS"]
        ]
    assert set(bar) <= set(found), "a button of the bar opens no panel"
    return found


def open_panel(page: Page, url: str, language: str) -> None:
    asked = f"{url}{'&' if '?' in url else '?'}lang={language}"
    with page.expect_response(lambda answer: answer.url.endswith(asked)):
        page.evaluate(OPEN_JS, asked)
    page.locator(".panel header").wait_for()
    page.wait_for_timeout(50)


def close_panel(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("[data-panel]").wait_for(state="hidden")


def named(url: str) -> str:
    return url.strip("/").replace("/", "-").split("?")[0]
