"""Enrolment codes survive typing, and show whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.codes import ALPHABET, code_hash, fingerprint, make_code, read_code, vouches_for
from sync.errors import WrongCode

OFFICE, STRANGER = b"o" * 32, b"s" * 32


def test_a_code_is_five_groups_of_four() -> None:
    groups = make_code(OFFICE).split("-")
    assert [len(group) for group in groups] == [4] * 5
    assert set("".join(groups)) <= set(ALPHABET)
    assert make_code(OFFICE) != make_code(OFFICE)


@pytest.mark.parametrize("typed", [" 0o1i-lAbC ", "0011-1abc", "00 11 1A BC"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    rest = "23456789DEFG"
    assert read_code(typed + rest) == "00111ABC" + rest
    assert code_hash(typed + rest) == code_hash("00111ABC" + rest)


@given(st.text(max_size=30).filter(lambda text: len(text.replace("-", "").split()) != 1 or len(text) < 20))
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(WrongCode):
        read_code(typed)


def test_a_code_vouches_for_the_office_that_made_it() -> None:
    code = make_code(OFFICE)
    assert vouches_for(code, [STRANGER, OFFICE])
    assert not vouches_for(code, [STRANGER])
    assert code.replace("-", "").endswith(fingerprint(OFFICE))
