"""Whatever the office is asked, it looks into its own region and no other: they may lie on other machines.

PostgreSQL's own counters say so, of tables that are divided by region.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.store.engine import disposing
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import create_engine, reading
from tests.conftest import database
from tests.office.access.dividing import Trespasses, divide, told_at_once
from tests.office.access.test_commands_are_noted import (
    ELSEWHERE,
    LEAVES,
    TYPED,
    a_kiosk_and_a_session,
    commands,
)
from tests.office.access.walking import routes_of, walker
from tests.office.books import HERE, open_books, small_file
from tests.office.charging.point import open_point
from tests.office.commands import Office
from tests.sync.world import Kiosk, open_world

# What is typed behind a command that changes nothing. `run` and `doctor` are what `test_office_app` looks at.
READ = {
    "report claim": ("elders", "1"),
    "report claims": ("elders",),
    "report charging": ("sessions",),
    "print-labels": ("--site", HERE, "--output", "{folder}/labels"),
    "backup": ("{folder}/backup",),
    "bundle": ("{folder}/stick",),
}
# What makes an office, waits for somebody else, or is about several regions.
NOT_HERE = {"init", "run", "region list", "report province", *ELSEWHERE}


@pytest.fixture
def divided(postgresql: str) -> Iterator[str]:
    with database(postgresql, "office_divided", "template1") as url, told_at_once():
        divide(url)
        yield url


def test_the_counters_see_who_looks_everywhere(divided: str) -> None:
    trespasses = Trespasses(divided)
    with disposing(create_engine(divided)) as engine, reading(engine) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM devices WHERE region_id = 1")
        connection.exec_driver_sql("SELECT count(*) FROM journals")
    assert trespasses.new() == {"journals_2": 1, "journals_3": 1}


def test_no_page_looks_into_another_region(tmp_path: Path, divided: str) -> None:
    found: dict[str, Counter[str]] = {}
    with open_books(tmp_path, divided) as books:
        books.import_(small_file())
        books.sell(elders=500)
        books.hire("manager", as_=[Post(Role.MANAGER)])
        browser = books.browser()
        browser.log_in("manager")
        manager, trespasses = walker(browser), Trespasses(divided)
        for route in routes_of(books.app):
            manager.ask(route)
            found[str(route)] = trespasses.new()
    assert +Counter({route: each.total() for route, each in found.items()}) == {}


def test_no_kiosk_makes_the_office_look_into_another_region(tmp_path: Path, divided: str) -> None:
    with open_world(tmp_path / "office", divided) as office:
        office.resident(1, opening_fen=10_000)
        trespasses = Trespasses(divided)
        kiosk = Kiosk(tmp_path / "kiosk", office)
        kiosk.pull_all()
        kiosk.pay_in(2000)
        kiosk.sell(20)
        kiosk.push_all()
        kiosk.pull_all()
        kiosk.fetch_history()
        assert kiosk.acked_seq() == 21
        kiosk.close()
        assert trespasses.new() == {}


def test_no_command_looks_into_another_region(tmp_path: Path, divided: str, office: Office) -> None:
    (tmp_path / "office.toml").write_text(f'[office]\ndata = "{tmp_path / "data"}"\ndatabase = "{divided}"\n')
    (tmp_path / "people.json").write_text(json.dumps({"residents": [LEAVES]}))
    with open_point(tmp_path / "data", divided) as books:
        books.sell(elders=500)
    a_kiosk_and_a_session(divided)
    trespasses, found = Trespasses(divided), {}
    changing = {name: words for name, (words, _typed) in TYPED.items()}
    reading_ones = {name: READ.get(name, ()) for name in commands() if name not in {*TYPED, *NOT_HERE}}
    for name, words in (changing | reading_ones).items():
        typed = TYPED.get(name, ((), ""))[1]
        done = office(*name.split(), *(each.format(folder=tmp_path) for each in words), typed=typed)
        assert "usage" not in done.stderr.lower(), (name, done.output)
        found[name] = trespasses.new()
    assert +Counter({name: each.total() for name, each in found.items()}) == {}
