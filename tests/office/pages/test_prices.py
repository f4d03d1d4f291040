"""Prices are changed in the browser by two people, after it was seen who would pay what."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from kiosk.catalogue.items import Kind
from kiosk.catalogue.meal_hours import Meal
from kiosk.services.canteen.rules import quote
from sync.office.catalogue.published import current_values, residents_by_id
from sync.office.console import formats
from sync.office.people.access import audit
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.canteen.prices import changes
from sync.office.services.canteen.prices.changes import PriceChange
from sync.office.services.canteen.prices.trying import try_on
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, PASSWORD, TODAY, YOUNG, Books, Browser

FROM = TODAY + timedelta(days=8)  # a Tuesday
DEARER = {"own.lunch-60": "12.00", "share.lunch-60.elders": "4.00", "share.lunch-60.town": "0.50"}


@pytest.fixture(autouse=True)
def that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "today", lambda zone_name="": TODAY)


def somebody(books: Books, name: str, role: Role = Role.CLERK) -> Browser:
    books.hire(name, PASSWORD, [Post(role)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def text(answer: object, status: int = 200) -> str:
    assert answer.status_code == status  # type: ignore[attr-defined]
    return " ".join(answer.get_data(as_text=True).split())  # type: ignore[attr-defined]


def tried(browser: Browser, amounts: Mapping[str, str] = DEARER, status: int = 200, **more: str) -> str:
    form = {**walker(browser).form, "first_day": str(FROM), "origin": "浦民〔2026〕9 号", **amounts, **more}
    return text(browser.post("/prices/try?lang=en", form), status)


def propose(browser: Browser, page: str, reason: str = "") -> None:
    (packed,) = re.findall(r'name="change" value="([^"]*)"', page)
    form = {**walker(browser).form, "change": html.unescape(packed), "reason": reason}
    assert browser.post("/prices/propose", form).location == "/prices"


def waiting_id(browser: Browser) -> str:
    return re.findall(r'/prices/proposed/([0-9a-f]{16})"', text(browser.get("/prices")))[0]


def approve(browser: Browser, proposal: str, status: int = 302) -> None:
    form = {**walker(browser).form, "proposal": proposal}
    assert browser.post("/proposals/approve", form).status_code == status


def own_fen(books: Books, resident_id: int, days: int = 8) -> int:
    """What the kiosk's own rule asks of somebody for lunch, by what is published."""
    with reading(books.office.engine) as connection:
        region_id = books.office.region_id
        rules = list(changes.rules_now(connection, region_id).values())
        resident = residents_by_id(connection, region_id, [resident_id])[resident_id]
        (site,) = (each for each in current_values(connection, region_id, Kind.SITE) if each.name == HERE)
    lunch = Meal(TODAY + timedelta(days=days), site.meals[0])
    return quote(rules, resident, HERE, lunch, first_portion=True).own_fen


def test_two_people_change_a_price_and_it_holds_from_its_day_on(books: Books) -> None:
    chen, lin = somebody(books, "chen"), somebody(books, "lin")
    page = tried(chen)
    assert "Who would pay what on 2026-12-01" in page
    assert ">1 / 2</dd>" in page, "the younger one has no price, before and after"
    assert "<dd>+2.00</dd>" in page
    assert "<dd>\N{MINUS SIGN}1.00</dd>" in page, "the elders' programme pays less"
    assert "<dd>+0.50</dd>" in page
    assert "陈测试" in page
    assert "李测试" not in page, "only the differences are listed"
    propose(chen, page, "the council said so")
    assert own_fen(books, ELDER) == 1000, "nothing is published yet"
    proposal = waiting_id(lin)
    assert "the council said so" in text(lin.get(f"/prices/proposed/{proposal}?lang=en"))
    approve(chen, proposal, 409)
    assert own_fen(books, ELDER) == 1000, "nobody approves their own"
    approve(lin, proposal)
    assert own_fen(books, ELDER) == 1200
    assert own_fen(books, ELDER, days=7) == 1000, "until then the old price holds"
    with reading(books.office.engine) as connection:
        deed = list(audit.kept(connection, books.office.region_id))[-1].deed
    assert deed.who == "lin"
    assert deed.after == {"lunch-60-20261201": "2026-12-01: 12.00 / 16.50 (elders 4.00 + town 0.50)"}


def test_a_price_that_was_published_is_taken_back_as_a_change_of_its_own(books: Books) -> None:
    chen, lin = somebody(books, "chen"), somebody(books, "lin")
    propose(chen, tried(chen))
    first = waiting_id(lin)
    approve(lin, first)
    page = text(lin.get(f"/prices/proposed/{first}/back?lang=en"))
    assert "Taken away" in page
    assert "<dd>\N{MINUS SIGN}2.00</dd>" in page
    propose(lin, page)
    assert own_fen(books, ELDER) == 1200
    approve(chen, waiting_id(chen))
    assert own_fen(books, ELDER) == 1000
    assert "nothing would change" in text(chen.get(f"/prices/proposed/{first}/back?lang=en"))


def test_what_was_overtaken_by_another_change_has_to_be_proposed_anew(books: Books) -> None:
    chen, lin = somebody(books, "chen"), somebody(books, "lin")
    propose(chen, tried(chen))
    early = waiting_id(lin)
    propose(lin, tried(lin, {**DEARER, "own.lunch-60": "11.00"}, origin=""))
    late = next(
        each for each in re.findall(r"/prices/proposed/(\w+)", text(lin.get("/prices"))) if each != early
    )
    approve(chen, late)
    approve(lin, early, 409)
    assert own_fen(books, ELDER) == 1100


def test_the_young_get_a_price_by_one_more_row(books: Books) -> None:
    chen, lin = somebody(books, "chen"), somebody(books, "lin")
    row = {"new.meal": "lunch", "new.site": "*", "new.to_age": "59", "own.new": "15"}
    same = {"own.lunch-60": "10.00", "share.lunch-60.elders": "5.00"}
    page = tried(chen, {**same, **row})
    assert "李测试" in page
    assert "no price" in page
    propose(chen, page)
    approve(lin, waiting_id(lin))
    assert own_fen(books, YOUNG) == 1500
    assert "There is a row for these people already." in tried(chen, {**same, **row}, status=400)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"own.lunch-60": "zwölf"}, "An amount in yuan such as 12.50"),
        ({"own.lunch-60": "-1"}, "An amount in yuan such as 12.50"),
        ({"first_day": str(TODAY)}, "From tomorrow on"),
        ({"first_day": ""}, "Please give the whole day."),
        (
            {"own.lunch-60": "10.00", "share.lunch-60.elders": "5", "share.lunch-60.town": ""},
            "Nothing was changed",
        ),
        (
            {"own.new": "9", "new.from_age": "60", "new.to_age": "50", "new.meal": "lunch"},
            "Ages from 0 to 200",
        ),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    books: Books, clerk: Browser, typed: dict[str, str], said: str
) -> None:
    page = tried(clerk, {**DEARER, **typed}, status=400)
    assert said in page
    if "own.lunch-60" in typed:
        assert f'value="{typed["own.lunch-60"]}"' in page


def test_an_auditor_sees_prices_and_changes_none(books: Books) -> None:
    auditor = somebody(books, "auditor", Role.AUDITOR)
    page = text(auditor.get("/prices?lang=en"))
    assert "10.00" in page
    assert "/prices/change" not in page
    assert auditor.get("/prices/change").status_code == 403
    assert auditor.post("/prices/propose", walker(auditor).form).status_code == 403


def test_the_page_names_the_kiosks_that_lack_the_newest_prices(books: Books, clerk: Browser) -> None:
    books.sell(elders=500)
    page = text(clerk.get("/prices?lang=en"))
    assert "0 kiosks have confirmed the newest prices; these have not yet:" in page
    assert "kiosk at huasheng" in page
    with writing(books.office.engine) as connection:
        connection.execute(devices.update().values(main_cursor=10_000))
    assert "Every kiosk has confirmed the newest prices" in text(clerk.get("/prices?lang=en"))


def test_a_change_of_nothing_costs_nobody_anything(books: Books) -> None:
    with reading(books.office.engine) as connection:
        found = try_on(connection, books.office.region_id, PriceChange(), FROM)
    assert (found.residents, found.differing, found.differences) == (2, 0, [])
