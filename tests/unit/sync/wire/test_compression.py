"""Compression gives back what it got, and does not believe what a few bytes claim to be."""

from __future__ import annotations

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import Garbled
from sync.office.services.canteen.invented.sales import samples, train
from sync.wire.compression import MAX_BYTES, NONE, SALES, compress, decompress


@given(st.binary(), st.sampled_from([NONE, SALES]))
def test_what_goes_in_comes_out(data: bytes, dictionary: int) -> None:
    assert decompress(compress(data, dictionary), dictionary) == data


def test_the_largest_that_is_allowed_comes_out_and_no_more() -> None:
    assert decompress(compress(bytes(MAX_BYTES))) == bytes(MAX_BYTES)
    with pytest.raises(Garbled, match="more than"):
        decompress(compress(bytes(MAX_BYTES + 1)))
    with pytest.raises(Garbled, match="more than"):
        decompress(zstd.compress(bytes(64 * MAX_BYTES)))


@pytest.mark.parametrize("damage", [b"", b"no zstd", compress(b"meal" * 99)[:-2], compress(b"meal") + b"x"])
def test_damaged_data_is_refused(damage: bytes) -> None:
    with pytest.raises(Garbled):
        decompress(damage)


@pytest.mark.parametrize("dictionary", [-1, 2, 10**6])
def test_a_dictionary_that_is_not_here_is_named(dictionary: int) -> None:
    with pytest.raises(Garbled, match=str(dictionary)):
        decompress(compress(b"x"), dictionary)


def test_the_dictionary_helps_a_lone_sale() -> None:
    sale = next(samples())
    assert len(compress(sale, SALES)) < 0.75 * len(compress(sale))


def test_the_dictionary_can_be_made_again() -> None:
    assert train() == train()
