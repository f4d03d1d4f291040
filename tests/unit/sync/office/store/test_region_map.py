"""The small file that says where each region lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.settings import SettingsError
from sync.office.settings import OfficeSettings
from sync.office.store.region_map import RegionMap

FILE = """
[[region]]
id = 1
name = "桃源\\"县"
database = "postgresql://office@one/office"

[[region]]
id = 2
name = "临溪县"
database = "postgresql://office@one/office"
"""


@pytest.fixture
def region_map(tmp_path: Path) -> RegionMap:
    path = tmp_path / "regions.toml"
    path.write_text(FILE)
    path.chmod(0o640)
    return RegionMap(path)


def test_a_region_that_moved_is_found_by_those_who_looked_before(region_map: RegionMap) -> None:
    others = RegionMap(region_map.path)
    assert others.database_of(2) == "postgresql://office@one/office"
    before = others.all()
    region_map.move(2, "postgresql://office@two/office")
    assert others.database_of(2) == "postgresql://office@two/office"
    assert others.all()[0] == before[0]
    assert region_map.path.stat().st_mode & 0o777 == 0o640, "it may hold a password"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FILE.replace("id = 2", "id = 1"), "region 1 is there twice"),
        (FILE.replace("postgresql://office@one", "sqlite://", 1), "region 1: database"),
        ("[[region]]\nid = 1\n", "name"),
        ("region = nonsense", "not TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(region_map: RegionMap, content: str, said: str) -> None:
    region_map.path.write_text(content)
    with pytest.raises(SettingsError, match=said):
        region_map.all()


def test_a_region_that_is_not_in_the_file_is_named_with_those_that_are(region_map: RegionMap) -> None:
    with pytest.raises(SettingsError, match="region 7: 1, 2 allowed"):
        region_map.database_of(7)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"regions\.toml: No such file"):
        RegionMap(tmp_path / "regions.toml").all()


def test_a_database_is_said_in_one_place_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing is allowed beside"):
        OfficeSettings(data=tmp_path, database="postgresql://x/y", regions=tmp_path / "regions.toml")
