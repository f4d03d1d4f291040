"""NTAG210 to NTAG216: a memory card that carries the issuer's signed record.

nfcpy recognises them by GET_VERSION. When a read fails it says that there is no NDEF data, the same as for a
blank card, so a card that was lifted in mid-read has to be told from a blank one by asking whether it is
still there: a resident must not be sent away as a stranger for lifting the card too soon.
"""

from __future__ import annotations

from nfc.tag.tt2 import Type2Tag, Type2TagCommandError
from nfc.tag.tt2_nxp import NTAG210, NTAG212, NTAG213, NTAG215, NTAG216

from drivers.cards.faults import CardLifted
from drivers.cards.record import issuer_message, issuer_payload

NTAG21X = (NTAG210, NTAG212, NTAG213, NTAG215, NTAG216)
COUNTING = (NTAG213, NTAG215, NTAG216)  # the smaller ones have no counter
SIGNATURE_BYTES = 32
READ_CNT = bytes([0x39, 0x02])
COUNTER_BYTES = 3


def read_record(tag: Type2Tag) -> bytes | None:
    """Return the payload of the issuer's record, None on a card without one. Raises CardLifted."""
    message = tag.ndef
    if message is None:
        if not tag.is_present:
            raise CardLifted("left while its memory was read")
        return None
    return issuer_payload(message.octets)


def write_record(tag: Type2Tag, payload: bytes) -> bool:
    """Put the issuer's record on the card, in place of any other message, and read it back.

    Returns False for a card that is locked or too small. nfcpy sets the message's length to nothing, writes,
    and sets the length last: a card that is pulled away in between carries no record, and works by its
    number. Lock bits and the one time programmable page are never written. Raises CARD_FAULTS.
    """
    if read_record(tag) == payload:
        return True
    message, wanted = tag.ndef, issuer_message(payload)
    if message is None or not message.is_writeable or len(wanted) > message.capacity:
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
        answer = bytes(tag.transceive(READ_CNT, retries=0))
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
