"""A province's meals, over databases that know nothing of each other, one of which is dead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from sync.office.cli import main
from tests.conftest import database
from tests.office.books import MONDAY, TUESDAY, open_books, small_file

DEAD = "postgresql://office@/office?host=/nowhere"
DAYS = ("--from", MONDAY.isoformat(), "--to", TUESDAY.isoformat())


@pytest.fixture
def regions(tmp_path: Path, postgresql: str, template: str) -> Iterator[Path]:
    """Two counties with a database each that served, and one whose database is away."""
    names = [f"office_{uuid4().hex}" for _ in range(2)]
    with (
        database(postgresql, names[0], template) as first,
        database(postgresql, names[1], template) as second,
    ):
        for region_id, url in ((1, first), (2, second)):
            with open_books(tmp_path / f"office-{region_id}", url, region_id=region_id) as books:
                books.import_(small_file())
                for day in (MONDAY, TUESDAY)[:region_id]:
                    books.sell(day=day, elders=500)
        path = tmp_path / "regions.toml"
        lie = {1: ("桃源县", first), 2: ("临溪县", second), 3: ("青石县", DEAD)}
        path.write_text(
            "".join(
                f'[[region]]\nid = {number}\nname = "{name}"\ndatabase = "{url}"\n'
                for number, (name, url) in lie.items()
            )
        )
        yield path


@pytest.fixture
def asked(tmp_path: Path, regions: Path) -> Callable[..., Result]:
    def ask(*words: str) -> Result:
        config = tmp_path / "office.toml"
        config.write_text(f'[office]\ndata = "{tmp_path / "office-1"}"\nregions = "{regions}"\n')
        return CliRunner().invoke(main, ["--config", str(config), *words])

    return ask


def test_the_total_is_of_those_who_answer_and_the_dead_one_is_named(asked: Callable[..., Result]) -> None:
    done = asked("report", "province", *DAYS)
    made: dict[str, Any] = json.loads(done.stdout)
    portions = {each["name"]: each["figures"]["portions"] for each in made["regions"]}
    assert portions == {"桃源县": 1, "临溪县": 2}
    assert all(each["holds"] for each in made["regions"])
    total = made["total"]
    assert (total["portions"], total["own_fen"], total["subsidy_fen"]) == (3, 3000, 1500)
    assert total["claims"] == [{"programme": "elders", "portions": 3, "fen": 1500}]
    assert [each["name"] for each in made["missing"]] == ["青石县"]
    assert done.exit_code == 1
    assert "not in the total: 3 青石县" in done.stderr


def test_one_regions_dead_database_leaves_the_others_as_they_are(asked: Callable[..., Result]) -> None:
    """Each has its own process, which never asks for another's database."""
    assert asked("report", "meals", *DAYS).exit_code == 0
    assert asked("verify").stdout == "The books hold.\n"
    listed = asked("region", "list").stdout
    assert "青石县" in listed
    assert "postgres:***@" in listed, "no password is shown"
