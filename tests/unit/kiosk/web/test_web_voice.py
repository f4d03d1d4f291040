"""What the kiosk says aloud: every amount reads back as the same amount, every clip exists."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.outcomes import Outcome, Tone
from kiosk.web import clips as studio
from kiosk.web.voice import CLIPS, SPOKEN, amount, clips, number
from kiosk.web.wordings import SENTENCES

UNITS = {"十": 10, "百": 100, "千": 1000}
DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}


def speech(names: list[str]) -> str:
    return "".join(CLIPS[name] for name in names)


def heard_number(text: str) -> int:
    """Read Chinese numerals as a listener does. Knows nothing of how they were made."""
    if "万" in text:
        high, low = text.split("万")
        return heard_number(high) * 10_000 + heard_number(low or "零")
    total, digit = 0, None
    for character in text:
        if character in UNITS:
            total += (1 if digit is None else digit) * UNITS[character]
            digit = None
        else:
            digit = DIGITS[character]
    return total + (digit or 0)


def heard_fen(text: str) -> int:
    fen = 0
    for unit, worth in (("元", 100), ("角", 10), ("分", 1)):
        before, found, after = text.partition(unit)
        if found:
            fen += heard_number(before) * worth
            text = after
    assert text == ""
    return fen


def test_every_amount_up_to_a_thousand_yuan_is_heard_as_it_is() -> None:
    for fen in range(100_000):
        assert heard_fen(speech(amount(fen))) == fen


@given(st.integers(0, 99_999_999))
def test_every_number_is_heard_as_it_is(value: int) -> None:
    assert heard_number(speech(number(value))) == value


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元"),
        (200, "两元"),
        (1000, "十元"),
        (1200, "十二元"),
        (2200, "二十二元"),
        (20000, "两百元"),
        (10500, "一百零五元"),
        (11000, "一百一十元"),
        (100500, "一千零五元"),
        (101000, "一千零一十元"),
        (222200, "两千两百二十二元"),
        (1000000, "一万元"),
        (1005000, "一万零五十元"),
        (350, "三元五角"),
        (20, "两角"),
        (1005, "十元零五分"),
        (5, "五分"),
        (1055, "十元五角五分"),
    ],
)
def test_amounts_are_said_as_people_say_them(fen: int, said: str) -> None:
    assert speech(amount(fen)) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"own_fen": 1000, "subsidy_fen": 500, "balance_fen": 8500}, "您付十元补贴五元余额八十五元请慢用"),
        ({"own_fen": 1500, "balance_fen": 7000, "portion": 2}, "第二份您付十五元余额七十元请慢用"),
        ({"subsidy_fen": 1500, "balance_fen": 2000}, "这一餐不用您付钱补贴十五元余额二十元请慢用"),
        ({"own_fen": 300, "balance_fen": 200}, "您付三元余额两元余额不多了，方便的时候请充值"),
        ({"own_fen": 300, "balance_fen": -100}, "您付三元还欠一元方便的时候请补上"),
    ],
)
def test_a_meal_is_said_with_the_amount_first(figures: dict[str, int | str], said: str) -> None:
    assert speech(clips(Outcome(tone=Tone.GOOD, code="served", at_ms=0, figures=figures))) == said


def test_what_is_missing_is_said() -> None:
    outcome = Outcome(tone=Tone.STOP, code="not_enough_money", at_ms=0, figures={"missing_fen": 650})
    assert speech(clips(outcome)) == "余额不够还差六元五角请告诉值班员"


@pytest.mark.parametrize("key", [key for key in SENTENCES if "." not in key])
def test_every_code_is_spoken_with_clips_that_exist(key: str) -> None:
    said = clips(Outcome(tone=Tone.STOP, code=key, at_ms=0))
    assert said and all(name in CLIPS for name in said)


def test_every_clip_has_a_use() -> None:
    served = [
        clips(
            Outcome(
                tone=Tone.GOOD,
                code="served",
                at_ms=0,
                figures={"own_fen": own, "subsidy_fen": 1, "balance_fen": balance, "portion": portion},
            )
        )
        for own, balance, portion in [(0, -1, 1), (12345678 * 100, 0, 2), (1, 9999, 1)]
    ]
    noted = clips(
        Outcome(tone=Tone.GOOD, code="served", at_ms=0, figures={"own_fen": 0, "courtesy_fen": 600})
    )
    moved = [
        clips(Outcome(tone=Tone.GOOD, code=code, at_ms=0, figures={"amount_fen": 600, "balance_fen": 700}))
        for code in ("topped_up", "refunded")
    ]
    missing = clips(Outcome(tone=Tone.STOP, code="not_enough_money", at_ms=0))
    digits = [name for value in range(0, 10_000, 7) for name in amount(value)]
    used = {name for names in [*served, *moved, noted, missing, digits, *SPOKEN.values()] for name in names}
    assert set(CLIPS) - used == set()


def test_clips_are_made_once_and_recordings_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shutil.which("espeak-ng"), "the voice tests need espeak-ng: apt install espeak-ng"
    monkeypatch.setattr(studio, "CLIPS", {"yuan": "元", "enjoy": "请慢用", "balance": "余额"})
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "balance.wav").write_bytes(b"a human voice")
    assert studio.render_clips(tmp_path) == ["yuan", "enjoy"]
    assert not (tmp_path / "balance.wav").exists()
    with wave.open(str(tmp_path / "enjoy.wav"), "rb") as clip:
        assert 0.3 < clip.getnframes() / clip.getframerate() < 3


def test_a_missing_synthesiser_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(studio.VoiceError, match="apt install espeak-ng"):
        studio.render_clips(tmp_path)
