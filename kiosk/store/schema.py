"""Bringing `journal.db` to the schema this version writes, and refusing one it does not know.

A kiosk that was given an older program finds a newer file: it must not touch it. The migration library is
loaded only when there is something to migrate, for it costs more than the rest of a start.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from kiosk.ledger.journal import kiosk_metadata
from kiosk.ledger.tables import metadata
from kiosk.plain.refusals import Refusal

METADATA = [metadata, kiosk_metadata]
REVISION = "0007"
MIGRATIONS = Path(__file__).parent / "migrations"


class UnknownSchema(Refusal):
    """The file was written by another, newer version of the program. Use that version."""

    code = "unknown_schema"
    found: str
    known: str


def migrate(engine: sa.Engine, migrations: Path = MIGRATIONS, revision: str = REVISION) -> str | None:
    """Bring the database to `revision`, in one transaction; returns which it had. Raises `UnknownSchema`."""
    with engine.connect() as connection:
        found = current_revision(connection)
    if found != revision:
        _upgrade(engine, migrations, revision, found)
    return found


def current_revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: sa.Engine, migrations: Path, revision: str, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(migrations))
    try:
        if found is not None:
            ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        raise UnknownSchema(found=found or "", known=revision) from error
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
