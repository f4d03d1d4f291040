"""Programs fetch the office's files with a token: what its scopes say, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sync.office.people.access import tokens
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.people.access.needs import Open
from sync.office.people.access.permissions import Permission
from sync.office.people.access.tokens import SCOPES, Scope
from sync.office.store.database import reading, writing
from sync.office.store.tables import program_tokens
from tests.office.access.test_audit import deeds
from tests.office.access.walking import Route, routes_of
from tests.office.books import HERE, THERE, Books, open_books

DAYS = "from=2026-11-16&to=2026-11-18"


def make(books: Books, name: str, *scopes: Permission, where: str = "") -> str:
    given = [Scope(each, where) for each in scopes]
    with writing(books.office.engine) as connection:
        return tokens.make(connection, 1, name, given, by="li", at_ms=books.office.now_ms())


def ask(books: Books, token: str, route: Route) -> Any:
    browser, shown = books.browser(), {"Authorization": f"Bearer {token}"}
    if route.method == "GET":
        return browser.get(route.path, headers=shown)
    return browser.client.post(route.path, base_url="https://office.test", headers=shown)


@pytest.mark.parametrize("scope", [Permission.SEE_MONEY, Permission.SEE_RESIDENTS])
def test_a_scope_opens_what_it_names_and_changes_nothing(books, scope):
    token = make(books, "reader", scope)
    routes = [each for each in routes_of(books.app) if each.endpoint.startswith("console.")]
    shut = [each for each in routes if each.need is not Open.EVERYBODY]
    asked = {route: ask(books, token, route).status_code for route in shut}
    looked = {route: status for route, status in asked.items() if route.method == "GET"}
    assert {route for route, status in looked.items() if status != 403} == {
        route for route in looked if route.need is scope
    }
    assert [str(route) for route, status in looked.items() if status in (302, 401) or status >= 500] == []
    assert {status for route, status in asked.items() if route not in looked} == {400}, (
        "no form of a program's"
    )
    assert scope in SCOPES and Permission.MOVE_MONEY not in SCOPES


def test_what_a_program_fetched_stands_in_the_audit_log_and_the_token_nowhere(books):
    books.sell(elders=500)
    token = make(books, "bureau", Permission.SEE_MONEY)
    shown = {"Authorization": f"Bearer {token}"}
    assert books.browser().get(f"/cash.csv?{DAYS}", headers=shown).status_code == 200
    assert deeds(books)[-1].who == "program: bureau"
    with reading(books.office.engine) as connection:
        assert token not in repr(list(connection.execute(program_tokens.select())))
    wrong = {"Authorization": f"Bearer {token[:-1]}"}
    assert books.browser().get(f"/cash.csv?{DAYS}", headers=wrong).status_code == 302


def test_a_token_for_a_part_of_the_county_sees_that_part(books):
    with writing(books.office.engine) as connection:
        keep(connection, 1, Division("east", Level.COMMUNITY, "东社区"))
        hang(connection, 1, HERE, "east")
    shown = {"Authorization": f"Bearer {make(books, 'east', Permission.SEE_SALES, where='east')}"}
    assert books.browser().get(f"/sales?site={HERE}", headers=shown).status_code == 200
    assert books.browser().get(f"/sales?site={THERE}", headers=shown).status_code == 404
    assert books.browser().get(f"/meals.json?{DAYS}", headers=shown).status_code == 403, "of the whole region"


def test_the_servers_operator_makes_lists_and_revokes(office, stocked, tmp_path):
    made = office("token", "make", "bureau", "--may", "see_money", "--may", "see_sales")
    token = made.stdout.strip()
    assert re.fullmatch(r"[\w-]{43}", token)
    assert office("token", "make", "bureau", "--may", "see_money").exit_code == 2
    assert office("token", "make", "clerks", "--may", "move_money").exit_code == 2
    assert "bureau: see_money, see_sales; made by" in office("token", "list").stdout
    shown = {"Authorization": f"Bearer {token}"}
    with open_books(tmp_path / "data") as books:
        assert books.browser().get(f"/cash.csv?{DAYS}", headers=shown).status_code == 200
    assert office("token", "revoke", "bureau").exit_code == 0
    assert office("token", "revoke", "bureau").exit_code == 2
    with open_books(tmp_path / "data") as books:
        assert books.browser().get(f"/cash.csv?{DAYS}", headers=shown).status_code == 302
