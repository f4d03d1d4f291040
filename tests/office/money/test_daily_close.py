"""The daily close: what kiosks say of a day against what the office has, and never "all" before it is all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from sync.office.console import formats
from sync.office.services.accounts.closing.closing import SiteClose, site_days
from sync.office.store.database import snapshot, writing
from sync.office.store.tables import devices
from tests.sync.world import PRICE_FEN, SITE, SUBSIDY_FEN, Kiosk, OfficeWorld, moment, open_world

LUNCH_FEN = PRICE_FEN + SUBSIDY_FEN
SOLD_ON = formats.local(moment(1).wall_ms).date()


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as opened:
        opened.resident(1, opening_fen=100_000)
        yield opened


@pytest.fixture
def kiosk(tmp_path: Path, world: OfficeWorld) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "kiosk", world, "counter")
    yield made
    made.close()


def day_of(world: OfficeWorld, day: date = SOLD_ON) -> SiteClose:
    with snapshot(world.office.engine) as connection:
        (closed,) = site_days(connection, 1, {SITE: ""}, day)
        return closed


def test_a_day_is_whole_once_everything_is_here_and_agrees(world, kiosk):
    kiosk.sell(3)
    kiosk.push_all()
    closed = day_of(world)
    (one,) = closed.kiosks
    assert (one.said_fen, one.booked_fen) == (3 * LUNCH_FEN, 3 * LUNCH_FEN)
    assert one.here_seq == kiosk.journal.head.seq
    assert closed.is_whole
    assert day_of(world, date(2020, 1, 1)).kiosks[0].records == 0


def test_a_kiosk_that_holds_records_is_named_and_the_day_is_not_whole(world, kiosk):
    kiosk.sell(1)
    kiosk.push_all()
    with writing(world.office.engine) as connection:
        more = "UPDATE journals SET claimed_seq = claimed_seq + 2 WHERE device_id IS NOT NULL"
        connection.execute(sa.text(more))
    closed = day_of(world)
    assert [(each.kiosk, each.backlog) for each in closed.missing] == [("counter", 2)]
    assert not closed.is_whole


def test_a_kiosk_that_was_not_heard_since_the_day_is_named(world, kiosk):
    kiosk.sell(1)
    kiosk.push_all()
    with writing(world.office.engine) as connection:
        connection.execute(devices.update().values(last_seen_ms=moment(1).wall_ms))
    closed = day_of(world)
    assert [each.kiosk for each in closed.missing] == ["counter"]
    assert closed.kiosks[0].agrees
    assert not closed.is_whole


def test_a_fen_that_the_office_lost_shows_at_its_kiosk(world, kiosk):
    kiosk.sell(2)
    kiosk.push_all()
    lost = "UPDATE postings SET quantity = quantity - 1 WHERE account LIKE 'revenue%'"
    with writing(world.office.engine) as connection:
        connection.execute(sa.text(lost))
    (one,) = day_of(world).kiosks
    assert one.said_fen - one.booked_fen == 2
    assert not one.agrees
