"""Figures are drawn, with a table and a file behind them; a month's sheet says whether it is all."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from sync.office.console import formats
from sync.office.console.names import Names
from sync.office.console.reporting.pictures.drawing import HEIGHT, TOP, drawn
from sync.office.console.reporting.pictures.picture import MOST_SERIES, Bars, Picture, PictureAsked, bars
from sync.office.console.reporting.sheets import Column, Shape, Sheet
from sync.office.people.access.areas import EVERYWHERE, Division, Level, hang, keep
from sync.office.people.access.permissions import Permission, Role
from sync.office.people.access.posts import Post
from sync.office.store.database import writing
from sync.office.store.tables import devices
from tests.office.books import HERE, MONDAY, PASSWORD, THERE, TUESDAY, WEDNESDAY, Books, Browser

DAYS = "from=2026-11-16&to=2026-11-18&lang=en"


@pytest.fixture
def sold(books: Books) -> Books:
    books.sell(day=MONDAY, elders=500)
    books.sell(day=MONDAY, meal="dinner", band="80+", elders=500)
    books.sell(day=WEDNESDAY, site=THERE, elders=400, town=100)
    return books


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def titles(page: str) -> list[str]:
    return re.findall(r"<title>([^<]*)</title></rect>", page)


def accountant(books: Books, where: str = "") -> Browser:
    books.hire("zhao", PASSWORD, [Post(Role.ACCOUNTANT, where)])
    browser = books.browser()
    browser.log_in("zhao")
    return browser


def test_meals_are_drawn_by_day_and_meal_with_the_same_figures_in_the_file(sold: Books) -> None:
    browser = accountant(sold)
    page = text(browser, f"/pictures/meals?{DAYS}")
    assert titles(page) == ["2026-11-16, Lunch: 1", "2026-11-16, Dinner: 1", "2026-11-18, Lunch: 1"]
    assert "11-17" in page, "a day on which nobody ate stands there too"
    rows = json.loads(text(browser, f"/pictures/meals.json?{DAYS}"))["rows"]
    assert [(row["day"], row["meal"], row["portions"]) for row in rows] == [
        ("2026-11-16", "dinner", 1),
        ("2026-11-16", "lunch", 1),
        ("2026-11-18", "lunch", 1),
    ]


def test_each_picture_draws_what_it_is_called(sold: Books) -> None:
    browser = accountant(sold)
    assert "2026-11-16, 80+: 1" in titles(text(browser, f"/pictures/bands?{DAYS}"))
    assert "2026-11-18, Fuyuan: 1" in titles(text(browser, f"/pictures/meal-sites?{DAYS}"))
    assert "2026-11-16, Subsidy: 10" in titles(text(browser, f"/pictures/payers?{DAYS}"))
    assert "12:00, Lunch: 2" in titles(text(browser, f"/pictures/queue?{DAYS}"))
    assert "Huasheng, In order: 1" in titles(text(browser, f"/pictures/kiosks?{DAYS}"))
    assert browser.get("/pictures/meals?from=2020-01-01&to=2026-01-01").status_code == 400


def test_what_programmes_pay_is_drawn_against_their_budgets_and_to_no_part_of_the_county(sold: Books) -> None:
    title = {"zh": "长者助餐", "en": "Elder meals"}
    sold.import_({"programmes": [{"name": "elders", "title": title, "budget_fen": 2000}]})
    page = text(accountant(sold), f"/pictures/budgets?{DAYS}")
    assert titles(page) == [
        "Elder meals, Paid this year, yuan: 14",
        "Elder meals, Left of the budget, yuan: 6",
        "Town, Paid this year, yuan: 1",
    ]


def test_a_part_of_the_county_sees_its_own_sites_alone(sold: Books) -> None:
    with writing(sold.office.engine) as connection:
        keep(connection, sold.office.region_id, Division("c", Level.COMMUNITY, "社区"))
        hang(connection, sold.office.region_id, THERE, "c")
    browser = accountant(sold, "c")
    assert titles(text(browser, f"/pictures/meals?{DAYS}")) == ["2026-11-18, Lunch: 1"]
    assert "Huasheng" not in text(browser, f"/pictures/kiosks?{DAYS}")
    assert titles(text(browser, f"/pictures/budgets?{DAYS}")) == []
    assert browser.get(f"/pictures/meals?{DAYS}&site={HERE}").status_code == 404
    assert browser.get(f"/board?site={HERE}").status_code == 404


def test_a_technician_sees_how_kiosks_are_and_no_money(sold: Books) -> None:
    sold.hire("wu", PASSWORD, [Post(Role.TECHNICIAN)])
    browser = sold.browser()
    browser.log_in("wu")
    page = text(browser, "/pictures/kiosks?lang=en")
    assert "/pictures/meals" not in page
    assert browser.get("/pictures/meals").status_code == 403
    assert browser.get("/pictures/meals.csv").status_code == 403


def test_a_years_parts_are_as_many_as_can_be_told_apart() -> None:
    columns = (
        Column("along", "Along", Shape.TEXT),
        Column("by", "By", Shape.TEXT),
        Column("n", "N", Shape.COUNT),
    )
    rows = [("a", f"part {n}", n) for n in range(1, 10)]
    asked = PictureAsked(MONDAY, MONDAY, "", EVERYWHERE, None)  # type: ignore[arg-type]
    picture = Picture("x", "X", Permission.SEE_MONEY, None, "along", ("n",), "by", by_day=False)  # type: ignore[arg-type]
    made = bars(picture, Sheet("x", "X", "", columns, rows), asked, Names(), str)
    assert len(made.parts) == MOST_SERIES
    assert made.parts[-1] == "Others"
    assert sum(made.amounts[0]) == sum(range(1, 10))
    assert made.amounts[0][-1] == 1 + 2 + 3 + 4


def test_the_highest_bar_has_room_and_lines_stand_at_round_numbers() -> None:
    made = drawn(Bars(["a", "b"], ["x", "y"], [[30, 41], [0, 0]], Shape.COUNT))
    assert [each.words for each in made.levels] == ["0", "20", "40", "60", "80"]
    assert min(each.y for each in made.blocks) > TOP
    assert all(each.y + each.height <= HEIGHT for each in made.blocks)
    assert len(made.blocks) == 2, "nothing is drawn for nothing"
    assert drawn(Bars([], [], [], Shape.COUNT)).blocks == []


def test_the_sheet_to_hang_up_has_the_reports_sums_and_says_that_it_is_all_only_if_it_is(
    sold: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "today", lambda zone_name="": date(2026, 12, 2))
    browser = accountant(sold)
    asked = f"/board?site={HERE}&month=2026-11-01&lang=en"
    with writing(sold.office.engine) as connection:
        connection.execute(devices.update().values(last_seen_ms=formats.midnight_ms(date(2026, 12, 1)) - 1))
    assert f"Not all has arrived of kiosk at {HERE}" in text(browser, asked)
    with writing(sold.office.engine) as connection:
        connection.execute(devices.update().values(last_seen_ms=formats.midnight_ms(date(2026, 12, 1))))
    page = text(browser, asked)
    assert "All records of the month have arrived" in page
    assert "30.00" in page
    report = sold.report(date(2026, 11, 1), date(2026, 11, 30))
    here = [each.figures for each in report.lines if each.site == HERE]
    assert sum(each.full_fen for each in here) == 3000
    for paper in ("A4", "A3"):
        answer = browser.get(f"/board.pdf?site={HERE}&month=2026-11-01&paper={paper}")
        assert answer.data.startswith(b"%PDF")
    assert browser.get(f"/board.pdf?site={HERE}&month=2026-11-01&paper=B5").status_code == 400
    monkeypatch.setattr(formats, "today", lambda zone_name="": TUESDAY)
    assert "The month is not over" in text(browser, asked)
