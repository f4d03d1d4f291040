"""The demo's day begins at 11:20, and never goes back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.common.clock import DEFAULT_TIME_ZONE, DEMO_AHEAD, local_time, machine_boot_id, unix_ms
from sync.demo.clock import BEGINS, beginning, set_clock


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(DEFAULT_TIME_ZONE))


@pytest.mark.parametrize("now", ["27 04:35", "27 11:20", "27 23:59"])
def test_it_is_twenty_past_eleven_whatever_the_hour(now: str) -> None:
    assert beginning(at(now), None) == at("27 11:20")


@pytest.mark.parametrize(
    ("now", "recorded", "begins"),
    [
        ("27 04:35", "26 12:05", "27 11:20"),  # played yesterday
        ("27 06:10", "27 12:05", "27 12:05"),  # played this morning: it goes on
        ("27 16:00", "27 19:40", "28 11:20"),  # left on until its evening
        ("27 22:00", "28 03:00", "28 11:20"),  # left on into its night
        ("27 22:00", "30 12:00", "30 12:00"),  # left on for days
    ],
)
def test_started_again_it_goes_on_and_never_back(now: str, recorded: str, begins: str) -> None:
    assert beginning(at(now), at(recorded)) == at(begins)


def test_what_was_recorded_in_the_demos_time_is_not_overtaken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEMO_AHEAD, "0")
    boot_id = machine_boot_id()
    began = set_clock(tmp_path)
    assert began.time() == BEGINS
    assert machine_boot_id() != boot_id, "the kiosk goes by the clock of the boot before"
    (tmp_path / "kiosk").mkdir()
    recorded_ms = unix_ms()
    (tmp_path / "kiosk" / "journal.db").touch()
    again = set_clock(tmp_path)
    assert local_time(recorded_ms).replace(microsecond=0) <= again
    assert again <= local_time(unix_ms())


def test_a_demo_played_by_this_machines_clock_before_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEMO_AHEAD, "0")
    (tmp_path / "office").mkdir()
    recorded_ms = unix_ms() - 1000
    (tmp_path / "office" / "office.db").touch()
    assert set_clock(tmp_path) >= local_time(recorded_ms)
