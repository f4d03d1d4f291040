"""What the kiosk says aloud: every amount reads back as the same amount, every clip exists."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason
from kiosk.common.outcomes import Outcome, Statement, Tone
from kiosk.services.charging.saying.aloud import LETTERS
from kiosk.web.voice import clips as studio
from kiosk.web.voice.speech import amount, number, phrases
from tests.factories import WORDS
from tests.results import answer

UNITS = {"十": 10, "百": 100, "千": 1000}
DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}


def speech(names: list[str]) -> str:
    return "".join(WORDS.clips[name] for name in names)


def said_by(outcome: Outcome, *, soft: bool | None = None) -> str:
    """All that is said for an outcome; or only what is, or is not, said softly."""
    heard = [phrase for phrase in phrases(outcome, WORDS) if soft in (None, phrase.soft)]
    return "".join(speech(list(phrase.clips)) for phrase in heard)


def served(**figures: int) -> Outcome:
    return answer(Tone.GOOD, "served", **{"own_fen": 1000} | figures)


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
    assert said_by(answer(Tone.GOOD, "served", **figures)) == said


@pytest.mark.parametrize(
    ("outcome", "aloud", "softly"),
    [
        (served(balance_fen=8500), "您付十元余额八十五元请慢用", ""),
        (served(balance_fen=1500), "您付十元", "余额十五元余额不多了，方便的时候请充值"),
        (served(balance_fen=-500), "您付十元", "还欠五元方便的时候请补上"),
        (served(balance_fen=0, courtesy_fen=500), "您付十元", "先记下五元方便的时候请补上"),
        (
            answer(Tone.STOP, "not_enough_money", missing_fen=650),
            "",
            "余额不够还差六元五角请告诉值班员",
        ),
        (
            Outcome(
                tone=Tone.TOLD,
                code="already_served",
                at_ms=0,
                statement=Statement(balance_fen=350, owed_fen=1000),
            ),
            "这一餐已经打过了没有扣钱",
            "余额三元五角余额不多了，方便的时候请充值还欠十元",
        ),
    ],
)
def test_that_money_is_short_is_not_told_to_the_whole_room(outcome: Outcome, aloud: str, softly: str) -> None:
    assert (said_by(outcome, soft=False), said_by(outcome, soft=True)) == (aloud, softly)


def test_a_birthday_is_the_last_thing_said_and_aloud() -> None:
    assert said_by(served(balance_fen=8500, birthday=1)).endswith("余额八十五元祝您生日快乐")
    assert said_by(served(balance_fen=300, birthday=1), soft=False) == "您付十元祝您生日快乐"


def test_whoever_asks_again_hears_first_that_nothing_is_taken_again() -> None:
    again = msgspec.structs.replace(served(balance_fen=8500), again=True)
    assert said_by(again) == "再说一遍没有再扣钱您付十元余额八十五元请慢用"
    told = Outcome(tone=Tone.TOLD, code="card_unreadable", at_ms=0, again=True)
    assert said_by(told) == "再说一遍请把卡贴平，再刷一次"


def test_with_nothing_to_pay_the_balance_is_said_as_far_as_it_is_known() -> None:
    known, unknown = (
        Outcome(
            tone=Tone.TOLD, code="outside_meal_hours", at_ms=0, statement=Statement(balance_fen=balance_fen)
        )
        for balance_fen in (8500, None)
    )
    assert (said_by(known), said_by(unknown)) == ("现在不供餐余额八十五元", "现在不供餐")


def test_whatever_is_taken_back_is_said_with_amount_and_balance() -> None:
    figures = {"amount_fen": 1500, "back_fen": 1000, "balance_fen": 9500}
    undone = answer(Tone.GOOD, "undone", **figures)
    assert said_by(undone) == "退还十元余额九十五元"
    figures = {"amount_fen": 10_000, "balance_fen": 8500}
    cash = answer(Tone.GOOD, "topup_undone", **figures)
    assert said_by(cash) == "充值退掉了一百元余额八十五元"


def test_what_is_missing_is_said() -> None:
    outcome = answer(Tone.STOP, "not_enough_money", missing_fen=650)
    assert said_by(outcome) == "余额不够还差六元五角请告诉值班员"


@pytest.mark.parametrize("key", [key for key in WORDS.sentences if "." not in key])
def test_every_code_is_spoken_with_clips_that_exist(key: str) -> None:
    said = phrases(answer(Tone.STOP, key, missing_fen=1), WORDS)
    assert said and all(name in WORDS.clips for phrase in said for name in phrase.clips)


def test_every_clip_has_a_use() -> None:
    answers = [
        served(own_fen=0, subsidy_fen=1, balance_fen=-1),
        served(own_fen=1234567800, subsidy_fen=1, balance_fen=0, portion=2),
        served(balance_fen=9999),
        served(balance_fen=9999, birthday=1),
        served(own_fen=0, courtesy_fen=600),
        msgspec.structs.replace(served(), again=True),
        *(
            answer(Tone.GOOD, code, amount_fen=600, balance_fen=700, missing_fen=1)
            for code in WORDS.aloud
            if code != "served"
        ),
        answer(Tone.STOP, "not_enough_money", missing_fen=0),
        *(answer(Tone.GOOD, "charging_flowing", label=f"{letter}3") for letter in LETTERS),
        *(answer(Tone.GOOD, "charging_ended", reason=each, label="东侧") for each in StopReason),
        *(answer(Tone.STOP, "charging_failed", reason=each) for each in StopReason),
        *(answer(Tone.STOP, "charging_alarm", alarm=each) for each in AlarmKind),
    ]
    said = [phrase.clips for answer in answers for phrase in phrases(answer, WORDS)]
    digits = [name for value in range(0, 10_000, 7) for name in amount(value)]
    used = {name for names in [*said, digits, *WORDS.spoken.values()] for name in names}
    assert set(WORDS.clips) - used == set()


def duration_s(path: Path) -> float:
    with wave.open(str(path), "rb") as clip:
        return clip.getnframes() / clip.getframerate()


def test_clips_are_made_at_two_paces_and_recordings_are_left_alone(tmp_path: Path) -> None:
    assert shutil.which("espeak-ng"), "the voice tests need espeak-ng: apt install espeak-ng"
    texts = {"yuan": "元", "low_balance": "余额不多了，方便的时候请充值"}
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "yuan.wav").write_bytes(b"a human voice")
    assert len(studio.render_clips(texts, tmp_path)) == 4
    assert (tmp_path / "recorded" / "yuan.wav").read_bytes() == b"a human voice"
    plain, slow = tmp_path / "low_balance.wav", tmp_path / "slow" / "low_balance.wav"
    assert 1 < duration_s(plain) < 6
    assert duration_s(slow) > 1.2 * duration_s(plain)


def test_a_missing_synthesiser_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(studio.VoiceError, match="apt install espeak-ng"):
        studio.render_clips(WORDS.clips, tmp_path)
