"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from kiosk.counter import Counter
from kiosk.plain.logs import log_beside_output
from sync.office.store.database import open_database
from tests import connections
from tests.addresses import addresses_compiled_once
from tests.browser.chromium import PATH, SHELL, NoBrowser, chromium
from tests.compiled_pages import pages_compiled_once
from tests.factories import World
from tests.memory import files_in_memory
from tests.postgresql import postgresql_in
from tests.process_logs import written_since
from tests.statements import compiled_once
from tests.templates import schema_from_templates

files_in_memory()
schema_from_templates()
compiled_once()
addresses_compiled_once()
pages_compiled_once()
connections.watch()
log_beside_output()  # or what another thread says would be in the output of a command that a test runs
# How long an example takes depends on what else the machine does; speed is measured in `tests/bench`.
# Each run looks at the same examples, so that a change is held up by what it changed. Others are looked for
# by hand: `pytest --hypothesis-profile=search`.
settings.register_profile("search", deadline=None)
settings.register_profile("any machine", deadline=None, derandomize=True)
settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """Four thousand tests and all they import stay to the end: the collector need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A command that ran inside this process kept its files to itself, and all that came after as well."""
    os.umask(0o022)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections += written_since(call.start)
    return report


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def counter(world: World) -> Iterator[Counter]:
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for the whole run: a process cannot drive two. `CHROMIUM` names another programme."""
    path = os.environ.get("CHROMIUM") or (SHELL if SHELL.exists() else PATH)
    try:
        with chromium(Path(path)) as started:
            yield started
    except NoBrowser as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server's URL, with the database `postgres`."""
    # Not in pytest's own folder: it keeps three of those, and removes a fourth under a run that goes on.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, postgresql_in(Path(folder)) as url:
        yield url


@pytest.fixture(scope="session")
def template(postgresql: str) -> Iterator[str]:
    """The name of a database on PostgreSQL that has the newest schema, and nothing in it."""
    name = "office_template"
    with database(postgresql, name, "template1") as url:
        open_database(url).dispose()
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind with nothing in it; whether with its schema already makes no difference."""
    with _of_each_kind(request, tmp_path) as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, one for all tests of a file, which leave it as they find it."""
    with _of_each_kind(request, tmp_path_factory.mktemp("shared")) as url:
        yield url


@contextmanager
def _of_each_kind(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'office.db'}"
        return
    server, template = map(request.getfixturevalue, ("postgresql", "template"))
    with database(server, f"office_{uuid4().hex}", template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'office.db'}"
        return
    with database(request.getfixturevalue("postgresql"), f"office_{uuid4().hex}", "template1") as url:
        yield url


@contextmanager
def database(server: str, name: str, template: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as admin:
        # Its files are copied: written through the log they take the server a third longer.
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield server.replace("/postgres?", f"/{name}?")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
