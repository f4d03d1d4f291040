"""The issuer's word on a card: signed bytes that stand on an NTAG chip or in a printed QR code, and the
code that a phone makes anew every 30 seconds.

A signed code can be copied, so it proves who issued it and not who holds it; staff see the photo. A
rotating code needs the resident's key and a clock within one step. QR texts keep to the alphanumeric set
of ISO/IEC 18004, which packs 11 bits into two characters: base45 (RFC 9285) and upper case.
"""

from __future__ import annotations

import base64
import hmac
import re

import base45
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

QR_PREFIX = "NC1:"
STEP_S = 30
_CONTEXT = b"neighbourhood-card card 1\n"
_ROTATING = re.compile(r"R(\d{7})([A-Z2-7]{10})", re.ASCII)
_MARKS = re.compile(r"N[CDEH]1\W|R\d{7}[A-Z2-7]{10}", re.ASCII | re.IGNORECASE)


class Certificate(msgspec.Struct, array_like=True, frozen=True):
    """What the issuer says: this number and generation is on this chip (`uid` empty: on paper)."""

    key_id: int
    number: int
    generation: int
    uid: bytes


class SignedCertificate(msgspec.Struct, array_like=True, frozen=True):
    """Packed certificate and the Ed25519 signature over context and bytes."""

    certificate: msgspec.Raw
    signature: bytes


class RotatingCode(msgspec.Struct, frozen=True):
    """A number and what its key made of the time."""

    number: int
    mac: str


_certificates = msgspec.msgpack.Decoder(Certificate)
_signed = msgspec.msgpack.Decoder(SignedCertificate)


def sign(certificate: Certificate, issuer: Ed25519PrivateKey) -> bytes:
    """The bytes to write on a chip: what the record of the card carries."""
    packed = msgspec.msgpack.encode(certificate)
    return msgspec.msgpack.encode([msgspec.Raw(packed), issuer.sign(_CONTEXT + packed)])


def read(signed: bytes) -> tuple[Certificate, SignedCertificate]:
    """Unpack without believing. Raises `msgspec.MsgspecError` on anything else."""
    outer = _signed.decode(signed)
    return _certificates.decode(outer.certificate), outer


def is_genuine(signed: SignedCertificate, public_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signed.signature, _CONTEXT + bytes(signed.certificate)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def qr_text(signed: bytes) -> str:
    """What a printed code says."""
    return f"{QR_PREFIX}{base45.b45encode(signed).decode()}"


def from_qr_text(text: str) -> bytes | None:
    """The signed bytes of a printed code, not yet believed; None if the text is none."""
    if not text.startswith(QR_PREFIX):
        return None
    try:
        signed = bytes(base45.b45decode(text.removeprefix(QR_PREFIX)))
        read(signed)
    except (ValueError, msgspec.MsgspecError):
        return None
    return signed


def is_mangled(text: str) -> bool:
    """Whether a text that is none of our codes has the marks of one, with more before it or less behind.

    A QR code is read whole or not at all: such a text was changed after it was read.
    """
    return _MARKS.search(text) is not None


def rotating_text(number: int, key: bytes, unix_s: int) -> str:
    """What the phone shows now: 18 characters, a version 1-M code of 21 x 21 modules."""
    return f"R{number:07d}{_mac(number, key, unix_s // STEP_S)}"


def parse_rotating(text: str) -> RotatingCode | None:
    found = _ROTATING.fullmatch(text)
    return RotatingCode(int(found[1]), found[2]) if found else None


def step_of(code: RotatingCode, key: bytes, unix_s: int) -> int | None:
    """The 30-second step the code was made in, if it is this one or a neighbour; else None."""
    now = unix_s // STEP_S
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(_mac(code.number, key, step), code.mac):
            return step
    return None


def _mac(number: int, key: bytes, step: int) -> str:
    """50 bits of HMAC-SHA-256 over number and step, as RFC 6238 does it with a counter."""
    digest = hmac.digest(key, number.to_bytes(8, "big") + step.to_bytes(8, "big"), "sha256")
    return base64.b32encode(digest)[:10].decode("ascii")
