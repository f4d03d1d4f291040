"""Codes out of whatever a scanner sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.gm65 import ACKNOWLEDGE
from drivers.codes.splitting import NOISE, QUIET_BUT_UNENDED_MS, QUIET_MS, CodeSplitter, Piece

CODE = st.text("ABC123:/ %老人", min_size=1, max_size=30).map(str.strip).filter(bool)
CODES = st.lists(CODE, min_size=1, max_size=5)
ENDINGS = [b"\r", b"\n", b"\r\n", b"\t", b"\x03", b"\x03\r\n"]


def split(*chunks: bytes, longest: int = 64) -> list[Piece]:
    splitter = CodeSplitter(longest, ACKNOWLEDGE)
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    return pieces + splitter.quiet()


@pytest.mark.parametrize("ending", ENDINGS)
def test_any_ending_ends_a_code(ending: bytes) -> None:
    assert split(b"ONE" + ending + b"TWO" + ending) == ["ONE", "TWO"]


def test_a_code_without_an_ending_is_complete_when_the_line_is_quiet() -> None:
    assert split(b"ON", b"E") == ["ONE"]


def test_an_empty_code_is_none() -> None:
    assert split(b"\r\n\r\n") == []


@given(CODES, st.sampled_from(ENDINGS), st.integers(1, 9))
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
    assert splitter.feed(b"GOOD\r\xff\xff\rA\rB\r") == ["GOOD"]
    assert splitter.feed(b"C\r") == []
    assert splitter.quiet() == [NOISE]
    assert splitter.feed(b"GOOD AGAIN\r") == ["GOOD AGAIN"]


def test_the_receipt_of_a_gm65_is_no_code() -> None:
    assert split(ACKNOWLEDGE[:3], ACKNOWLEDGE[3:], b"CODE\r") == ["CODE"]


def test_a_scanner_that_ends_its_codes_may_pause_for_longer() -> None:
    splitter = CodeSplitter(64)
    splitter.feed(b"A CO")
    first = splitter.quiet_ms
    splitter.feed(b"DE\rANOTHER")
    assert first == QUIET_MS < splitter.quiet_ms == QUIET_BUT_UNENDED_MS
