"""The voice is full at meals and softer early and late."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.plain.volume import VolumeByHour
from kiosk.settings import SettingsError, load
from tests.unit.kiosk.test_settings import GOOD, write


@pytest.mark.parametrize(
    ("local_time", "percent"),
    [("00:00", 50), ("07:59", 50), ("08:00", 100), ("11:42", 100), ("18:59", 100), ("19:00", 50)],
)
def test_usually_it_is_full_from_eight_to_nineteen(local_time: str, percent: int) -> None:
    assert VolumeByHour().percent_at(local_time) == percent


def test_a_site_sets_its_own_hours_in_any_order(tmp_path: Path) -> None:
    table = '[voice.volume_percent]\n"13:00" = 40\n"10:30" = 90\n'
    volume = load(write(tmp_path, GOOD + table)).voice.volume_percent
    assert [volume.percent_at(each) for each in ("09:00", "10:30", "12:59", "13:00")] == [40, 90, 90, 40]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('{ "8:00" = 50 }', '\'8:00\' is no time of the day; "00:00" to "23:59" is allowed'),
        ('{ "24:00" = 50 }', '\'24:00\' is no time of the day; "00:00" to "23:59" is allowed'),
        ('{ "08:00" = 101 }', "08:00 = 101: a whole number from 0 to 100 is allowed"),
        ('{ "08:00" = true }', "08:00 = True: a whole number from 0 to 100 is allowed"),
        ("{}", 'nothing is set; such as "08:00" = 100 is allowed'),
        ("80", "80 is no VolumeByHour; a table such as"),
    ],
)
def test_a_wrong_volume_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, wrong: str, said: str
) -> None:
    with pytest.raises(SettingsError) as error:
        load(write(tmp_path, f'{GOOD}[voice]\nrecorded = ""\nvolume_percent = {wrong}\n'))
    assert "kiosk.toml:8: voice.volume_percent: " in str(error.value)
    assert said in str(error.value)


def test_a_set_of_recordings_is_named_without_a_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"kiosk.toml:6: voice: '\.\./x': the name of a folder"):
        load(write(tmp_path, GOOD + '[voice]\nrecorded = "../x"\n'))
