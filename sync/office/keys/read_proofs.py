"""What a kiosk says it has read, proved by the office itself.

Each page brings a proof of the cursors behind it, which the kiosk brings back with them. Nobody can make one
up: whoever shows cursors beyond the end of the catalogue was given them by an office that went further.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import msgspec

from sync.wire.messages import PROOF_BYTES, Page, Pull
from sync.wire.signing import SigningKey

_CONTEXT = b"neighbourhood-card read 1\n"


def read_proof(key: SigningKey, epoch: bytes, cursors: tuple[int, int]) -> bytes:
    """That a page of the office with this key ended at these cursors."""
    own = hmac.digest(key.seed, _CONTEXT, hashlib.sha256)
    return hmac.digest(own, msgspec.msgpack.encode((epoch, cursors)), hashlib.sha256)[:PROOF_BYTES]


def proved(page: Page, key: SigningKey) -> Page:
    """The page with the proof that its kiosk brings back."""
    return msgspec.structs.replace(page, proof=read_proof(key, page.epoch, page.cursors))


def is_proved(pull: Pull, keys: Iterable[SigningKey]) -> bool:
    """Whether one of these keys vouches for what the kiosk says it has read."""
    return any(hmac.compare_digest(read_proof(key, pull.epoch, pull.cursors), pull.proof) for key in keys)
