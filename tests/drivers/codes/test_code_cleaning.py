"""What a scanner adds is taken off, and the code is what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.cleaning import clean
from kiosk.people import codes

FRAMING = st.text("\x00\x02\x03\x04\x1c\x1d\x1e\x1f\t \ufeff", max_size=4)
AIM = st.sampled_from(["", "]Q1", "]q1", "]C0", "]d2", "]E0"])
OURS = st.one_of(
    st.builds(codes.qr_text, st.binary(min_size=1, max_size=90)),
    st.builds(codes.rotating_text, st.integers(1, 9_999_999), st.binary(min_size=16), st.just(0)),
    st.just("ND1:260612:LUNCH:1001:ABCDEFGHIJ"),
)


@given(OURS, FRAMING, AIM, FRAMING, FRAMING, st.sampled_from([str, str.lower]))
def test_a_code_of_ours_survives_any_setting(
    code: str, before: str, aim: str, between: str, after: str, case: type[str]
) -> None:
    assert clean(before + aim + between + case(code) + after) == code


@given(st.text())
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", ["https://example.org/Path?q=1", "就餐卡 老人", "a]Q1b"])
def test_what_is_none_of_ours_keeps_its_letters(text: str) -> None:
    assert clean(text) == text
