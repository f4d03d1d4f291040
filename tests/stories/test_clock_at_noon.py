"""A kiosk wakes in 1970 at noon without a network: staff name the meal, and the office checks it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.clock import TimeSource
from kiosk.ledger.accounts import own_money
from kiosk.settings import KioskSection, Settings, StoreSection
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.office.store.database import writing
from sync.office.store.tables import reviews
from tests.factories import LUNCHTIME, SITE, TestTime, card, resident, site, tariff
from tests.sync.world import OfficeWorld, open_world
from tests.unit.kiosk.test_app import answer, close

NOON_MS = int(LUNCHTIME.timestamp() * 1000)
TODAY, YESTERDAY = date(2026, 11, 23), date(2026, 11, 22)
HOUR_MS = 3_600_000
EATERS = range(1001, 1005)
OPENING_FEN = 5000


class Counter:
    """A kiosk and its sync process on a clock that the story moves; the office goes by the true time."""

    def __init__(self, office: OfficeWorld, folder: Path) -> None:
        self.office, self.time, self.true_ms = office, TestTime(), NOON_MS - 3 * HOUR_MS
        office.office.now_ms = lambda: self.true_ms  # type: ignore[method-assign]
        self.folder = folder
        enrol(folder, office.url, office.code("front", SITE))
        self.kiosk: Kiosk | None = None

    def start(self, wall_ms: int, boot_id: str) -> Kiosk:
        """Power on, with whatever the wall clock says."""
        self.stop()
        self.time.wall_ms, self.time.monotonic_ms, self.time.boot_id = wall_ms, 20_000, boot_id
        store = StoreSection(folder=self.folder, voice=Path())
        settings = Settings(kiosk=KioskSection(name="front", site=SITE), store=store)
        self.kiosk = create_app(settings, lambda *_: [], self.source())
        self.kiosk.look()
        return self.kiosk

    def source(self) -> TimeSource:
        return self.time.source()

    def pass_time(self, hours: float) -> None:
        self.true_ms += int(hours * HOUR_MS)
        self.time.advance(hours=hours)

    def contact(self) -> None:
        """The network is there: both directions, and the kiosk looks at what came."""
        agent = Agent(self.folder, source=self.source())
        agent.once()
        if self.kiosk:
            self.kiosk.look()
            agent.once()
        agent.close()

    def stop(self) -> None:
        if self.kiosk:
            close(self.kiosk)
        self.kiosk = None

    def findings(self) -> list[tuple[str, bool]]:
        with writing(self.office.office.engine) as connection:
            rows = connection.execute(sa.select(reviews).order_by(reviews.c.seq))
            return [(row.code, row.closed_at_ms is None) for row in rows]


@pytest.fixture
def counter(tmp_path: Path, database_url: str) -> Iterator[Counter]:
    with open_world(tmp_path / "office", database_url) as office:
        office.publish(Kind.SITE, SITE, site())
        for rule in tariff():
            office.publish(Kind.TARIFF, rule.id, rule)
        for number in EATERS:
            office.resident(number, site=SITE, opening_fen=OPENING_FEN)
            office.publish(Kind.RESIDENT, str(number), resident(number))
            office.publish(Kind.CARD, card(number).token, card(number))
        made = Counter(office, tmp_path / "front")
        made.contact()
        yield made
        made.stop()


def day_begins(counter: Counter) -> None:
    """The kiosk was online in the morning; then power and network went."""
    counter.start(counter.true_ms, "morning")
    counter.contact()
    counter.pass_time(hours=3)


def test_staff_name_the_right_meal_and_nothing_is_left_to_look_at(counter: Counter) -> None:
    day_begins(counter)
    kiosk = counter.start(20_000, "1970")
    assert answer(kiosk, 1001).code == "clock_uncertain"
    kiosk.confirm_meal(TODAY, "lunch", "a" * 16)
    assert [answer(kiosk, number).code for number in EATERS] == ["served"] * 4
    counter.pass_time(hours=0.5)
    counter.contact()
    assert counter.findings() == []
    assert kiosk.counter().clock.now().wall_ms == counter.true_ms
    assert [counter.office.balance_fen(own_money(each)) for each in EATERS] == [OPENING_FEN - 1000] * 4
    assert counter.office.discrepancies() == []


def test_a_wrong_day_is_found_when_the_office_is_heard_and_no_money_moves(counter: Counter) -> None:
    day_begins(counter)
    kiosk = counter.start(20_000, "1970")
    kiosk.confirm_meal(YESTERDAY, "lunch", "a" * 16)
    assert answer(kiosk, 1001).code == "served"
    counter.pass_time(hours=0.5)
    counter.contact()
    assert counter.findings() == [("wrong_clock_confirmed", True), ("wrong_period", True)]
    assert answer(kiosk, 1002).code == "served"  # of today: the office has set the clock
    counter.contact()
    assert len(counter.findings()) == 2
    assert counter.office.balance_fen(own_money(1001)) == OPENING_FEN - 1000
    assert counter.office.discrepancies() == []


def test_a_battery_clock_hours_behind_is_found_even_after_another_power_cut(counter: Counter) -> None:
    day_begins(counter)
    counter.pass_time(hours=5)  # 16:42, and dinner is served; the battery clock stood still
    kiosk = counter.start(NOON_MS, "slow battery")
    assert answer(kiosk, 1001).result.meal == "lunch"
    counter.pass_time(hours=1)
    counter.start(counter.true_ms, "evening")
    counter.contact()
    assert counter.findings() == []  # between two boots it could have been noon: nobody can tell

    counter.pass_time(hours=0.1)
    kiosk = counter.start(NOON_MS + 24 * HOUR_MS, "fast battery")  # tomorrow's lunch, at half past five today
    assert answer(kiosk, 1002).result.meal == "lunch"
    counter.pass_time(hours=0.1)
    counter.start(counter.true_ms, "night")
    counter.contact()
    assert counter.findings() == [("wrong_period", True)]
