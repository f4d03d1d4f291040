"""Offices for tests: on SQLite, and where SQL is tested, on PostgreSQL as well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from sync.office.cli import main
from sync.office.console.door import logging_in
from sync.office.people import clerks, secret_hashes
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from tests.office.books import MONDAY, THERE, TUESDAY, YOUNG, Books, Browser, open_books, small_file
from tests.office.commands import Office


@pytest.fixture
def on_both(tmp_path: Path, database_url: str) -> Iterator[Books]:
    """An empty office, once on each database."""
    with open_books(tmp_path / "office", database_url) as books:
        yield books


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office that has imported the small file and was closed."""
    folder = tmp_path_factory.mktemp("stock") / "office"
    with open_books(folder) as opened:
        opened.import_(small_file())
    return folder


@pytest.fixture
def books(tmp_path: Path, stock: Path) -> Iterator[Books]:
    """An office that has imported the small file, on SQLite."""
    with open_books(shutil.copytree(stock, tmp_path / "office")) as opened:
        yield opened


@pytest.fixture
def sold(books: Books) -> Books:
    """Three lunches of two days at two sites."""
    books.sell(day=MONDAY, elders=500)
    books.sell(YOUNG, day=MONDAY, band="0-59", own_fen=1500)
    books.sell(day=TUESDAY, site=THERE, elders=400, town=100)
    return books


@pytest.fixture
def clerk(books: Books) -> Browser:
    """A browser in which somebody is logged in who may do everything."""
    books.hire(as_=[Post(Role.MANAGER)])
    browser = books.browser()
    assert browser.log_in().status_code == 302
    return browser


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that are not made to be slow, no rest between them, and room for who waits."""
    monkeypatch.setattr(logging_in, "STRANGERS_REST_S", 0.0)
    monkeypatch.setattr(logging_in, "STRANGERS_ROOM", 16)
    monkeypatch.setattr(secret_hashes, "hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
    monkeypatch.setattr(clerks, "_nobodys_hash", cache(clerks._nobodys_hash.__wrapped__))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Runs a command in an office's folder; no error may be more than a line or show the inside."""
    config = tmp_path / "office.toml"
    config.write_text(f'[office]\ndata = "{tmp_path / "data"}"\n')

    def run(*words: str, typed: str = "") -> Result:
        done = CliRunner().invoke(main, ["--config", str(config), *words], input=typed)
        assert "Traceback" not in done.output
        assert isinstance(done.exception, SystemExit | None)
        return done

    return run


@pytest.fixture
def stocked(office: Office, tmp_path: Path) -> Office:
    """An office with people, and a meal eaten."""
    office("init")
    file = tmp_path / "people.json"
    file.write_text(json.dumps(small_file()))
    assert office("import", str(file)).exit_code == 0
    with open_books(tmp_path / "data") as books:
        books.sell(elders=500)
    return office
