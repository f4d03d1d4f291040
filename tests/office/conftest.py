"""Offices for tests: on SQLite, and where SQL is tested, on PostgreSQL as well."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from sync.office import clerks
from tests.office.books import Books, Browser, open_books, small_file


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
def clerk(books: Books) -> Browser:
    """A browser in which somebody is logged in."""
    books.hire()
    browser = books.browser()
    assert browser.log_in().status_code == 302
    return browser


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that are not made to be slow."""
    monkeypatch.setattr(clerks, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
    monkeypatch.setattr(clerks, "_nobodys_hash", clerks._hasher.hash("nobody"))
