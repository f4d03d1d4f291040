"""Who may see the office's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.office.books import open_books

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
