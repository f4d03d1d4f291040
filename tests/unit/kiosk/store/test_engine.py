"""Whoever disposes of an engine leaves no file open, whatever others were doing with it just then."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.store.engine import disposing, open_journal, preparing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def _driver_of(connection: sa.Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def test_what_is_at_work_while_an_engine_is_disposed_of_is_closed_when_it_is_done(path: Path) -> None:
    engine = open_journal(path)
    with engine.connect() as connection:
        driver = _driver_of(connection)
        engine.dispose()
        assert connection.scalar(sa.text("SELECT 7")) == 7
    assert not _is_open(driver)


def test_an_engine_that_was_disposed_of_begins_anew(path: Path) -> None:
    with disposing(open_journal(path)) as engine:
        engine.dispose()
        with engine.connect() as connection:
            driver = _driver_of(connection)
        assert _is_open(driver), "kept for the next"
    assert not _is_open(driver)


def test_an_engine_that_could_not_be_prepared_is_closed(path: Path) -> None:
    engine = open_journal(path)
    with pytest.raises(KeyError), preparing(engine), engine.connect() as connection:
        driver = _driver_of(connection)
        raise KeyError
    assert not _is_open(driver)
    with preparing(engine), engine.connect() as connection:
        driver = _driver_of(connection)
    assert _is_open(driver)
    engine.dispose()
