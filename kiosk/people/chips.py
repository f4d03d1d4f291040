"""Which chips can be somebody's card: those that have a number of their own, and keep it."""

from __future__ import annotations

import re

from kiosk.people.errors import ChipNumberChanges, ChipNumberUnusable
from kiosk.plain.refusals import Refusal

CHIP_TOKEN = re.compile(r"nfc:([0-9A-F]{2}){1,10}")
UID_BYTES = (4, 7, 10)  # single, double and triple size of ISO/IEC 14443-3; FeliCa's eight are not ours
_RANDOM_BYTES, _RANDOM_MARK = 4, 0x08  # of the same: what phones, and chips that hide, make up for each tap


def why_no_card(uid: bytes) -> Refusal | None:
    """Why a chip of this number can be nobody's card; None if it can. At the counter and in imports alike."""
    if len(uid) == _RANDOM_BYTES and uid[0] == _RANDOM_MARK:
        return ChipNumberChanges()
    if len(uid) not in UID_BYTES or len(set(uid)) == 1:  # one byte all over: a blank that was never given one
        return ChipNumberUnusable()
    return None
