"""Messages that are translated when a page is made stand in the code under this mark."""

from __future__ import annotations


def _(message: str) -> str:
    return message
