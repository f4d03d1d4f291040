"""A slip as the bytes that a printer is sent, read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printers.layout import commands
from drivers.printers.lettering import columns, encoded
from drivers.sim.printing.paper import Row, Square, read
from drivers.slip import Code, Line, Pair, Rule, Slip


@pytest.mark.parametrize("width", [32, 48])
def test_figures_stand_at_the_right_edge(width: int) -> None:
    rows = read(commands((Pair("自付", "10 元"), Pair("补贴", "5.5 元")), width))
    assert [row.columns for row in rows if isinstance(row, Row)] == [width, width]
    assert [row.text for row in rows if isinstance(row, Row)] == [
        "自付" + " " * (width - 9) + "10 元",
        "补贴" + " " * (width - 10) + "5.5 元",
    ]


def test_a_word_without_room_beside_it_leaves_the_figure_to_the_next_line() -> None:
    rows = read(commands((Pair("一二三四五六七八九十一二三四五", "10 元"),), 32))
    assert [row.text.strip() for row in rows if isinstance(row, Row)] == [
        "一二三四五六七八九十一二三四五",
        "10 元",
    ]


def test_large_centred_and_a_code() -> None:
    rows = read(commands((Line("午餐", large=True, centred=True), Rule(), Code("12-ab34cd56")), 32))
    assert rows[0] == Row("午餐", large=True, centred=True)
    assert rows[1] == Row("-" * 32)
    assert rows[2] == Square("12-ab34cd56", dots=6)


def test_a_long_code_gets_smaller_modules_to_stay_on_the_paper() -> None:
    (square,) = (each for each in read(commands((Code("x" * 300),), 32)) if isinstance(each, Square))
    assert square.dots == 3


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("¥12", "￥12"),
        ("−5", "-5"),
        ("㐂先生", "〓先生"),
        ("⅓ 杯", "〓 杯"),
        ("生日🎂", "生日〓"),
        ("José", "José"),
        ("张\x1b@三\n", "张@三 "),
        ("\ud800", "〓"),
    ],
)
def test_letters_that_printers_lack(text: str, paper: str) -> None:
    assert encoded(text).decode("gb18030") == paper


text = st.text(max_size=60)
parts = st.one_of(
    st.builds(Line, text, st.booleans(), st.booleans()),
    st.builds(Pair, text, text, st.booleans()),
    st.just(Rule()),
    st.builds(Code, st.text("0123456789-abcdef", min_size=1, max_size=40)),
)


@given(st.lists(parts, max_size=6).map(tuple), st.sampled_from([24, 32, 42, 48]))
def test_nothing_is_wider_than_the_paper_and_nothing_is_lost(slip: Slip, width: int) -> None:
    rows = [row for row in read(commands(slip, width)) if isinstance(row, Row)]
    assert all(row.columns <= width for row in rows)
    printed = "".join(row.text for row in rows).replace(" ", "")
    for part in slip:
        for wanted in (
            (part.text,)
            if isinstance(part, Line)
            else (part.left, part.right)
            if isinstance(part, Pair)
            else ()
        ):
            assert encoded(wanted).decode("gb18030").replace(" ", "") in printed


def test_a_chinese_letter_is_two_columns() -> None:
    assert (columns("午餐"), columns("lunch"), columns("é")) == (4, 5, 2)
