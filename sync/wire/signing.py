"""Ed25519 over a named context and a payload: a signature for one purpose is worth nothing for another.

A key is known by its id, the first 8 bytes of the SHA-256 of the public key; a device's id is its key's id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.errors import UnknownKey, UnknownOfficeKey, WrongSignature
from sync.wire.messages import Envelope, decode_envelope, encode

KEY_ID_BYTES = 8
SEED_BYTES = 32

PublicKeys = Mapping[bytes, bytes]  # key id -> public key


class SigningKey:
    """A private key, made from its 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key().public_bytes_raw()
        self._id = key_id(self._public)

    @property
    def public(self) -> bytes:
        return self._public

    @property
    def id(self) -> bytes:
        return self._id

    @property
    def seed(self) -> bytes:
        return self._private.private_bytes_raw()

    def sign(self, context: bytes, payload: bytes) -> bytes:
        """The payload in a signed envelope, as bytes."""
        return encode(Envelope(self.id, self._private.sign(context + payload), payload))


def key_id(public_key: bytes) -> bytes:
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def by_id(*public_keys: bytes) -> PublicKeys:
    return {key_id(each): each for each in public_keys}


def verified(body: bytes, context: bytes, keys: PublicKeys) -> bytes:
    """The payload, once its signature holds. Raises `Garbled`, `UnknownKey` or `WrongSignature`."""
    envelope = decode_envelope(body)
    public_key = keys.get(envelope.key_id)
    if public_key is None:
        raise UnknownKey(envelope.key_id.hex())
    verify(envelope, context, public_key)
    return envelope.payload


def verified_answer(body: bytes, context: bytes, office_keys: PublicKeys) -> bytes:
    """The same for an answer, which only the office may sign. An `UnknownKey` is an `UnknownOfficeKey`."""
    try:
        return verified(body, context, office_keys)
    except UnknownKey as error:
        raise UnknownOfficeKey(error.detail) from error


def verify(envelope: Envelope, context: bytes, public_key: bytes) -> None:
    """Raises `WrongSignature`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(envelope.signature, context + envelope.payload)
    except (InvalidSignature, ValueError) as error:
        raise WrongSignature(envelope.key_id.hex()) from error


def push_context(journal_id: bytes) -> bytes:
    return b"neighbourhood-card push 1\n" + journal_id


def pull_context() -> bytes:
    return b"neighbourhood-card pull 1\n"


def history_context() -> bytes:
    return b"neighbourhood-card history 1\n"


def held_context() -> bytes:
    return b"neighbourhood-card held 1\n"


def ask_context() -> bytes:
    return b"neighbourhood-card ask 1\n"


def proof_context() -> bytes:
    return b"neighbourhood-card proof 1\n"


def rekey_context() -> bytes:
    return b"neighbourhood-card rekey 1\n"


def rekey_proof_context() -> bytes:
    return b"neighbourhood-card rekey proof 1\n"


def enrol_context() -> bytes:
    return b"neighbourhood-card enrol 1\n"


def answer_context(request_body: bytes) -> bytes:
    """An answer is signed together with the request it answers."""
    return b"neighbourhood-card answer 1\n" + hashlib.sha256(request_body).digest()


def page_context(request_body: bytes, start: bytes) -> bytes:
    """The same for one of several pages that answer one pull: each is signed with where it starts.

    `start` is the pull that would have brought this page alone, so pages are worth something in any order,
    and one that is missing is noticed.
    """
    return (
        b"neighbourhood-card page 1\n"
        + hashlib.sha256(request_body).digest()
        + hashlib.sha256(start).digest()
    )
