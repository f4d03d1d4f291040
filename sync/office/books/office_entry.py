"""The body of the office's own records."""

from __future__ import annotations

import msgspec

OFFICE_ENTRY = ("office_entry", 1)


class OfficeEntry(msgspec.Struct, array_like=True, frozen=True):
    """Why the office moved money. The money itself is in the record's postings. Packed by position."""

    reason: str  # such as `opening`, `topup`, `correction`
    note: str = ""


_decoder = msgspec.msgpack.Decoder(OfficeEntry)


def decode_office_entry(body: msgspec.Raw) -> OfficeEntry:
    return _decoder.decode(body)
