"""The power was off and nobody is online: staff say once which meal it is, and lunch goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.app import Kiosk, create_app
from kiosk.catalogue import tables as catalogue
from kiosk.front.clock_question import NoSuchMeal
from kiosk.ledger.machine.clock_records import CLOCK, CLOCK_CONFIRMED, OfficeHeard, clock_marks
from kiosk.ledger.records import ClockQuality, Record
from kiosk.ledger.tables import records
from kiosk.services.canteen.actions import Canteen
from tests.factories import LUNCHTIME, World
from tests.unit.kiosk.test_app import answer, close

TODAY = date(2026, 11, 23)
OPENS_MS = int(LUNCHTIME.replace(hour=2, minute=30).timestamp() * 1000)
REQUEST = "0123456789abcdef"


@pytest.fixture
def start(world: World) -> Iterator[Callable[[], Kiosk]]:
    """Starts the kiosk, ending the run before it."""
    world.add_many(range(1001, 1009))
    runs: list[Kiosk] = []

    def run() -> Kiosk:
        for earlier in runs:
            close(earlier)
        runs[:] = [create_app(world.settings(), lambda *_: [], world.time.source())]
        runs[0].look()
        return runs[0]

    yield run
    for last in runs:
        close(last)


def power_cut(world: World, wall_ms: int, boot_id: str = "second-boot") -> None:
    world.time.boot_id, world.time.wall_ms, world.time.monotonic_ms = boot_id, wall_ms, 20_000


def written(kiosk: Kiosk) -> list[Record]:
    with kiosk.counter().reader.connect() as connection:
        raws = connection.execute(sa.select(records.c.raw).order_by(records.c.seq)).scalars()
        return [msgspec.msgpack.decode(raw, type=Record) for raw in raws]


def hear_the_office(world: World, office_ms: int) -> None:
    time = world.time
    with world.writing_catalogue() as connection:
        connection.execute(sa.delete(catalogue.contact))
        row = {"id": 1, "at_ms": office_ms, "acked_seq": 0, "journal_id": world.journal_id}
        moment = {"boot_id": time.boot_id, "monotonic_ms": time.monotonic_ms, "rtt_ms": 60}
        connection.execute(catalogue.contact.insert(), row | moment)


def test_a_kiosk_that_wakes_in_1970_asks_once_and_sells_on(world: World, start: Callable[[], Kiosk]) -> None:
    assert answer(start(), 1001).code == "served"
    power_cut(world, wall_ms=30_000)
    kiosk = start()
    asked = kiosk.board.standing.question
    assert (kiosk.board.standing.trouble, asked and asked.day) == ("clock_uncertain", "2026-11-23")
    assert asked and [code for code, _ in asked.meals] == ["lunch", "dinner"]
    assert kiosk.board.standing.site["zh"] == "长者食堂"
    assert kiosk.board.standing.local_time == ""  # which nobody knows
    head_seq = kiosk.counter().journal.head.seq
    assert answer(kiosk, 1002).code == "clock_uncertain"
    assert (
        kiosk.desk.answer(lambda counter: counter[Canteen].second_portion(1001, REQUEST)).code
        == "clock_uncertain"
    )
    assert kiosk.counter().journal.head.seq == head_seq

    for _ in range(2):
        kiosk.confirm_meal(TODAY, "lunch", "a" * 16)
    assert (kiosk.board.standing.trouble, kiosk.board.standing.question) == ("", None)
    assert answer(kiosk, 1002).code == "served"
    assert answer(kiosk, 1001).code == "already_served"  # today's lunch, before the power was off
    told, sold = written(kiosk)[head_seq:]
    assert (told.kind, told.version) == CLOCK_CONFIRMED
    assert (told.wall_ms, told.quality, sold.quality) == (OPENS_MS, ClockQuality.KEPT, ClockQuality.KEPT)

    world.time.advance(hours=1)
    assert answer(start(), 1003).code == "served"  # a restart asks nobody
    world.time.advance(hours=2)
    kiosk = start()
    assert answer(kiosk, 1004).code == "clock_uncertain"  # that lunch is over
    kiosk.confirm_meal(TODAY, "lunch", "a" * 16)  # and the old touch, sent once more, brings it not back
    assert kiosk.board.standing.trouble == "clock_uncertain"
    kiosk.confirm_meal(TODAY, "dinner", "b" * 16)
    assert answer(kiosk, 1004).result.meal == "dinner"


def test_the_office_answers_the_question_by_being_heard(world: World, start: Callable[[], Kiosk]) -> None:
    start()
    power_cut(world, wall_ms=0)
    kiosk = start()
    noon_ms = int(LUNCHTIME.timestamp() * 1000)
    hear_the_office(world, noon_ms)
    for _ in range(3):
        kiosk.look()
    assert kiosk.board.standing.question is None
    assert answer(kiosk, 1001).code == "served"
    contact, sold = written(kiosk)[-2:]
    assert (contact.kind, contact.version) == CLOCK
    assert msgspec.msgpack.decode(contact.body, type=OfficeHeard) == OfficeHeard(noon_ms, 20_000, 60)
    assert (sold.wall_ms, sold.quality) == (noon_ms + 30, ClockQuality.SYNCED)
    kiosk = start()
    kiosk.look()
    with kiosk.counter().reader.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(clock_marks)).scalar() == 1


def test_a_board_without_a_battery_asks_after_every_power_cut(
    world: World, start: Callable[[], Kiosk]
) -> None:
    start()
    world.time.battery = False
    power_cut(world, wall_ms=world.time.wall_ms + 60_000)
    kiosk = start()
    assert answer(kiosk, 1001).code == "clock_uncertain"
    kiosk.confirm_meal(TODAY, "lunch", REQUEST)
    assert kiosk.counter().clock.now().wall_ms == world.time.wall_ms  # they agree with what it shows


def test_a_wrong_day_is_asked_about_at_the_next_boot(world: World, start: Callable[[], Kiosk]) -> None:
    start()
    power_cut(world, wall_ms=0)
    start().confirm_meal(date(2027, 11, 23), "lunch", REQUEST)
    power_cut(world, wall_ms=int(LUNCHTIME.timestamp() * 1000), boot_id="third-boot")
    kiosk = start()
    assert kiosk.board.standing.trouble == "clock_uncertain"
    kiosk.confirm_meal(TODAY, "lunch", "b" * 16)
    assert answer(kiosk, 1001).code == "served"
    hear_the_office(world, world.time.wall_ms)
    kiosk.look()
    assert kiosk.counter().clock.now().quality is ClockQuality.SYNCED


def test_a_meal_that_the_site_does_not_serve_sets_no_clock(world: World, start: Callable[[], Kiosk]) -> None:
    power_cut(world, wall_ms=0)
    kiosk = start()
    with pytest.raises(NoSuchMeal):
        kiosk.confirm_meal(TODAY, "brunch", REQUEST)
    assert kiosk.board.standing.trouble == "clock_uncertain"
