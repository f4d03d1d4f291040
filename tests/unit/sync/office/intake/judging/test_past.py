"""What the catalogue said, and what of it is kept for the batches that follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import TariffRule
from sync.office.catalogue.publishing import publish
from sync.office.intake.judging.past import Catalogue
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.factories import site


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    office = Office(OfficeSettings(data=tmp_path), offered(SERVICES))
    yield office.engine
    office.close()


def _publish(connection: sa.Connection, full_fen: int) -> None:
    rule = TariffRule(
        id="lunch", meal="lunch", from_age=60, first_day=date(2026, 1, 1), full_fen=full_fen, own_fen=full_fen
    )
    publish(connection, 1, Kind.TARIFF, rule.id, rule)
    west = replace(site("west"), courtesy_pool_fen=full_fen)
    publish(connection, 1, Kind.SITE, west.name, west)


def _told(connection: sa.Connection) -> tuple[list[int], list[int]]:
    """The prices, and what the site says, as batches are judged by them."""
    catalogue = Catalogue(connection, 1)
    return [each.full_fen for each in catalogue.all_rules], [
        each.courtesy_pool_fen for each in catalogue.site("west")
    ]


def test_prices_that_were_taken_back_before_they_held_judge_nobody(engine: sa.Engine) -> None:
    with pytest.raises(RuntimeError, match="no disk"), writing(engine) as connection:
        _publish(connection, 1500)
        assert _told(connection) == ([1500], [1500])
        raise RuntimeError("no disk")
    with writing(engine) as connection:
        _publish(connection, 1800)  # at the same revisions
    with writing(engine) as connection:
        assert _told(connection) == ([1800], [1800])


def test_prices_that_hold_are_read_once_for_all_batches(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        _publish(connection, 1500)
    told = []
    for _ in range(2):
        with writing(engine) as connection:
            told.append(Catalogue(connection, 1).all_rules[0])
    assert told[0] is told[1]
    with writing(engine) as connection:
        _publish(connection, 1600)
    with writing(engine) as connection:
        assert _told(connection) == ([1600, 1500], [1600, 1500])
