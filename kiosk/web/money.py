"""Amounts as people write them: yuan, without decimals that say nothing."""

from __future__ import annotations

MINUS = "\N{MINUS SIGN}"


def yuan(fen: int) -> str:
    """`1000` is `10`, `350` is `3.5`, `-5` is `−0.05`."""
    whole, rest = divmod(abs(fen), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return MINUS + text if fen < 0 else text
