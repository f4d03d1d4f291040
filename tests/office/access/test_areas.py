"""Who sees what of which site: a post in one part of the tree shows and touches nothing of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.ledger.posting import Finding
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from kiosk.services.till.records import SHIFT_CLOSE, ShiftClosed
from sync.office.books import reviews
from sync.office.console.reviewing.listed import open_count
from sync.office.people.access import areas
from sync.office.people.access.areas import (
    EVERYWHERE,
    Area,
    Division,
    Level,
    NoSuchDivision,
    NotABuilding,
    NotBelow,
)
from sync.office.people.access.permissions import Permission, Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading, writing
from tests.office.access.walking import Route, Walker, routes_of, walker
from tests.office.books import ELDER, HERE, MONDAY, PASSWORD, THERE, YOUNG, Books, open_books, small_file
from tests.office.charging.point import charging_file, session
from tests.office.commands import ends

DAYS = {"from": str(MONDAY), "to": str(MONDAY + timedelta(days=3)), "day": str(MONDAY)}
# What stands for THERE on a page: its people, its kiosk, its money.
THEIRS = ("李测试", f"kiosk at {THERE}", "富源食堂", THERE, "777.77", "47.11")


def grow(books: Books) -> None:
    """A street with two communities, and a site in each."""
    with writing(books.office.engine) as connection:
        for each in (
            Division("pucheng", Level.COUNTY, "浦城县"),
            Division("nanpu", Level.STREET, "南浦街道", "pucheng"),
            Division("east", Level.COMMUNITY, "东社区", "nanpu"),
            Division("west", Level.COMMUNITY, "西社区", "nanpu"),
        ):
            areas.keep(connection, 1, each)
        areas.hang(connection, 1, HERE, "east")
        areas.hang(connection, 1, THERE, "west")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Both sites have sold, closed a shift, charged a bicycle, and left something to be looked at."""
    with open_books(tmp_path_factory.mktemp("areas") / "office") as books:
        books.import_(small_file())
        books.import_(charging_file())
        grow(books)
        books.sell(ELDER, elders=500)
        books.sell(YOUNG, site=THERE, band="0-59", own_fen=4711)
        session(books, "a" * 16)
        for site, fen, who in ((HERE, 100, ELDER), (THERE, 77777, YOUNG)):
            books.write(SHIFT_CLOSE, ShiftClosed(site, 1, fen, fen, (), ""), site=site, operator="li")
            asked = CorrectionAsked(who, site, Matter.CATEGORY_MISSING, "living_alone")
            books.write(CORRECTION_ASKED, asked, site=site)
            key, seq, _hash = books.journals[site]
            with writing(books.office.engine) as connection:
                reviews.put_up(connection, key, [Finding(seq, "card_unfit", f"resident={who}")])
        yield books


def of_pages(books: Books) -> list[Route]:
    return [each for each in routes_of(books.app) if isinstance(each.need, Permission)]


def somebody(books: Books, role: Role, division: str) -> Walker:
    name = f"{role}-{division}"
    books.hire(name, PASSWORD, [Post(role, division)])
    browser = books.browser()
    browser.log_in(name)
    return walker(browser)


@pytest.mark.parametrize("role", list(Role))
def test_no_page_or_file_of_any_role_shows_anything_of_another_site(town, role):
    mine, everywhere = somebody(town, role, "east"), somebody(town, role, "pucheng")
    shown = {}
    for route in (each for each in of_pages(town) if each.method == "GET"):
        page = mine.ask(route, **DAYS).get_data()
        found = [each for each in THEIRS if each.encode() in page]
        assert found == [], route
        whole = everywhere.ask(route, **DAYS).get_data()
        shown[route.endpoint] = [each for each in THEIRS if each.encode() in whole]
    if role is not Role.TECHNICIAN:
        told = {each.removeprefix("console.") for each, theirs in shown.items() if theirs}
        assert told >= {"kiosks", "residents", "reviews", "till.cash", "till.cash_file", "orders.orders"}


@pytest.mark.parametrize("role", list(Role))
def test_whatever_is_asked_for_by_name_is_not_there_or_not_theirs(town, role):
    mine = somebody(town, role, "east")
    for route in of_pages(town):
        path = route.path.replace("/residents/1", f"/residents/{YOUNG}").replace(HERE, THERE)
        if path != route.path:
            assert mine.ask(replace(route, path=path)).status_code in (403, 404), path
        if route.method == "GET":
            assert mine.ask(route, site=THERE).status_code in (403, 404), route


@pytest.mark.parametrize("role", list(Role))
def test_no_act_of_any_role_touches_anything_of_another_site(town, role):
    """Each form says everything that any form says, of the other site: not one of them is taken."""
    key, seq, _hash = town.journals[THERE]
    theirs = {"journal": key.journal_id.hex(), "seq": str(seq), "device": key.journal_id[::-1].hex()}
    mine = somebody(town, role, "east")
    acts = [each for each in of_pages(town) if each.method != "GET"]
    assert len(acts) > 8
    for route in acts:
        if "resident_id" in route.path or "/residents/" in route.path or "/running/" in route.path:
            continue  # these are asked for by their address: above
        answer = mine.ask(route, **theirs, code=CORRECTION_ASKED[0], shown_fen="1")
        assert answer.status_code in (403, 404), route
    with reading(town.office.engine) as connection:
        assert reviews_open(connection, Area(frozenset({THERE}))) == 2


def reviews_open(connection, seen: Area) -> int:
    return open_count(connection, 1, seen)


def test_what_is_theirs_they_do(town):
    key, seq, _hash = town.journals[HERE]
    ours = {"journal": key.journal_id.hex(), "seq": str(seq), "code": "card_unfit"}
    mine = somebody(town, Role.CLERK, "east")
    assert mine.browser.post("/reviews/close", {**mine.form, **ours}).location == "/reviews"
    with reading(town.office.engine) as connection:
        assert reviews_open(connection, Area(frozenset({HERE}))) == 1
    assert "陈测试" in mine.browser.get("/residents/1").get_data(as_text=True)


def test_a_post_reaches_what_hangs_below_its_division_and_two_posts_reach_further(on_both):
    on_both.import_(small_file())
    grow(on_both)

    def reaches(*held: Post) -> Area:
        with reading(on_both.office.engine) as connection:
            return areas.area_of(connection, 1, held, Permission.SEE_MONEY)

    both = Area(frozenset({HERE, THERE}))
    assert reaches(Post(Role.CLERK, "east")) == Area(frozenset({HERE}))
    assert reaches(Post(Role.CLERK, "pucheng")) == reaches(Post(Role.CLERK, "nanpu")) == both
    assert reaches(Post(Role.CLERK, "east"), Post(Role.AUDITOR, "west")) == both
    assert reaches(Post(Role.CLERK, "east"), Post(Role.AUDITOR)) == EVERYWHERE
    assert reaches(Post(Role.TECHNICIAN), Post(Role.CLERK, "west")) == Area(frozenset({THERE}))
    assert reaches(Post(Role.CLERK, "gone")) == reaches() == Area(frozenset())


def test_a_tree_has_no_loop_and_no_loose_ends(books):
    grow(books)
    with writing(books.office.engine) as connection:
        with pytest.raises(NotBelow):
            areas.keep(connection, 1, Division("nanpu", Level.STREET, "南浦", "east"))
        with pytest.raises(NotBelow):
            areas.keep(connection, 1, Division("nanpu", Level.BUILDING, "南浦", "pucheng"))
        with pytest.raises(NoSuchDivision):
            areas.keep(connection, 1, Division("new", Level.ESTATE, "新", "nowhere"))
        with pytest.raises(NoSuchDivision):
            areas.hang(connection, 1, HERE, "nowhere")


def test_the_tree_is_planted_with_commands(stocked):
    assert stocked("division", "set", "pu", "--level", "county", "--title", "浦城县").exit_code == 0
    below = ("--level", "estate", "--title", "东苑", "--in", "pu")
    assert stocked("division", "set", "e", *below).exit_code == 0
    assert stocked("division", "site", HERE, "e").stdout == f"{HERE}: hangs on e\n"
    assert stocked("division", "list").stdout == f"pu\tcounty\t浦城县\t\t\ne\testate\t东苑\tpu\t{HERE}\n"
    ends(stocked("division", "site", "nowhere", "e"), 2, "nowhere", HERE)
    ends(stocked("division", "site", HERE, "x"), 2, "no such division")
    ends(stocked("division", "set", "x", "--level", "county", "--title", "x", "--in", "e"), 2, "no part of e")
    added = stocked("clerk", "add", "li", "--role", "clerk", "--in", "e", typed=f"{PASSWORD}\n")
    assert added.stdout.endswith("li: may log in, as clerk in e\n")
    ends(stocked("clerk", "role", "li", "auditor", "--in", "x"), 2, "--in x", "pu, e")


HOMES = ((1, "陈测试", "3 号楼 2 单元"), (2, "王隔壁", "13号楼"), (3, "赵远处", ""))
NEIGHBOURS = ("王隔壁", "赵远处", "10.02", "10.03")  # and what they paid


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Three who are at home at one site: in building 3, in building 13, and in one that hangs nowhere."""
    with open_books(tmp_path_factory.mktemp("houses") / "office") as books:
        file = small_file()
        file["residents"] = [
            {"id": number, "name": name, "born": "1944-05-06", "home_site": HERE, "building": building}
            for number, name, building in HOMES
        ]
        books.import_(file)
        grow(books)
        with writing(books.office.engine) as connection:
            for number in ("3", "13"):
                code = f"b{number}"
                areas.keep(connection, 1, Division(code, Level.BUILDING, f"{number}号楼", "east"))
                areas.hang_building(connection, 1, HERE, f"{number}号楼", code)
        for each in (1, 2, 3):
            books.sell(each, own_fen=1000 + each, elders=500)
        yield books


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_any_role_shows_more_than_who_lives_in_its_building(houses, role):
    mine, everywhere = somebody(houses, role, "b3"), somebody(houses, role, "east")
    shown = set()
    for route in (each for each in of_pages(houses) if each.method == "GET"):
        page = mine.ask(route, **DAYS).get_data()
        named = [each for each in NEIGHBOURS if each.encode() in page]
        assert named == [], route
        if "陈测试".encode() in page:
            shown.add(route.endpoint.removeprefix("console."))
        if "王隔壁".encode() in everywhere.ask(route, **DAYS).get_data():
            shown.add("everywhere " + route.endpoint.removeprefix("console."))
    if role is not Role.TECHNICIAN:
        assert shown >= {"residents", "resident", "cards.cards", "everywhere residents"}


@pytest.mark.parametrize("role", list(Role))
def test_neighbours_of_another_building_are_not_there_by_name(houses, role):
    mine = somebody(houses, role, "b3")
    for route in of_pages(houses):
        for number in ("2", "3"):
            path = route.path.replace("/residents/1", f"/residents/{number}")
            path = path.replace("/care/1/", f"/care/{number}/")
            if path != route.path:
                assert mine.ask(replace(route, path=path)).status_code in (403, 404), path
        if route.method == "GET":
            assert mine.ask(route, site=HERE).status_code in (403, 404), route


def test_whoever_has_the_community_has_all_of_its_buildings_and_a_search_finds_no_more(houses):
    clerk = somebody(houses, Role.CLERK, "east")
    page = clerk.browser.get("/residents").get_data(as_text=True)
    assert all(name in page for name in ("陈测试", "王隔壁", "赵远处"))
    mine = somebody(houses, Role.CLERK, "b13")
    assert mine.browser.get("/find?q=王隔壁").location == "/residents/2"
    assert "没有找到" in mine.browser.get("/find?q=陈测试").get_data(as_text=True)


def test_a_building_is_said_with_its_word_so_that_3_is_not_30(houses):
    with writing(houses.office.engine) as connection:
        for wrong in ("3", "A座12", " ", "x" * 40 + "号楼"):
            with pytest.raises(NotABuilding):
                areas.hang_building(connection, 1, HERE, wrong, "b3")
        with pytest.raises(NoSuchDivision):
            areas.hang_building(connection, 1, HERE, "9号楼", "nowhere")


def test_whoever_moves_to_another_building_is_seen_from_there(houses):
    mine = somebody(houses, Role.CLERK, "b3")
    born = {"born": "1944-05-06", "home_site": HERE, "name": "赵远处"}
    houses.import_({"residents": [{"id": 3, "building": "3号楼", **born}]})
    assert "赵远处" in mine.browser.get("/residents").get_data(as_text=True)
    houses.import_({"residents": [{"id": 3, "building": "30号楼", **born}]})
    assert "赵远处" not in mine.browser.get("/residents").get_data(as_text=True)
