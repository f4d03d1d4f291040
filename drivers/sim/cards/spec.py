"""A card, described: what the person at the demo types and what goes through the control socket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class CardKind(StrEnum):
    NTAG213 = "ntag213"
    NTAG215 = "ntag215"
    NTAG216 = "ntag216"
    NTAG424 = "ntag424"
    TYPE4 = "type4"  # an NDEF card without secrets
    SHORT_ATS = "short_ats"  # a processor card that says as little as the standard allows
    CLASSIC = "classic"  # MIFARE Classic 1K
    ULTRALIGHT_AES = "ultralight_aes"
    RATS_REFUSED = "rats_refused"  # selected like a processor card, and mute from there on
    FELICA = "felica"
    IDENTITY = "identity"  # a second-generation identity card, ISO 14443 B: no meal card at all
    PHONE = "phone"  # makes up a UID each time the field comes on


@dataclass(frozen=True, slots=True)
class CardSpec:
    """One card. Bytes are hex in JSON.

    `uid` is 4 or 7 bytes, 8 for FeliCa, and ignored for a phone and
    an identity card. `key` is the kiosk key of an NTAG 424 DNA.
    `record` is the payload of the issuer's NDEF record.
    """

    kind: CardKind
    uid: bytes = b""
    key: bytes | None = None
    record: bytes | None = None
    random_uid: bool = False  # NTAG 424 DNA only: hide the UID until somebody authenticates
    counter: int = 0  # NTAG21x with a record only: how often it was read before

    def to_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"kind": self.kind.value, "uid": self.uid.hex()}
        if self.key is not None:
            fields["key"] = self.key.hex()
        if self.record is not None:
            fields["record"] = self.record.hex()
        if self.random_uid:
            fields["random_uid"] = True
        if self.counter:
            fields["counter"] = self.counter
        return fields

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for what is no card."""
        return cls(
            kind=CardKind(fields["kind"]),
            uid=bytes.fromhex(fields.get("uid", "")),
            key=_optional_hex(fields.get("key")),
            record=_optional_hex(fields.get("record")),
            random_uid=bool(fields.get("random_uid", False)),
            counter=int(fields.get("counter", 0)),
        )


def _optional_hex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
