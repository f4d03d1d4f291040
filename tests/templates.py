"""A new database gets the newest schema at once, as the migrations made it the first time.

Nearly every test needs a database or two, and migrating an empty one takes longer than most of what is then
tested with it. The migrations themselves run in `tests/databases`, and in every process that a test starts.
"""

from __future__ import annotations

from contextlib import closing
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from kiosk.store import schema
from kiosk.store.engine import disposing

_migrate_truly = schema._upgrade
_AROUND = ("BEGIN TRANSACTION;", "COMMIT;")


def schema_from_templates() -> None:
    """Databases on SQLite that this process finds empty are not migrated from now on."""
    schema._upgrade = _upgrade


def _upgrade(engine: sa.Engine, migrations: Path, revision: str, found: str | None) -> None:
    if found is not None or engine.dialect.name != "sqlite":
        _migrate_truly(engine, migrations, revision, found)
        return
    with engine.begin() as connection:
        if schema.current_revision(connection) is None:  # another may have been quicker
            for statement in _statements(migrations, revision):
                connection.exec_driver_sql(statement)


@cache
def _statements(migrations: Path, revision: str) -> tuple[str, ...]:
    with disposing(sa.create_engine("sqlite://")) as engine:
        _migrate_truly(engine, migrations, revision, None)
        with closing(engine.raw_connection()) as connection:
            return tuple(each for each in connection.driver_connection.iterdump() if each not in _AROUND)
