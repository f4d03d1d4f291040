"""Products and programmes are changed in the browser by two people, like every table that money goes by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from kiosk.catalogue.items import Kind
from kiosk.services.canteen.items import PRODUCT
from kiosk.services.canteen.records import Line
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading
from tests.office.access.walking import walker
from tests.office.books import HERE, PASSWORD, TODAY, Books, Browser

SOUP = {"zh": "加汤", "en": "Soup", "price": "1.50", "button": "3", "sites": HERE}
FUND = {"name": "fund", "zh": "慈善助餐", "payer": "街道慈善会", "budget": "36500"}


@pytest.fixture
def clerks(books: Books, monkeypatch: pytest.MonkeyPatch) -> tuple[Browser, Browser]:
    monkeypatch.setattr(formats, "today", lambda zone_name="": TODAY)
    return somebody(books, "chen"), somebody(books, "lin")


def somebody(books: Books, name: str) -> Browser:
    books.hire(name, PASSWORD, [Post(Role.CLERK)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def page(browser: Browser, path: str, fields: Mapping[str, str] = {}, status: int = 200) -> str:
    """What is answered to a form, or at an address."""
    form = {**walker(browser).form, **fields}
    answer = browser.post(path, form) if fields else browser.get(path)
    assert answer.status_code == status
    words = " ".join(answer.get_data(as_text=True).split())
    return words.replace("> ", ">").replace(" <", "<")


def change(chen: Browser, lin: Browser, table: str, fields: Mapping[str, str]) -> None:
    page(chen, f"/price-tables/{table}/propose", fields, 302)
    (proposal,) = re.findall(r'name="proposal" value="([0-9a-f]{16})"', page(lin, "/proposals"))[:1]
    page(lin, "/proposals/approve", {"proposal": proposal}, 302)


def test_a_product_comes_to_the_till_gets_dearer_and_goes(
    books: Books, clerks: tuple[Browser, Browser]
) -> None:
    chen, lin = clerks
    change(chen, lin, "products", SOUP)
    books.sell_beside(Line("soup", 4, 150), day=TODAY)
    dearer = {**SOUP, "key": "soup", "price": "2", "last_day": str(TODAY + timedelta(days=9))}
    tried = page(chen, "/price-tables/products/try?lang=en", dearer)
    assert "<dt>Pieces</dt><dd>4</dd>" in tried
    assert "<dt>Difference</dt><dd>+2.00</dd>" in tried
    change(chen, lin, "products", dearer)
    with reading(books.office.engine) as connection:
        (soup,) = current_values(connection, books.office.region_id, PRODUCT)
    assert (soup.id, soup.price_fen, soup.sites) == ("soup", 200, (HERE,))
    assert soup.last_day == TODAY + timedelta(days=9)
    assert "There is one of this name already." in page(chen, "/price-tables/products/try?lang=en", SOUP, 400)


def test_a_programme_is_added_and_shows_for_how_long_its_budget_is_enough(
    books: Books, clerks: tuple[Browser, Browser]
) -> None:
    chen, lin = clerks
    change(chen, lin, "programmes", FUND)
    assert "慈善助餐" in page(chen, "/prices/change"), "and has a column in the prices of meals"
    books.sell(day=TODAY, elders=500)
    elders = {"key": "elders", "zh": "长者助餐", "payer": "民政局", "budget": "100"}
    tried = page(chen, "/price-tables/programmes/try?lang=en", elders)
    assert "<dt>Residents it pays for</dt><dd>1</dd>" in tried
    assert "<dt>A day if all eat, yuan</dt><dd>5.00</dd>" in tried
    assert "<dt>Left of the budget, yuan</dt><dd>95.00</dd>" in tried
    assert "<dd>19</dd>" in tried
    change(chen, lin, "programmes", elders)
    with reading(books.office.engine) as connection:
        found = {
            each.name: each for each in current_values(connection, books.office.region_id, Kind.PROGRAMME)
        }
    assert (found["elders"].payer, found["elders"].budget_fen) == ("民政局", 10_000)
    assert set(found) == {"elders", "fund", "town"}


@pytest.mark.parametrize(
    ("table", "fields", "said"),
    [
        ("products", {**SOUP, "zh": ""}, "A name in Chinese"),
        ("products", {**SOUP, "price": "0"}, "An amount in yuan"),
        ("products", {**SOUP, "first_day": str(TODAY), "last_day": "2026-01-01"}, "before the first day"),
        ("programmes", {**FUND, "name": "长者"}, "small letters"),
        ("programmes", {**FUND, "name": "elders"}, "of this name already"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    clerks: tuple[Browser, Browser], table: str, fields: dict[str, str], said: str
) -> None:
    assert said in page(clerks[0], f"/price-tables/{table}/try?lang=en", fields, 400)
