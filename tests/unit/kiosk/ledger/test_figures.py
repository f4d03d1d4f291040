"""Figures come back as they were given, whatever they are, also out of a text that was cut off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.figures import figures, figures_in


def test_they_can_be_read() -> None:
    assert figures(shift=3, counted_fen=-4500, reason="a torn note") == (
        'shift=3 counted_fen=-4500 reason="a torn note"'
    )


@given(st.dictionaries(st.sampled_from(["site", "reason", "more_fen"]), st.text() | st.integers()))
def test_what_is_written_is_read(named: dict[str, str | int]) -> None:
    assert figures_in(figures(**named)) == {name: str(value) for name, value in named.items()}


@pytest.mark.parametrize(
    ("detail", "found"),
    [
        ("", {}),
        ("lunch of 2026-11-23; served late", {}),
        ("00ff 12 card=7 apart_s=5", {"card": "7", "apart_s": "5"}),
        ('cards=2 tokens="nfc:01 nfc:0', {"cards": "2", "tokens": "nfc:01 nfc:0"}),
        ('reason=""', {"reason": ""}),
        ('reason="cut in a sign \\', {"reason": "cut in a sign "}),
    ],
)
def test_what_else_stands_there_is_left_out(detail: str, found: dict[str, str]) -> None:
    assert figures_in(detail) == found
