"""Who may open what: every role at every route that there is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.office.people.access.needs import Open
from sync.office.people.access.permissions import MAY, Permission, Role
from sync.office.people.access.posts import Post
from tests.office.access.walking import Route, routes_of, walker
from tests.office.books import PASSWORD, Books, open_books


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, stock: Path) -> Iterator[Books]:
    with open_books(shutil.copytree(stock, tmp_path_factory.mktemp("matrix") / "office")) as opened:
        opened.sell(elders=500)
        yield opened


def refused(answer) -> bool:
    return bool(answer.status_code == 403)


def to_the_login(answer) -> bool:
    return answer.status_code == 302 and answer.location.startswith("/login")


def test_every_route_says_what_it_needs(office):
    routes = routes_of(office.app)
    assert len(routes) > 40
    assert [str(each) for each in routes if each.need is None] == []


def test_what_changes_nothing_needs_no_permission_to_change_and_the_other_way_round(office):
    """A form may be asked for by whoever may send it, so that a GET may need either."""
    of_pages = [each for each in routes_of(office.app) if isinstance(each.need, Permission)]
    assert [str(each) for each in of_pages if each.method != "GET" and not each.need.changes] == []


def test_only_an_auditor_sees_everything_and_changes_nothing():
    assert {each for each in Permission if not each.changes} == MAY[Role.AUDITOR]
    assert set().union(*MAY.values()) == set(Permission), "a permission that nobody has"


def test_a_page_of_the_console_is_for_whoever_may_and_the_login_for_everybody(office):
    open_ones = {
        each.endpoint
        for each in routes_of(office.app)
        if each.endpoint.startswith("console.") and not isinstance(each.need, Permission)
    }
    of_oneself = {"second_factor", "second_factor_picture", "prepare_second_factor", "finish_second_factor"}
    of_oneself |= {"renew_recovery_codes", "remove_second_factor", "prove_again", "logout"}
    everybodys = {"overview", "find", "login", "log_in", "code", "enter_code", "static"}
    everybodys |= {"welcome", "accept_invitation"}
    assert open_ones == {f"console.{each}" for each in of_oneself | everybodys}


def test_a_stranger_gets_no_further_than_the_login(office):
    stranger = walker(office.browser("10.0.0.9"))
    for route in (each for each in routes_of(office.app) if isinstance(each.need, Permission)):
        assert to_the_login(stranger.ask(route)), route


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_the_table_says_and_nothing_else(office, role):
    office.hire(role, PASSWORD, [Post(role)])
    browser = office.browser()
    browser.log_in(role)
    somebody = walker(browser)
    asked = {route: somebody.ask(route) for route in routes_of(office.app) if "console" in route.endpoint}
    found = {route: not refused(answer) for route, answer in asked.items()}
    assert found == {route: allowed(route, role) for route in found}
    assert [str(each) for each, answer in asked.items() if answer.status_code >= 500] == []
    left = [each for each, answer in asked.items() if found[each] and to_the_login(answer)]
    assert [each.endpoint for each in left] == ["console.code", "console.enter_code", "console.logout"]


def allowed(route: Route, role: Role) -> bool:
    return route.need in Open or route.need in MAY[role]


def test_whoever_has_no_post_sees_the_overview_and_nothing_on_it(office):
    office.hire("nobody", PASSWORD, ())
    browser = office.browser()
    browser.log_in("nobody")
    page = browser.get("/").get_data(as_text=True)
    assert "<nav" in page
    assert page.count("<a href") + page.count("<table") == 3, "home, the other language, oneself"
    assert "还没有给您安排岗位" in page
    assert refused(browser.get("/residents"))
    assert "您的岗位没有这项权限" in browser.get("/residents").get_data(as_text=True)


def test_links_and_buttons_are_shown_to_those_who_may_use_them(office):
    office.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
    browser = office.browser()
    browser.log_in("auditor")
    assert "/residents/1/photo/change" not in browser.get("/residents/1").get_data(as_text=True)
    page = browser.get("/reviews").get_data(as_text=True)
    assert "/kiosks" in page
    assert '<form method="post" action="/logout">' in page
    assert page.count('<form method="post"') == 1


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(office):
    from sync.office.people.access import posts
    from sync.office.store.database import writing

    office.hire("moved", PASSWORD, [Post(Role.CLERK)])
    browser = office.browser()
    browser.log_in("moved")
    assert browser.get("/residents").status_code == 200
    with writing(office.office.engine) as connection:
        posts.appoint(connection, office.office.region_id, "moved", [Post(Role.TECHNICIAN)])
    assert refused(browser.get("/residents"))
    assert browser.get("/kiosks").status_code == 200
