"""Initials as staff would press them."""

from __future__ import annotations

import pytest

from sync.office.importing.initials import MOST_READINGS, initials_of


@pytest.mark.parametrize(
    ("name", "pressed"),
    [
        ("陈桂英", "cgy"),
        ("单雄信", "sxx"),
        ("曾乐", "zl"),
        ("解缙", "xj"),
        ("仇英", "qy"),
        ("欧阳娜娜", "oynn"),
        ("John Smith", "js"),
    ],
)
def test_a_name_has_the_initials_it_is_called_by(name: str, pressed: str) -> None:
    assert pressed in initials_of(name).split()


@pytest.mark.parametrize(
    ("name", "commonly"),
    [("蔡凤娇", "cfj"), ("曾乐", "zl"), ("单雄信", "sxx"), ("解缙", "xj"), ("仇英", "qy"), ("吴金妹", "wjm")],
)
def test_the_common_reading_comes_first(name: str, commonly: str) -> None:
    assert initials_of(name).split()[0] == commonly


def test_a_long_name_with_many_readings_stays_short() -> None:
    assert len(initials_of("古丽仙·阿卜杜热合曼·买买提艾力").split()) <= MOST_READINGS
