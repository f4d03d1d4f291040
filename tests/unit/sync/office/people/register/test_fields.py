"""What people write of a resident, in every way they write it."""

from __future__ import annotations

from datetime import date

import pytest

from sync.office.people.register import fields

BORN = date(1956, 3, 5)


@pytest.mark.parametrize(
    "given",
    [
        *(
            "1956-03-05",
            "1956-3-5",
            "1956.3.5",
            "1956/03/05",
            "19560305",
            "1956年3月5日",
            "1956 年 3 月 5 日",
        ),
        *("1956年3月5号", "1956-03-05 00:00:00", "１９５６年３月５日", "20519", "20519.0"),
    ],
)
def test_one_day_in_all_its_ways(given: str) -> None:
    assert fields.day(given) == BORN


@pytest.mark.parametrize("given", ["1956-02-30", "1956-13-01", "5.3.56", "67", "六十七", "1956", "56-03-05"])
def test_what_is_no_day_is_not_guessed(given: str) -> None:
    with pytest.raises(fields.NoDay):
        fields.day(given)


def test_a_month_alone_says_which() -> None:
    for given in ("1956年3月", "1956.03", "1956-3"):
        with pytest.raises(fields.MonthAlone) as refused:
            fields.day(given)
        assert (refused.value.year, refused.value.month) == (1956, 3)


def test_nobody_is_born_tomorrow_or_before_1880() -> None:
    today = date(2026, 11, 28)
    assert fields.birthday("2026-11-28", today) == today
    for given in ("2026-11-29", "1879-12-31"):
        with pytest.raises(fields.NotYetBorn):
            fields.birthday(given, today)


def test_names_lose_what_nobody_sees() -> None:
    assert fields.name(" 王　芳\u200b ") == "王芳"
    assert fields.name("Anna  Maria") == "Anna Maria"
    with pytest.raises(fields.Missing):
        fields.name("\u3000 ")
    with pytest.raises(fields.TooLong):
        fields.name("长" * 41)


def test_telephones_are_digits() -> None:
    assert fields.phone("+86 139 0000 0000") == "13900000000"
    assert fields.phone("(0512)6550 0000") == "051265500000"
    with pytest.raises(fields.NoPhone):
        fields.phone("找女儿")


def test_several_in_one_field() -> None:
    assert fields.several("少盐、 软饭，少盐") == ("少盐", "软饭")
    assert fields.several("") == ()
    with pytest.raises(fields.TooMany):
        fields.several("、".join(str(n) for n in range(13)))
