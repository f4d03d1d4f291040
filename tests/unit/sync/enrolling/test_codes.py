"""Enrolment codes survive typing, and show whose they are."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.enrolling.codes import (
    ALPHABET,
    BITS,
    CHECK_LENGTH,
    FINGERPRINT_LENGTH,
    LENGTH,
    SECRET_LENGTH,
    code_hash,
    fingerprint,
    make_code,
    read_code,
    vouches_for,
)
from sync.errors import WrongCode

OFFICE, STRANGER = b"o" * 32, b"s" * 32


def test_a_code_is_six_groups_of_five() -> None:
    groups = make_code(OFFICE).split("-")
    assert [len(group) for group in groups] == [5] * 6
    assert set("".join(groups)) <= set(ALPHABET)
    assert make_code(OFFICE) != make_code(OFFICE)


def test_it_names_eighty_bits_of_the_offices_key() -> None:
    assert FINGERPRINT_LENGTH * BITS == 80
    number = 0
    for letter in fingerprint(OFFICE):
        number = number << BITS | ALPHABET.index(letter)
    assert number.to_bytes(10) == hashlib.sha256(OFFICE).digest()[:10]


def test_a_code_may_be_typed_in_many_ways() -> None:
    code = make_code(OFFICE)
    plain = code.replace("-", "")
    for typed in (code.lower(), f" {plain} ", " ".join(plain), code.replace("0", "o").replace("1", "l")):
        assert read_code(typed) == plain
        assert code_hash(typed) == code_hash(code)


@given(st.text(max_size=40))
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(WrongCode):
        read_code(typed)


@given(st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_a_wrong_letter_is_noticed(place: int, letter: str) -> None:
    plain = make_code(OFFICE).replace("-", "")
    assume(plain[place] != letter)
    with pytest.raises(WrongCode, match="mistyped"):
        read_code(plain[:place] + letter + plain[place + 1 :])


@given(st.integers(0, LENGTH - CHECK_LENGTH - 2))
def test_two_letters_in_the_wrong_order_are_noticed(place: int) -> None:
    plain = make_code(OFFICE).replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assume(swapped != plain)
    with pytest.raises(WrongCode, match="mistyped"):
        read_code(swapped)


def test_a_code_of_an_earlier_version_is_refused_by_its_length() -> None:
    with pytest.raises(WrongCode, match="20 characters; 30 letters and digits"):
        read_code("0011-1ABC-2345-6789-DEFG")


def test_a_code_vouches_for_the_office_that_made_it() -> None:
    code = make_code(OFFICE)
    assert vouches_for(code, [STRANGER, OFFICE])
    assert not vouches_for(code, [STRANGER])
    assert read_code(code)[SECRET_LENGTH:].startswith(fingerprint(OFFICE))
