"""Account names: any text can be asked about, and only what is written as we write it is a resident's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.accounts import (
    LARGEST_RESIDENT,
    cash_box,
    courtesy,
    held,
    is_account,
    own_money,
    programme,
    resident_of,
    revenue,
    set_aside,
)

OF_RESIDENTS = own_money, held, courtesy, set_aside
number = st.integers(0, LARGEST_RESIDENT)


@given(number, st.sampled_from(OF_RESIDENTS))
def test_what_we_write_is_read_back(resident_id: int, account: type) -> None:
    name = account(resident_id)
    assert resident_of(name) == resident_id
    assert is_account(name)


@given(st.sampled_from(["own", "held", "courtesy", "set_aside"]), st.text() | number.map(lambda n: f"0{n}"))
def test_no_text_raises_and_no_two_names_are_one_account(kind: str, whose: str) -> None:
    name = f"{kind}/{whose}"
    found = resident_of(name)
    assert found is None or name == f"{kind}/{found}"
    assert is_account(name) is (found is not None)


@pytest.mark.parametrize(
    "name", [programme("elders"), revenue("canteen", "天平"), cash_box("x"), "rights", ""]
)
def test_what_is_nobodys_in_particular_is_an_account_too(name: str) -> None:
    assert resident_of(name) is None
    assert is_account(name)


@pytest.mark.parametrize("name", ["own", "own/", "own/٣", "own/9223372036854775808", "x" * 201, "a\0b"])
def test_what_no_database_could_keep_or_nobody_could_own_is_none(name: str) -> None:
    assert resident_of(name) is None
    assert not is_account(name)
