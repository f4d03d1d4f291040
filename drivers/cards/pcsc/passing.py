"""Commands that have no APDU of their own, handed through to the card as they are.

PC/SC part 3 has the transparent session for it, which the ACR1252U and its kin understand; the ACR122U has
its own way, a command to the PN532 inside it. Some readers have neither.
"""

from __future__ import annotations

from collections.abc import Callable

Transmit = Callable[[bytes], bytes]
PassOn = Callable[[Transmit, bytes], bytes | None]

_OK = b"\x90\x00"
_START, _END = bytes.fromhex("ffc20000028100"), bytes.fromhex("ffc20000028200")
_ERROR, _TIMER, _SEND_AND_RECEIVE, _RECEIVED = 0xC0, bytes.fromhex("5f4604"), 0x95, 0x97
_CARD_MAY_TAKE_US = 50_000
_NO_ERROR = b"\x00\x90\x00"
_IN_COMMUNICATE_THRU, _ITS_ANSWER = b"\xd4\x42", b"\xd5\x43\x00"


class Unsupported(Exception):
    """This reader hands nothing through, at least not in this way."""


def transparently(transmit: Transmit, frame: bytes) -> bytes | None:
    """Hand a frame through in a transparent session; None if the card did not answer it."""
    if transmit(_START)[-2:] != _OK:
        raise Unsupported
    timer = _TIMER + _CARD_MAY_TAKE_US.to_bytes(4, "little")
    objects = timer + bytes([_SEND_AND_RECEIVE, len(frame)]) + frame
    try:
        answer = transmit(bytes.fromhex("ffc20001") + bytes([len(objects)]) + objects + b"\x00")
    finally:
        transmit(_END)
    fields = _data_objects(answer[:-2]) if answer[-2:] == _OK else {}
    return fields.get(_RECEIVED) if fields.get(_ERROR, _NO_ERROR) == _NO_ERROR else None


def through_the_pn532(transmit: Transmit, frame: bytes) -> bytes | None:
    """Hand a frame through the PN532 of an ACR122U; None if the card did not answer it."""
    command = _IN_COMMUNICATE_THRU + frame
    answer = transmit(bytes.fromhex("ff000000") + bytes([len(command)]) + command)
    if answer[-2:] != _OK or answer[:2] != _ITS_ANSWER[:2]:
        raise Unsupported
    return answer[3:-2] if answer[:3] == _ITS_ANSWER else None


WAYS: tuple[PassOn, ...] = (transparently, through_the_pn532)


def _data_objects(data: bytes) -> dict[int, bytes]:
    """Take simple TLV apart: tags and lengths of one byte, lengths above 127 in a byte after 81."""
    fields = {}
    while len(data) >= 2:
        at, length = (3, data[2]) if data[1] == 0x81 and len(data) > 2 else (2, data[1])
        fields[data[0]] = data[at : at + length]
        data = data[at + length :]
    return fields
