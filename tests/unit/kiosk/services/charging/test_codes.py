"""A code for one socket, site, sum and time works nowhere else, scanned or typed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.people.codes import is_mangled
from kiosk.services.charging.codes import (
    DIGITS,
    JOIN_WINDOW_S,
    NONCE_BYTES,
    WINDOW_S,
    HelperCode,
    JoinCode,
    StartCode,
    StartCodeForeign,
    StartCodeOld,
    StartCodeWrong,
    TypedAt,
    expires_s,
    find_joined,
    find_typed,
    is_scanned,
    join_digits,
    read_scanned,
    scanned_text,
    typed_digits,
    window_of,
)

SECRET = bytes(range(32))
CAPS_FEN = (300, 500, 1000)
NOW_S = 1_795_000_000
SHORT = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
CODES = st.one_of(
    st.builds(
        kind,
        site=SHORT,
        box=SHORT,
        socket=st.integers(1, 20),
        resident_id=st.integers(1, 10**9),
        cap_fen=st.sampled_from(CAPS_FEN),
        window=st.just(window_of(NOW_S)),
    )
    for kind in (StartCode, HelperCode)
)
CODE = StartCode("minggui", "shed", 3, 1003, 500, window_of(NOW_S))


def at(code: StartCode) -> TypedAt:
    return TypedAt(code.site, code.box, code.socket, CAPS_FEN)


def is_taken(typed: str, where: TypedAt, residents: list[int], *, secret=SECRET, now_s=NOW_S) -> bool:
    try:
        find_typed(typed, where, residents, secret, now_s)
    except StartCodeWrong:
        return False
    return True


@given(CODES)
def test_both_forms_say_what_was_chosen(code: StartCode) -> None:
    assert read_scanned(scanned_text(code, SECRET), SECRET, code.site, NOW_S) == code
    others = [code.resident_id + each for each in range(1, 5)]
    assert (
        find_typed(typed_digits(code, SECRET), at(code), [*others, code.resident_id], SECRET, NOW_S) == code
    )


@given(CODES)
def test_what_is_scanned_keeps_to_the_set_that_every_scanner_types(code: StartCode) -> None:
    text = scanned_text(code, SECRET)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert is_scanned(text)
    assert is_mangled(text.lower()), (
        "a scanner that changes letters is told from a paper that is none of ours"
    )
    assert len(typed_digits(code, SECRET)) == DIGITS


@given(CODES, st.data())
def test_a_scanned_code_with_any_sign_changed_is_nobodys(code: StartCode, data: st.DataObject) -> None:
    text = scanned_text(code, SECRET)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:").filter(lambda c: c != text[place])
    )
    with pytest.raises(StartCodeForeign):
        read_scanned(text[:place] + other + text[place + 1 :], SECRET, code.site, NOW_S)


@given(CODES, CODES)
def test_a_mac_of_one_code_is_no_mac_of_another(one: StartCode, other: StartCode) -> None:
    if one != other:
        assert scanned_text(one, SECRET)[-20:] != scanned_text(other, SECRET)[-20:]


@pytest.mark.parametrize(
    "text", ["", "NE1:", "NE1:%%%", "NE1:é", "NE1:" + "A" * 500, "ND1:260101:LUNCH:1:AAAAAAAAAA"]
)
def test_what_is_no_code_at_all_is_foreign(text: str) -> None:
    with pytest.raises(StartCodeForeign):
        read_scanned(text, SECRET, "minggui", NOW_S)


def test_another_site_or_its_key_takes_neither_form() -> None:
    text, typed = scanned_text(CODE, SECRET), typed_digits(CODE, SECRET)
    for secret, site in ((SECRET, "elsewhere"), (SECRET[::-1], "minggui")):
        with pytest.raises(StartCodeForeign):
            read_scanned(text, secret, site, NOW_S)
        assert not is_taken(typed, replace(at(CODE), site=site), [1003], secret=secret)


@pytest.mark.parametrize(
    "changed",
    [{"site": "elsewhere"}, {"box": "other"}, {"socket": 4}, {"resident_id": 1004}, {"cap_fen": 300}],
)
def test_digits_are_for_one_socket_sum_and_resident(changed: dict[str, object]) -> None:
    typed = typed_digits(CODE, SECRET)
    assert is_taken(typed, at(CODE), [1003])
    elsewhere = msgspec.structs.replace(CODE, **changed)
    where = TypedAt(elsewhere.site, elsewhere.box, elsewhere.socket, (elsewhere.cap_fen,))
    assert not is_taken(typed, where, [elsewhere.resident_id])


@given(CODES, st.integers(-5 * WINDOW_S, 5 * WINDOW_S))
def test_both_forms_are_good_for_a_window_and_its_neighbours_only(code: StartCode, late_s: int) -> None:
    now_s = NOW_S + late_s
    is_near = abs(window_of(now_s) - code.window) <= 1
    assert is_taken(typed_digits(code, SECRET), at(code), [code.resident_id], now_s=now_s) == is_near
    try:
        read_scanned(scanned_text(code, SECRET), SECRET, code.site, now_s)
    except StartCodeOld:
        assert not is_near
    else:
        assert is_near
    assert is_near or now_s < (code.window - 1) * WINDOW_S or now_s >= expires_s(code)


def test_it_is_used_once_in_whichever_form_and_for_whichever_sum() -> None:
    assert len(CODE.nonce) == NONCE_BYTES
    assert msgspec.structs.replace(CODE, cap_fen=1000).nonce == CODE.nonce
    others = (
        {"site": "elsewhere"},
        {"box": "b"},
        {"socket": 4},
        {"resident_id": 4},
        {"window": CODE.window + 1},
    )
    assert CODE.nonce not in {msgspec.structs.replace(CODE, **each).nonce for each in others}


def test_a_phone_is_joined_to_the_card_that_was_tapped_for_a_few_minutes_and_at_that_site_alone() -> None:
    code = JoinCode("minggui", 1003, NOW_S // JOIN_WINDOW_S)
    typed = join_digits(code, SECRET)
    assert find_joined(typed, "minggui", range(1000, 1010), SECRET, NOW_S + JOIN_WINDOW_S) == code
    for site, residents, secret, now_s in (
        ("elsewhere", [1003], SECRET, NOW_S),
        ("minggui", [1004], SECRET, NOW_S),
        ("minggui", [1003], SECRET[::-1], NOW_S),
        ("minggui", [1003], SECRET, NOW_S + 2 * JOIN_WINDOW_S),
    ):
        with pytest.raises(StartCodeWrong):
            find_joined(typed, site, residents, secret, now_s)


def test_digits_that_two_residents_have_at_once_are_nobodys() -> None:
    """The birthday of 26 bits: among 30,000 residents two have the same digits; they are not told apart."""
    whose = {
        each: typed_digits(msgspec.structs.replace(CODE, resident_id=each), SECRET)
        for each in range(1, 30_000)
    }
    typed, times = Counter(whose.values()).most_common(1)[0]
    assert times == 2
    both = [each for each, digits in whose.items() if digits == typed]
    assert is_taken(typed, replace(at(CODE), caps_fen=(500,)), both[:1])
    assert not is_taken(typed, replace(at(CODE), caps_fen=(500,)), both)


def test_a_guess_is_lucky_as_often_as_is_stated() -> None:
    """10^-8 for each resident, sum and window: 1,000 residents with 3 sums in 3 windows are 9,000."""
    hits = Counter(
        int(typed_digits(msgspec.structs.replace(CODE, resident_id=each), SECRET)) % 10
        for each in range(5000)
    )
    assert max(hits.values()) < 600 and min(hits.values()) > 400, "no digit is likelier than another"


def test_who_helps_says_so_in_either_form_and_no_code_is_taken_for_the_other() -> None:
    helper = HelperCode(*msgspec.structs.astuple(CODE))
    assert helper.nonce != CODE.nonce
    assert typed_digits(helper, SECRET) != typed_digits(CODE, SECRET)
    text = scanned_text(helper, SECRET)
    assert isinstance(read_scanned(text, SECRET, CODE.site, NOW_S), HelperCode)
    with pytest.raises(StartCodeForeign):  # or it would take the helper's money
        read_scanned(text.replace("NH1:", "NE1:"), SECRET, CODE.site, NOW_S)
