"""Each story runs once with SQLite and once with a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sync.world import Kiosk, OfficeWorld, open_world


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as world:
        yield world


@pytest.fixture
def make_kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Callable[..., Kiosk]]:
    made: list[Kiosk] = []

    def make(name: str = "kiosk", **options: Any) -> Kiosk:
        made.append(Kiosk(tmp_path / name, office, name, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def kiosk(make_kiosk: Callable[..., Kiosk]) -> Kiosk:
    return make_kiosk()
