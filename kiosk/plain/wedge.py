"""Readers and scanners that type: what they typed, as the event that a driver would have put on the queue.

Readers differ in how they write a chip's number. Those that write ten decimal digits have room for four bytes
and cut longer numbers off, so that only chips with four-byte numbers can be used with them.
"""

from __future__ import annotations

import re
from enum import StrEnum

from drivers.codes.cleaning import clean
from drivers.contracts import Authentication, CardFamily, CardTap, CodeScan

LONGEST = 512  # characters; a printed code of ours has about 150
_HEX = re.compile(r"(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20})")  # 4, 7 or 10 bytes
_DECIMAL = re.compile(r"[0-9]{10}")
_BYTES_OF_DECIMAL = 4


class CardNumbers(StrEnum):
    """How a reader types a chip's number; reversed: the last byte first."""

    NONE = "none"  # there is no such reader: whatever is typed is a code
    HEX = "hex"
    HEX_REVERSED = "hex_reversed"
    DECIMAL = "decimal"
    DECIMAL_REVERSED = "decimal_reversed"


def event_of(text: str, numbers: CardNumbers, monotonic_ms: int) -> CardTap | CodeScan:
    """A card where the text is a chip's number as this site's reader types it, or else a code."""
    text = clean(text)
    uid = _uid(text, numbers)
    if uid is None:
        return CodeScan(text, monotonic_ms)
    return CardTap(
        uid, CardFamily.OTHER, Authentication.NOT_OFFERED, None, monotonic_ms=monotonic_ms, typed=True
    )


def _uid(text: str, numbers: CardNumbers) -> bytes | None:
    if numbers in (CardNumbers.HEX, CardNumbers.HEX_REVERSED) and _HEX.fullmatch(text):
        uid = bytes.fromhex(text)
    elif numbers in (CardNumbers.DECIMAL, CardNumbers.DECIMAL_REVERSED) and _DECIMAL.fullmatch(text):
        number = int(text)
        if number >= 256**_BYTES_OF_DECIMAL:
            return None
        uid = number.to_bytes(_BYTES_OF_DECIMAL)
    else:
        return None
    is_reversed = numbers in (CardNumbers.HEX_REVERSED, CardNumbers.DECIMAL_REVERSED)
    return uid[::-1] if is_reversed else uid
