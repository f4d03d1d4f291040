"""What the office finds out about the times of meals, from records as kiosks of any version wrote them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.ledger.accounts import revenue
from kiosk.ledger.figures import figures_in
from kiosk.ledger.machine.clock_records import CLOCK, OfficeHeard
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from sync.office.store.database import reading
from sync.office.store.tables import reviews
from tests.sync.world import SITE, Kiosk, OfficeWorld, altered, meal_postings

LUNCH = MealPeriod(meal="lunch", name={"zh": "午餐"}, opens=time(10, 30), closes=time(13))
TODAY = date(2026, 11, 23)
NOON_MS = int(datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)
HOUR_MS = 3_600_000


@pytest.fixture
def counter(office: OfficeWorld, kiosk: Kiosk) -> Kiosk:
    site = Site(name=SITE, title={"zh": "食堂"}, time_zone="Asia/Shanghai", meals=(LUNCH,))
    office.publish(Kind.SITE, SITE, site)
    return kiosk


def serve(
    kiosk: Kiosk, monotonic_ms: int, quality: ClockQuality, day: date = TODAY, portion: int = 1
) -> None:
    at = Moment(1, monotonic_ms, NOON_MS, quality)
    meal = MealServed(1, 0, SITE, day, "lunch", "60+", "r", portion, 0)
    with kiosk.journal.writing() as writing:
        writing.append(*MEAL_SERVED, meal, *meal_postings(1), at=at)


def hear(kiosk: Kiosk, monotonic_ms: int, office_ms: int) -> None:
    at = Moment(1, monotonic_ms, office_ms - monotonic_ms, ClockQuality.SYNCED)
    with kiosk.journal.writing() as writing:
        writing.append(*CLOCK, OfficeHeard(office_ms, monotonic_ms, 40), at=at)


def found(office: OfficeWorld) -> list[tuple[int, str, bool]]:
    """Place, code, and whether it is still open."""
    with reading(office.office.engine) as connection:
        rows = connection.execute(sa.select(reviews).order_by(reviews.c.seq))
        return [(row.seq, row.code, row.closed_at_ms is None) for row in rows]


@pytest.mark.parametrize("quality", [ClockQuality.UNKNOWN, ClockQuality.STALE])
def test_a_meal_that_nobody_vouched_for_is_in_doubt_until_the_office_is_heard(
    office: OfficeWorld, counter: Kiosk, quality: ClockQuality
) -> None:
    """As an earlier version wrote it, which sold by a stale clock."""
    serve(counter, 1000, quality)
    counter.push_all()
    assert found(office) == [(1, "uncertain_period", True)]
    hear(counter, HOUR_MS, NOON_MS + HOUR_MS // 2)
    counter.push_all()
    assert found(office) == [(1, "uncertain_period", False)]


def test_a_meal_of_another_time_is_found_in_an_earlier_batch(office: OfficeWorld, counter: Kiosk) -> None:
    serve(counter, 1000, ClockQuality.KEPT)
    serve(counter, 3 * HOUR_MS, ClockQuality.KEPT, portion=2)
    counter.push_all()
    assert found(office) == []
    hear(counter, 4 * HOUR_MS, NOON_MS + 4 * HOUR_MS)
    serve(counter, 5 * HOUR_MS, ClockQuality.SYNCED, date(2026, 11, 24))
    counter.push_all()
    hear(counter, 6 * HOUR_MS, NOON_MS + 6 * HOUR_MS)
    counter.push_all()
    assert found(office) == [(2, "wrong_period", True), (4, "wrong_period", True)]
    (detail,) = [each.detail for each in office.reviews() if each.seq == 2]
    said = figures_in(detail)
    assert (said["meal"], said["day"]) == ("lunch", "2026-11-23")
    assert said["earliest"] == "2026-11-23 14:59:59+08:00"
    assert said["latest"].startswith("2026-11-23 15:00:00")
    assert office.discrepancies() == []


@pytest.mark.parametrize("office_ms", [-(2**62), 2**62])
def test_a_time_beyond_all_calendars_blocks_nothing(
    office: OfficeWorld, counter: Kiosk, office_ms: int
) -> None:
    serve(counter, 1000, ClockQuality.STALE)
    hear(counter, 2000, office_ms)
    serve(counter, 3000, ClockQuality.UNKNOWN, date.max)
    counter.push_all()
    assert office.head_seq(counter.journal_id) == 3


def test_a_record_that_lies_about_its_place_is_not_judged_by_it(office: OfficeWorld, counter: Kiosk) -> None:
    serve(counter, 1000, ClockQuality.STALE)
    lie = altered(counter.last_raw(), 2**63 + 1)
    counter.write_raw(lambda seq: lie)
    counter.push_all()
    assert office.head_seq(counter.journal_id) == 2
    assert found(office) == [(1, "uncertain_period", True), (2, "wrong_seq", True)]


def test_a_meal_that_is_still_to_come_when_it_arrives_was_another_one(
    office: OfficeWorld, counter: Kiosk
) -> None:
    """Its kiosk may have gone by a wrong clock: a person looks, and nobody is accused."""
    ahead_ms = _day_ms(7)
    serve_at(counter, ahead_ms)
    counter.push_all()
    assert found(office) == [(1, "wrong_period", True)]
    assert _findings(office) == 0


def test_a_meal_from_before_the_office_was_last_heard_was_another_one(
    office: OfficeWorld, counter: Kiosk
) -> None:
    hear(counter, HOUR_MS, _day_ms(-1))
    counter.push_all()
    serve_at(counter, _day_ms(-3))
    counter.push_all()
    serve_at(counter, _day_ms(-1) + HOUR_MS)
    counter.push_all()
    assert found(office) == [(2, "wrong_period", True)]
    assert _findings(office) == 0


def test_nothing_is_by_the_offices_clock_that_the_office_has_not_told(
    office: OfficeWorld, counter: Kiosk
) -> None:
    serve_at(counter, _day_ms(7), ClockQuality.SYNCED)
    hear(counter, HOUR_MS, _day_ms(8))
    counter.push_all()
    assert [each[:2] for each in found(office) if each[1] == "not_yet"] == [(1, "not_yet"), (2, "not_yet")]
    assert office.balance_fen(revenue("canteen", SITE)) == 0
    assert office._ask("SELECT count(*) FROM clock_marks") == [(0,)]
    assert _findings(office) == 2
    assert office.discrepancies() == []


def test_an_office_that_had_told_a_wrong_time_believes_who_went_by_it(
    office: OfficeWorld, counter: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(office.office, "now_ms", lambda: _day_ms(40))
        counter.pull_all()
    counter.pull_all()
    hear(counter, HOUR_MS, _day_ms(40))
    serve_at(counter, _day_ms(40), ClockQuality.SYNCED)
    counter.push_all()
    assert [each for each in found(office) if each[1] == "not_yet"] == []
    assert _findings(office) == 0


def test_an_office_whose_clock_was_put_back_believes_who_goes_by_what_it_told(
    office: OfficeWorld, counter: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Town 48: its clock went back by a hundred days, and a kiosk had been without it for a day."""
    counter.pull_all()
    serve_at(counter, _day_ms(1), ClockQuality.SYNCED)
    serve_at(counter, _day_ms(93), ClockQuality.SYNCED)
    with monkeypatch.context() as patched:
        patched.setattr(office.office, "now_ms", lambda: _day_ms(-100))
        counter.push_all()
    assert [each[:2] for each in found(office) if each[1] == "not_yet"] == [(2, "not_yet")]
    assert _findings(office) == 1


def serve_at(kiosk: Kiosk, wall_ms: int, quality: ClockQuality = ClockQuality.KEPT) -> None:
    """The lunch of the day that the record says it is, at noon."""
    day = datetime.fromtimestamp(wall_ms / 1000, ZoneInfo("Asia/Shanghai")).date()
    meal = MealServed(1, 0, SITE, day, "lunch", "60+", "r", 1, 0)
    with kiosk.journal.writing() as writing:
        at = Moment(2, 1000, wall_ms - 1000, quality)
        writing.append(*MEAL_SERVED, meal, *meal_postings(1), at=at)


def _day_ms(days: int) -> int:
    """Noon so many days from today."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0, second=0, microsecond=0)
    return int((today + timedelta(days)).timestamp() * 1000)


def _findings(office: OfficeWorld) -> int:
    return int(office._ask("SELECT sum(findings) FROM devices")[0][0])
