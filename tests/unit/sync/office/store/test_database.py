"""The office's schema: what migrations make is what the code expects, and a newer one is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kiosk.store.schema import UnknownSchema
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.store import tables
from sync.office.store.database import open_database, reading, writing
from tests.factories import open_files

OFFICE_ONLY = {  # kiosks need none
    "balances_by_account",
    "card_events_by_resident",
    "postings_by_account",
    "servings_by_day",
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'office.db'}"


def expected() -> sa.MetaData:
    """The office's tables and those of its services, and of no other that this process has heard of."""
    made = sa.MetaData()
    for table in (*tables.metadata.sorted_tables, *offered(SERVICES).derived.tables):
        if table.name not in made.tables:
            table.to_metadata(made)
    return made


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # which nobody reads back
def test_migrations_make_what_the_code_expects(url: str) -> None:
    engine = open_database(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [
            each for each in compare_metadata(context, expected()) if each[1].name not in OFFICE_ONLY
        ]
    assert differences == []
    engine.dispose()


def test_opening_again_changes_nothing(url: str) -> None:
    open_database(url).dispose()
    open_database(url).dispose()


def test_a_newer_schema_is_left_alone(url: str, tmp_path: Path) -> None:
    engine = open_database(url)
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UnknownSchema):
        open_database(url)
    assert open_files(tmp_path) == []


def test_every_key_begins_with_the_region() -> None:
    for table in expected().sorted_tables:
        assert next(iter(table.primary_key)).name == "region_id", table.name


def test_whoever_reads_does_not_wait_for_whoever_writes(url: str) -> None:
    engine = open_database(url)
    with writing(engine), reading(engine) as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM regions")).scalar_one() == 0
    engine.dispose()
