"""A request to the office. The counter itself changes nothing about people."""

from __future__ import annotations

from enum import StrEnum

import msgspec

CORRECTION_ASKED = ("correction_asked", 1)


class Matter(StrEnum):
    """What is wrong."""

    CATEGORY_MISSING = "category_missing"  # belongs to a category and is not in it
    CATEGORY_WRONG = "category_wrong"  # is in one and does not belong to it
    NAME = "name"
    BIRTHDAY = "birthday"
    OTHER = "other"


class CorrectionAsked(msgspec.Struct, array_like=True, frozen=True):
    """What is wrong about a resident; `category` only where it is about one."""

    resident_id: int
    site: str
    matter: str
    category: str = ""


_asked = msgspec.msgpack.Decoder(CorrectionAsked)


def decode_asked(body: msgspec.Raw) -> CorrectionAsked:
    return _asked.decode(body)
