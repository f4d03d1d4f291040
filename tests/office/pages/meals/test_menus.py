"""Menus are written by the week in the browser, shown at the kiosk, and taken back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.services.canteen.items import dishes
from sync.office.console import formats
from sync.office.people.access import audit
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.canteen.menus import week as menus
from sync.office.services.canteen.menus.week import week_with
from sync.office.store.database import reading, writing
from tests.office.access.walking import walker
from tests.office.books import CLERK, HERE, PASSWORD, THERE, TODAY, Books, Browser, small_file
from tests.sync.world import Kiosk, OfficeWorld, served

NEXT_MONDAY = TODAY + timedelta(days=7)  # TODAY is a Monday
FRIDAY = TODAY + timedelta(days=4)


@pytest.fixture(autouse=True)
def that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "today", lambda zone_name="": TODAY)


def page_of(browser: Browser, monday: date = TODAY, site: str = HERE, **more: str) -> str:
    asked = {"site": site, "week": str(monday), "lang": "en", **more}
    answer = browser.get("/menus", query_string=asked)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]


def publish(
    browser: Browser, monday: date = TODAY, *, status: int = 302, page: str = "", **typed: str
) -> str:
    """What the page says then; `typed` by day and meal, such as `d20261127_lunch`."""
    page = page or page_of(browser, monday)
    fields = {f"{key[1:5]}-{key[5:7]}-{key[7:9]}.{key[10:]}": value for key, value in typed.items()}
    form = {**walker(browser).form, "site": HERE, "week": str(monday), "seen": hidden(page, "seen"), **fields}
    answer = browser.post("/menus", form)
    assert answer.status_code == status
    return page_of(browser, monday) if status == 302 else str(answer.get_data(as_text=True))


def take_back(browser: Browser, page: str, status: int = 302) -> str:
    form = {**walker(browser).form, "site": HERE, "week": str(TODAY), "seq": hidden(page, "seq")}
    answer = browser.post("/menus/take-back", form)
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def dishes_on(books: Books, day: date, meal: str = "lunch") -> tuple[str, ...]:
    with reading(books.office.engine) as connection:
        found = menus.dishes_of(connection, books.office.region_id, week_with(HERE, day), ["lunch", "dinner"])
    return found[day, meal]


def test_a_week_is_written_and_the_kiosk_shows_its_dishes(
    books: Books, clerk: Browser, tmp_path: Path
) -> None:
    with served(books.app) as url:
        kiosk = Kiosk(tmp_path / "kiosk", OfficeWorld(books.office, url), site=HERE)
        try:
            publish(clerk, d20261127_lunch="番茄炒蛋\r\n\r\n  青菜 \r\n", d20261127_dinner="小米粥")
            kiosk.pull_all()
            assert dishes(kiosk.catalogue, HERE, str(FRIDAY), "lunch") == ("番茄炒蛋", "青菜")
            assert dishes(kiosk.catalogue, HERE, str(TODAY), "lunch") == ("红烧豆腐", "米饭"), "as imported"
            take_back(clerk, page_of(clerk))
            kiosk.pull_all()
            assert dishes(kiosk.catalogue, HERE, str(FRIDAY), "lunch") == ()
        finally:
            kiosk.close()


def test_an_empty_field_takes_a_menu_away_and_each_change_is_taken_back_in_turn(
    books: Books, clerk: Browser
) -> None:
    publish(clerk, d20261123_lunch="")
    page = publish(clerk, d20261123_lunch="面条")
    assert f"Published by {CLERK}" in page
    take_back(clerk, page)
    assert dishes_on(books, TODAY) == ()
    take_back(clerk, page_of(clerk))
    assert dishes_on(books, TODAY) == ("红烧豆腐", "米饭")
    assert "Take back" not in page_of(clerk)
    with reading(books.office.engine) as connection:
        done = [each.deed for each in audit.kept(connection, books.office.region_id)]
    (first, *_) = [each for each in done if each.what == "canteen.keep_menus"]
    assert (first.before, first.after) == ({"2026-11-23.lunch": "红烧豆腐、米饭"}, {"2026-11-23.lunch": ""})


def test_the_week_before_fills_what_is_empty_and_nothing_is_kept_until_it_is_published(
    books: Books, clerk: Browser
) -> None:
    publish(clerk, NEXT_MONDAY, d20261201_lunch="饺子")
    publish(clerk, d20261124_lunch="包子", d20261124_dinner="粥")
    page = page_of(clerk, NEXT_MONDAY, **{"from": "last"})
    fields = dict(re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)<', page))
    assert fields["2026-12-01.lunch"] == "饺子", "what is there stays"
    assert fields["2026-12-01.dinner"] == "粥"
    assert fields["2026-11-30.lunch"] == "红烧豆腐\n米饭"
    assert dishes_on(books, NEXT_MONDAY) == ()


def test_nobody_writes_over_what_somebody_else_wrote_meanwhile_without_being_told(
    books: Books, clerk: Browser
) -> None:
    before = page_of(clerk)
    publish(clerk, d20261123_lunch="面条")
    page = publish(clerk, d20261123_lunch="米饭", page=before, status=409)
    assert "Somebody wrote these menus meanwhile" in page
    assert ">米饭</textarea>" in page, "what was typed is not lost"
    assert dishes_on(books, TODAY) == ("面条",)
    publish(clerk, d20261123_lunch="米饭", page=page)
    assert dishes_on(books, TODAY) == ("米饭",)


def test_either_database_keeps_a_change_and_takes_it_back(on_both: Books) -> None:
    on_both.import_(small_file())
    week, region_id = week_with(HERE, TODAY), on_both.office.region_id
    with writing(on_both.office.engine) as connection:
        made = menus.keep(connection, region_id, week, {(TODAY, "lunch"): ("面条",)}, who="wang", at_ms=1)
        assert made is not None
        assert menus.last_change(connection, region_id, week) == made
    assert dishes_on(on_both, TODAY) == ("面条",)
    with writing(on_both.office.engine) as connection:
        menus.take_back(connection, region_id, week, made.seq)
    assert dishes_on(on_both, TODAY) == ("红烧豆腐", "米饭")


def test_an_import_after_it_cannot_be_undone_by_taking_back(books: Books, clerk: Browser) -> None:
    page = publish(clerk, d20261123_lunch="面条")
    books.import_({"menus": [{"site": HERE, "day": str(TODAY), "meal": "lunch", "dishes": ["馄饨"]}]})
    assert "nothing was taken back" in take_back(clerk, page, status=409)
    assert dishes_on(books, TODAY) == ("馄饨",)


def test_days_that_are_over_stay_and_too_much_is_said_at_its_field(books: Books, clerk: Browser) -> None:
    yesterday = TODAY - timedelta(days=1)
    publish(clerk, yesterday - timedelta(days=6), d20261122_lunch="面条")
    assert dishes_on(books, yesterday) == ()
    page = publish(clerk, d20261123_lunch="菜" * 31, d20261124_lunch="粥", status=400)
    assert "At most 12 dishes of 30 characters each." in page.partition('id="wrong-2026-11-23.lunch"')[2]
    assert dishes_on(books, TODAY + timedelta(days=1)) == ()


def test_a_menu_is_for_those_who_may_write_it_there(books: Books, clerk: Browser) -> None:
    books.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
    auditor = books.browser()
    auditor.log_in("auditor")
    assert "<textarea" not in page_of(auditor) and "红烧豆腐、米饭" in page_of(auditor)
    with writing(books.office.engine) as connection:
        keep(connection, books.office.region_id, Division("east", Level.COMMUNITY, "东社区"))
        hang(connection, books.office.region_id, THERE, "east")
    books.hire("east", PASSWORD, [Post(Role.CLERK, "east")])
    east = books.browser()
    east.log_in("east")
    assert "富源食堂" in east.get("/menus").get_data(as_text=True)
    assert east.get(f"/menus?site={HERE}").status_code == 404
    form = {**walker(east).form, "site": HERE, "week": str(TODAY), f"{TODAY}.lunch": "面条"}
    assert east.post("/menus", form).status_code == 404
    assert dishes_on(books, TODAY) == ("红烧豆腐", "米饭")
