"""Who may see the office's figures, and that what watches them asks for what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.office.books import Books, open_books, small_file

TOKEN = "a token that is long enough"
ELSEWHERE = "198.51.100.7"


def _status(folder: Path, address: str = "127.0.0.1", shown: str = "", **settings: Any) -> int:
    with open_books(folder, **settings) as books:
        headers = {"authorization": shown} if shown else {}
        answer = books.browser(address, **headers).get("/metrics")
        assert ("office_catalogue_revision" in answer.get_data(as_text=True)) == (answer.status_code == 200)
        return answer.status_code


@pytest.mark.parametrize(
    ("settings", "address", "shown", "status"),
    [
        ({"proxies": 0}, "127.0.0.1", "", 200),
        ({"proxies": 0}, ELSEWHERE, "", 401),
        ({}, "127.0.0.1", "", 401),  # behind a web server everybody comes from there
        ({"metrics_token": TOKEN}, ELSEWHERE, f"Bearer {TOKEN}", 200),
        ({"metrics_token": TOKEN}, ELSEWHERE, f"bearer {TOKEN}", 200),
        ({"metrics_token": TOKEN}, ELSEWHERE, f"Bearer {TOKEN}!", 401),
        ({"metrics_token": TOKEN}, ELSEWHERE, "Bearer 中", 401),
        ({"metrics_token": TOKEN}, ELSEWHERE, f"Basic {TOKEN}", 401),
        ({"metrics_token": TOKEN}, ELSEWHERE, "", 401),
        ({}, ELSEWHERE, "Bearer ", 401),
    ],
)
def test_figures_are_for_whoever_shows_the_token_or_sits_at_the_office(
    tmp_path: Path, settings: dict[str, Any], address: str, shown: str, status: int
) -> None:
    assert _status(tmp_path, address, shown, **settings) == status


def test_who_claims_to_be_this_machine_is_not(tmp_path: Path) -> None:
    with open_books(tmp_path, proxies=0) as books:
        assert books.browser(ELSEWHERE, x_forwarded_for="127.0.0.1").get("/metrics").status_code == 401
    with open_books(tmp_path) as books:
        assert books.browser(x_forwarded_for="127.0.0.1").get("/metrics").status_code == 401


WATCHING = Path(__file__).parents[3] / "systemd" / "prometheus"
ALERTS = WATCHING / "neighbourhood-office-alerts.yml"
DASHBOARD = WATCHING / "neighbourhood-office-dashboard.json"


@pytest.fixture
def watched(tmp_path: Path, stock: Path) -> Iterator[Books]:
    with open_books(shutil.copytree(stock, tmp_path / "office"), metrics_token=TOKEN) as opened:
        yield opened


def test_alerts_and_pictures_ask_for_figures_that_there_are(watched: Books) -> None:
    told = set(re.findall(r"^# HELP (\w+) ", _figures(watched), re.MULTILINE))
    dashboard = json.loads(DASHBOARD.read_text())
    asked = ALERTS.read_text() + " ".join(
        target["expr"] for panel in dashboard["panels"] for target in panel["targets"]
    )
    named = set(re.findall(r"\boffice_\w+", asked))
    assert len(named) > 10
    assert named - told == set()
    ours = {each for each in told if each.startswith("office_") and not each.endswith("_created")}
    assert ours - named == set(), "a figure nobody looks at"


def test_kiosks_are_counted_by_site_and_state(watched: Books) -> None:
    watched.sell(elders=500)
    figures = _figures(watched)
    assert 'office_kiosks{site="huasheng",state="in_contact"} 1.0' in figures
    assert 'office_kiosks{site="huasheng",state="late"} 0.0' in figures
    assert 'office_kiosk_backlog{kiosk="kiosk at huasheng",site="huasheng"} 0.0' in figures


def test_figures_tell_nothing_of_anybody(watched: Books) -> None:
    watched.sell(elders=500)
    watched.hire("wangmei")
    figures = _figures(watched)
    people = [each["name"] for each in small_file()["residents"]]
    tokens = [each["token"].partition(":")[2] for each in small_file()["cards"] if "nfc" in each["token"]]
    assert [each for each in (*people, *tokens, "wangmei") if each in figures] == []


def test_figures_say_so_while_the_database_is_away(watched: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "office_database_up 1.0" in _figures(watched)

    def gone(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("gone"))

    monkeypatch.setattr(watched.office.engine, "connect", gone)
    monkeypatch.setattr(watched.office.engine, "begin", gone)
    figures = _figures(watched)
    assert "office_database_up 0.0" in figures
    assert "office_answers" in figures


@pytest.mark.deep
def test_prometheus_takes_the_alerts() -> None:
    subprocess.run(["promtool", "check", "rules", ALERTS], check=True, capture_output=True)


def _figures(books: Books) -> str:
    """The figures, as Prometheus gets them."""
    answer = books.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)
