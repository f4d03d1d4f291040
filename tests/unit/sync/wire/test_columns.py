"""Packing gives back the very bytes, whatever they are."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import Garbled
from sync.wire.columns import pack, unpack

packed = msgspec.msgpack.encode
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(values.filter(lambda value: _packs(value)).map(packed)))
def test_records_of_any_kind_come_back(raws: list[bytes]) -> None:
    assert unpack(pack(raws)) == raws


@given(st.lists(st.binary()))
def test_bytes_that_are_no_records_come_back(raws: list[bytes]) -> None:
    assert unpack(pack(raws)) == raws


@given(st.lists(st.tuples(st.integers(0, 2**40), st.text(), st.tuples(st.booleans(), st.none()))))
def test_records_that_resemble_each_other_come_back(rows: list[Any]) -> None:
    raws = [packed(row) for row in rows]
    assert unpack(pack(raws)) == raws


def test_a_number_written_longer_than_needed_comes_back_as_it_was() -> None:
    raws = [b"\x91\xcd\x00\x01", b"\x91\x01"]
    assert unpack(pack(raws)) == raws


def test_records_nested_deeper_than_any_of_ours_come_back_unsplit() -> None:
    def deep(leaf: int) -> bytes:
        return b"\x91" * 60 + packed(leaf)

    raws = [deep(1), deep(2)]
    assert unpack(pack(raws)) == raws
    assert pack(raws) == packed([0, raws])


def test_rising_numbers_become_steps() -> None:
    raws = [packed([n, "meal"]) for n in range(70_000, 70_400)]
    assert len(pack(raws)) < 400 * len(packed("meal")) + 400 + 30


@pytest.mark.parametrize(
    "bytes_",
    [
        b"",
        b"\xc1",
        packed(7),
        packed([0, [1]]),
        packed([5, []]),
        packed([1, 7]),
        packed([1, [9, []]]),
        packed([1, [1, ["a", 1]]]),
        packed([1, [2, [[0, [1]], [0, [1, 2]]]]]),
        packed([0, [], 3]),
        b"\x92\x01" + b"\x92\x02\x91" * 60 + b"\x92\x00\x90",
        b"\x92\x01" + b"\x92\x02\x91" * 6000 + b"\x92\x00\x90",
    ],
)
def test_what_is_no_packed_batch_is_refused(bytes_: bytes) -> None:
    with pytest.raises(Garbled):
        unpack(bytes_)


def _packs(value: object) -> bool:
    try:
        packed(value)
    except (OverflowError, UnicodeEncodeError):
        return False
    return True
