"""NTAG210 to NTAG216: a memory card that carries the issuer's signed record.

When a read fails nfcpy says that there is no NDEF data, the same as for a blank card. So its memory is read
here: a card whose answers get lost must not be taken for one that carries nothing.
"""

from __future__ import annotations

from nfc.tag.tt2 import Type2Tag, Type2TagCommandError
from nfc.tag.tt2_nxp import NTAG210, NTAG212, NTAG213, NTAG215, NTAG216

from drivers.cards.faults import CardLifted
from drivers.cards.memory import Memory
from drivers.cards.record import issuer_message, issuer_payload
from drivers.cards.type2 import ANSWER_S

NTAG21X = (NTAG210, NTAG212, NTAG213, NTAG215, NTAG216)
COUNTING = (NTAG213, NTAG215, NTAG216)  # the smaller ones have no counter
SIGNATURE_BYTES = 32
READ_CNT = bytes([0x39, 0x02])
COUNTER_BYTES = 3
_CAPABILITIES, _DATA = 12, 16  # where in the memory they begin
_NDEF_MAGIC = 0xE1
_NULL, _NDEF_MESSAGE, _TERMINATOR, _LONG = 0x00, 0x03, 0xFE, 0xFF


def read_record(tag: Type2Tag) -> bytes | None:
    """Return the payload of the issuer's record, None on a card without one.

    Raises Type2TagCommandError if a page that it takes to know could not be read.
    """
    memory = Memory(tag)
    message = _message(memory) if _is_formatted(memory) else None
    return None if message is None else issuer_payload(message)


def _is_formatted(memory: Memory) -> bool:
    return bool(memory[_CAPABILITIES] == _NDEF_MAGIC and memory[_CAPABILITIES + 1] >> 4 == 1)


def _message(memory: Memory) -> bytes | None:
    """Find the NDEF message among the blocks of the data area. NFC Forum type 2 tag, section 2.3.

    These chips have their lock bytes behind the data area, so that no block is interrupted by them.
    """
    at, end = _DATA, _DATA + memory[_CAPABILITIES + 2] * 8
    while at < end and memory[at] != _TERMINATOR:
        if memory[at] == _NULL:
            at += 1
            continue
        kind, length, at = memory[at], memory[at + 1], at + 2
        if length == _LONG:
            length, at = int.from_bytes(memory[at : at + 2]), at + 2
        if kind == _NDEF_MESSAGE:
            return bytes(memory[at : min(at + length, end)])
        at += length
    return None


def write_record(tag: Type2Tag, payload: bytes) -> bool:
    """Put the issuer's record on the card, in place of any other message, and read it back.

    Returns False for a card that is locked or too small. nfcpy sets the message's length to nothing, writes,
    and sets the length last: a card that is pulled away in between carries no record, and works by its
    number. Lock bits and the one time programmable page are never written. Raises CARD_FAULTS.
    """
    if read_record(tag) == payload:
        return True
    if not _is_formatted(Memory(tag)):
        return False
    message, wanted = tag.ndef, issuer_message(payload)
    if message is None:
        raise CardLifted("left while its memory was read")
    if not message.is_writeable or len(wanted) > message.capacity:
        return False
    message.octets = wanted
    if message.has_changed:
        raise CardLifted("does not say what was written on it")
    return True


def read_counter(tag: Type2Tag) -> int:
    """Return how often the chip was read since it was made, the present time included; 0 if it does not say.

    READ_CNT of NXP's NTAG213/215/216 data sheet. To be asked last: a chip whose counter is off or behind the
    password refuses, and is deaf afterwards until it is found anew.
    """
    if not isinstance(tag, COUNTING):
        return 0
    try:
        answer = bytes(tag.transceive(READ_CNT, ANSWER_S, retries=0))
    except Type2TagCommandError:
        return 0
    return int.from_bytes(answer, "little") if len(answer) == COUNTER_BYTES else 0


def originality_signature(tag: Type2Tag) -> bytes:
    """Return NXP's signature over the UID, 32 bytes on secp128r1. Raises CardLifted.

    It is handed over unverified: our cryptography library has no such curve.
    """
    signature = bytes(tag.signature)
    if len(signature) != SIGNATURE_BYTES or not any(signature):
        raise CardLifted("left while its signature was read")
    return signature
