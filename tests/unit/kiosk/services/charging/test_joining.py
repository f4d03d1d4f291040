"""The code that joins a phone and a card is proved by the site's key, and for a minute or so."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.services.charging.joining import (
    CLOCKS_APART_S,
    PATH,
    SHOWN_S,
    JoinCode,
    JoinCodeForeign,
    JoinCodeOld,
    join_address,
    read_join,
    site_of,
)

SECRET, OTHER = bytes(range(32)), bytes(32)
NOW_S = 1_795_000_000
CODE = JoinCode("minggui", 1003, 7, NOW_S)
PAGE = "https://card.example"


def text_of(code: JoinCode, secret: bytes = SECRET) -> str:
    return join_address(PAGE, code, secret).removeprefix(PAGE + PATH)


def test_the_office_reads_what_the_kiosk_shows() -> None:
    assert join_address(PAGE + "/", CODE, SECRET).startswith("https://card.example/c/join/")
    assert read_join(text_of(CODE), SECRET, NOW_S + SHOWN_S) == CODE
    assert site_of(text_of(CODE)) == "minggui"
    assert len(join_address(PAGE, CODE, SECRET)) <= 110, "a code that a phone reads off a display"


@pytest.mark.parametrize("other", [{"resident_id": 1004}, {"card_number": 8}, {"site": "fuyuan"}])
def test_nobody_joins_another_card_with_it(other: dict[str, object]) -> None:
    forged = msgspec.structs.replace(CODE, **other)
    with pytest.raises(JoinCodeForeign):
        read_join(text_of(forged, OTHER), SECRET, NOW_S)
    assert forged.nonce != CODE.nonce


@pytest.mark.parametrize("later_s", [SHOWN_S + CLOCKS_APART_S + 1, -CLOCKS_APART_S - 1])
def test_it_is_good_for_a_minute_and_what_clocks_are_apart(later_s: int) -> None:
    with pytest.raises(JoinCodeOld):
        read_join(text_of(CODE), SECRET, NOW_S + later_s)


@given(st.text(max_size=60))
def test_any_other_text_is_foreign(text: str) -> None:
    with pytest.raises(JoinCodeForeign):
        read_join(text, SECRET, NOW_S)
    with pytest.raises(JoinCodeForeign):
        site_of(text)
