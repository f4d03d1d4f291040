"""What the office does by itself: tombstones go after 120 days, and nobody misses what they said."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Programme
from sync.office.catalogue.publishing import withdraw
from sync.office.serving.housekeeping import KEEP_DAYS, Housekeeping, keep_house
from sync.office.store.database import reading, writing
from sync.office.store.tables import catalogue_items, regions, revision_days
from tests.sync.world import Kiosk, OfficeWorld, eventually

DAY_MS = 24 * 3600 * 1000


def _keep_house(office: OfficeWorld, days: int) -> None:
    """A look some days from now."""
    with writing(office.office.engine) as connection:
        keep_house(connection, office.office, office.office.now_ms() + days * DAY_MS)


def _tombstones(office: OfficeWorld) -> int:
    with reading(office.office.engine) as connection:
        gone = (
            sa.select(sa.func.count()).select_from(catalogue_items).where(catalogue_items.c.value.is_(None))
        )
        return connection.execute(gone).scalar_one()


def _here(kiosk: Kiosk) -> bool:
    with kiosk.agent.cursor._engine.begin() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM items WHERE kind = 'programme'")
        return bool(found.scalar_one())


def test_a_tombstone_is_kept_for_120_days(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.publish(Kind.PROGRAMME, "elders", Programme(name="elders", title={}))
    kiosk.pull_all()
    assert _here(kiosk)
    with writing(office.office.engine) as connection:
        withdraw(connection, office.office.region_id, Kind.PROGRAMME, "elders")
    _keep_house(office, 0)
    _keep_house(office, KEEP_DAYS - 1)
    assert _tombstones(office) == 1
    _keep_house(office, KEEP_DAYS)
    assert _tombstones(office) == 0
    kiosk.pull_all()  # it had not read since, and gets all there is
    assert not _here(kiosk)


def test_a_kiosk_that_has_read_since_is_not_sent_everything_again(office: OfficeWorld, kiosk: Kiosk) -> None:
    _keep_house(office, 0)
    office.publish(Kind.PROGRAMME, "elders", Programme(name="elders", title={}))
    kiosk.pull_all()
    _keep_house(office, KEEP_DAYS)
    assert kiosk.agent.pull_stage.run(kiosk.transport, kiosk.enrolment.pinned).items == 0
    with reading(office.office.engine) as connection:
        assert connection.execute(sa.select(regions.c.pruned_revision)).scalar_one() > 0


def test_it_looks_once_a_day_and_keeps_no_old_notes(office: OfficeWorld) -> None:
    for days in (0, 0, 1, 1, KEEP_DAYS + 5):
        _keep_house(office, days)
    assert office.count(revision_days) == 1


def test_it_looks_while_the_office_runs(office: OfficeWorld, monkeypatch) -> None:
    monkeypatch.setattr("sync.office.serving.housekeeping.LOOK_EVERY_S", 0.01)
    Housekeeping(office.office).start()
    assert eventually(lambda: office.count(revision_days) == 1)
