"""Waiting for the catalogue to change."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.services.canteen.items import MENU, Menu
from sync.office.catalogue.publishing import publish
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.waiting import PATIENCE_S


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr("sync.office.catalogue.news.LOOK_EVERY_S", 0.01)
    office = Office(OfficeSettings(data=tmp_path), offered(SERVICES))
    yield office
    office.close()


def test_there_is_news_at_once_for_whoever_is_behind(office: Office) -> None:
    assert office.news.wait(0, PATIENCE_S)


def test_there_is_none_for_whoever_is_not(office: Office) -> None:
    assert not office.news.wait(1, 0.05)


def test_everybody_who_waits_is_told(office: Office) -> None:
    told: list[bool] = []
    waiting = [
        threading.Thread(target=lambda: told.append(office.news.wait(1, PATIENCE_S))) for _ in range(3)
    ]
    for each in waiting:
        each.start()
    with writing(office.engine) as connection:
        publish(connection, 1, MENU, "a", Menu(dishes=()))
    for each in waiting:
        each.join()
    assert told == [True] * 3


def test_whoever_says_so_is_not_waited_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.office.catalogue.news.LOOK_EVERY_S", 10 * PATIENCE_S)
    assert not office.news.wait(1, 0.3)  # it has looked by then
    told: list[bool] = []
    waiting = threading.Thread(target=lambda: told.append(office.news.wait(1, PATIENCE_S)))
    waiting.start()
    with writing(office.engine) as connection:
        publish(connection, 1, MENU, "a", Menu(dishes=()))
    office.news.look_soon()
    waiting.join()
    assert told == [True]


def test_nobody_waits_for_an_office_that_closes(office: Office) -> None:
    told: list[bool] = []
    waiting = threading.Thread(target=lambda: told.append(office.news.wait(1, PATIENCE_S)))
    waiting.start()
    office.news.close()
    waiting.join(timeout=PATIENCE_S)
    assert told == [False]


def test_a_database_that_is_away_for_a_moment_is_asked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("away"))

    with monkeypatch.context() as patch:
        patch.setattr("sync.office.catalogue.news.reading", away)
        assert not office.news.wait(0, 0.05)
    assert office.news.wait(0, PATIENCE_S)
