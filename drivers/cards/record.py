"""The issuer's record: one NDEF external record that the office signs and writes on a card.

The driver hands over its payload as it was read; whether the signature holds is not for a driver to say.
"""

from __future__ import annotations

from functools import partial

import ndef

RECORD_TYPE = "neighbourhood.card:v1"  # NFC Forum external type: domain and type
_URN = f"urn:nfc:ext:{RECORD_TYPE}"
_plain_records = partial(ndef.message_decoder, known_types={})


def issuer_message(payload: bytes) -> bytes:
    """Return the NDEF message that carries `payload`, ready to be written on a card."""
    return b"".join(ndef.message_encoder([ndef.Record(_URN, "", payload)]))


def issuer_payload(message: bytes) -> bytes | None:
    """Return the payload of the issuer's record in an NDEF message, or None if there is none."""
    try:
        records = list(_plain_records(message))
    except ndef.DecodeError:
        return None
    return next((bytes(record.data) for record in records if record.type == _URN), None)
