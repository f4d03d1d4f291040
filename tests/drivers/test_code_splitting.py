"""Codes out of whatever a scanner sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.gm65 import ACKNOWLEDGE
from drivers.codes.splitting import NOISE, CodeSplitter, Piece

CODES = st.lists(st.text("ABC123:/ %老人", min_size=1, max_size=30), min_size=1, max_size=5)


def split(*chunks: bytes, longest: int = 64) -> list[Piece]:
    splitter = CodeSplitter(longest, ACKNOWLEDGE)
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    return pieces + splitter.quiet()


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_any_ending_ends_a_code(ending: bytes) -> None:
    assert split(b"one" + ending + b"two" + ending) == ["one", "two"]


def test_a_code_without_an_ending_is_complete_when_the_line_is_quiet() -> None:
    assert split(b"on", b"e") == ["one"]


def test_an_empty_code_is_none() -> None:
    assert split(b"\r\n\r\n") == []


@given(CODES, st.sampled_from([b"\r", b"\n", b"\r\n"]), st.integers(1, 9))
def test_the_size_of_the_pieces_makes_no_difference(codes: list[str], ending: bytes, size: int) -> None:
    wire = b"".join(code.encode() + ending for code in codes)
    chunks = [wire[at : at + size] for at in range(0, len(wire), size)]
    assert split(*chunks, longest=200) == codes


@given(st.binary(max_size=300))
def test_nothing_a_line_carries_is_more_than_one_failure(noise: bytes) -> None:
    assert split(noise, longest=32).count(NOISE) <= 1


def test_what_is_too_long_is_noise() -> None:
    assert split(b"A" * 65) == [NOISE]
    assert split(b"A" * 65 + b"\r") == [NOISE]
    assert split(b"A" * 64 + b"\r") == ["A" * 64]


@pytest.mark.parametrize("line", [b"\xff\xfe\xfd", b"a\x00b", b"a\x1bb", "老人".encode("gb18030")])
def test_what_is_no_text_is_noise(line: bytes) -> None:
    assert split(line + b"\r") == [NOISE]


def test_noise_lasts_until_the_line_is_quiet() -> None:
    splitter = CodeSplitter(64)
    assert splitter.feed(b"good\r\xff\xff\rA\rB\r") == ["good"]
    assert splitter.feed(b"C\r") == []
    assert splitter.quiet() == [NOISE]
    assert splitter.feed(b"good again\r") == ["good again"]


def test_the_receipt_of_a_gm65_is_no_code() -> None:
    assert split(ACKNOWLEDGE[:3], ACKNOWLEDGE[3:], b"code\r") == ["code"]
