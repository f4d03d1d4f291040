"""What is wrong at the counter is one list, the worst first, and says whether lunch can go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import pytest

from drivers.contracts import DeviceState
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.contact import SILENCE_MS, Heard
from kiosk.common.clock import local_time
from kiosk.common.troubles import ExchangeStopped, Offline, Severity, low_mb, troubles
from kiosk.settings import ReaderSection
from tests.factories import World
from tests.unit.kiosk.web.conftest import STANDING

DAY_MS = 24 * 3600 * 1000
MB = 1024 * 1024
SOUND = msgspec.structs.replace(STANDING, scanner_ready=True, printer_ready=True)


NINE_DAYS_AWAY = {"last_contact": "2025-06-03", "offline_since_ms": 1, "offline_days": 9}


def codes(**changes: object) -> list[str]:
    return [each.code for each in troubles(msgspec.structs.replace(SOUND, **changes))]


def test_nothing_is_wrong_on_a_good_day() -> None:
    assert codes() == []
    assert codes(unsent=40, scanner_ready=None, printer_ready=None) == []


def test_a_sync_process_that_stands_still_is_named_and_not_the_network() -> None:
    (found,) = troubles(msgspec.structs.replace(SOUND, exchange_stopped="11:42", offline_since_ms=1))
    assert (found, found.can_serve) == (ExchangeStopped(since="11:42"), True)


@pytest.mark.parametrize("reason", ["unplugged", "absent", "silent", "stuck", "forbidden"])
def test_a_reader_that_is_gone_does_not_stop_lunch(reason: str) -> None:
    (found,) = troubles(msgspec.structs.replace(SOUND, reader_ready=False, reader_reason=reason))
    assert (found.code, found.can_serve) == (f"reader_{reason}", True)


def test_the_worst_comes_first() -> None:
    found = codes(
        printer_ready=False,
        printer_reason="out_of_paper",
        reader_ready=False,
        reader_reason="unplugged",
        trouble="journal_unwritable",
        **NINE_DAYS_AWAY,
    )
    assert found[0] == "journal_unwritable"
    assert found[1:3] == ["reader_unplugged", "catalogue_old"]
    assert set(found[3:]) == {"printer_out_of_paper", "offline"}


def test_nine_days_without_the_network_say_what_waits_and_that_news_is_old() -> None:
    old, offline = troubles(msgspec.structs.replace(SOUND, **NINE_DAYS_AWAY, unsent=312))
    assert offline == Offline(since="2025-06-03", unsent=312)
    assert (old.code, old.severity) == ("catalogue_old", Severity.HINDERED)
    assert codes(**NINE_DAYS_AWAY | {"offline_days": 6}) == ["offline"]
    assert codes(last_contact="12:03") == []


def test_paper_that_runs_out_soon_is_told_while_the_printer_still_prints() -> None:
    assert codes(printer_reason="paper_low") == ["printer_paper_low"]
    assert codes(printer_reason="ready") == []
    assert codes(printer_ready=False, printer_reason="not_configured") == []


def test_only_what_keeps_the_counter_from_selling_stops_lunch() -> None:
    everything = msgspec.structs.replace(
        SOUND,
        reader_ready=False,
        scanner_ready=False,
        printer_ready=False,
        disk_low_mb=10,
        **NINE_DAYS_AWAY,
    )
    assert all(each.can_serve for each in troubles(everything))
    stopped = troubles(msgspec.structs.replace(everything, trouble="journal_damaged"))
    assert [each.can_serve for each in stopped][:2] == [False, True]


@pytest.mark.parametrize(
    ("free_bytes", "shown"),
    [(200 * MB, None), (200 * MB - 1, 190), (57 * MB, 50), (0, 0)],
)
def test_a_full_disk_is_told_by_tens(free_bytes: int, shown: int | None) -> None:
    assert low_mb(free_bytes, warn_below_mb=200) == shown


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    made = create_app(world.settings(), lambda *_: [], world.time.source())
    made.look()
    yield made
    made.counter().close()


def reported(kiosk: Kiosk) -> list[str]:
    kiosk.look()
    return list(kiosk.health()[1]["troubles"])


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("path", "told"), [("", []), ("tty:/dev/ttyUSB0:pn532", ["reader_not_ready"])])
def test_a_reader_is_missed_where_the_settings_name_one(world: World, path: str, told: list[str]) -> None:
    kiosk = create_app(world.settings(reader=ReaderSection(path=path)), lambda *_: [], world.time.source())
    assert reported(kiosk) == told
    kiosk.counter().close()


def test_the_health_page_says_what_the_screen_says(
    world: World, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reported(kiosk) == []
    for device, reason in (("reader", "unplugged"), ("scanner", "absent"), ("printer", "out_of_paper")):
        kiosk._states.heard(DeviceState(device, False, reason, ""))
    assert set(reported(kiosk)) == {"reader_unplugged", "scanner_absent", "printer_out_of_paper"}
    for device in ("reader", "scanner", "printer"):
        kiosk._states.heard(DeviceState(device, True, "ready", ""))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - 5_000_000, 5_000_000))
    assert reported(kiosk) == ["disk_low"]


def test_days_without_the_office_are_counted_from_its_last_word(world: World, kiosk: Kiosk) -> None:
    world.hear_the_office(Heard(kiosk.counter().clock.now().wall_ms - 9 * DAY_MS - 60_000))
    assert reported(kiosk) == ["catalogue_old", "offline"]
    assert kiosk.board.standing.offline_days == 9


def heard_now(world: World) -> Heard:
    return Heard(world.time.wall_ms, world.time.boot_id, world.time.monotonic_ms)


def test_a_cut_cable_is_told_within_a_minute_and_says_since_when(world: World, kiosk: Kiosk) -> None:
    world.hear_the_office(heard_now(world))
    cut_ms = world.time.wall_ms
    world.time.advance(seconds=SILENCE_MS / 1000 - 1)
    assert reported(kiosk) == []
    assert kiosk.health()[1]["offline_since_ms"] is None
    world.time.advance(seconds=1)
    assert reported(kiosk) == ["offline"]
    assert SILENCE_MS < 60_000
    assert kiosk.health()[1]["offline_since_ms"] == cut_ms
    assert kiosk.board.standing.last_contact == local_time(cut_ms).strftime("%H:%M")
    world.hear_the_office(heard_now(world))
    assert reported(kiosk) == []


def test_a_clock_that_is_set_neither_cuts_the_cable_nor_mends_it(world: World, kiosk: Kiosk) -> None:
    world.hear_the_office(heard_now(world))
    reported(kiosk)
    world.time.wall_ms += 3 * 3_600_000
    assert reported(kiosk) == []
    world.time.advance(seconds=600)
    world.time.wall_ms -= 5 * 3_600_000
    assert reported(kiosk) == ["offline"]
