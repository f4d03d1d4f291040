"""Identity numbers as the office keeps them: encrypted with a key beside its data, and found by a keyed hash.

A copy of the books alone tells nobody's number. The key is a file of its own, made when it is first needed;
whoever backs up the books without it has lost the numbers.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.plain.refusals import Refusal
from sync.enrolling.keyfiles import read_or_make_key

FILE = "identity.key"
_NONCE_BYTES = 12
_SEAL, _MARK, _SHEET = (f"neighbourhood-card {what} 1".encode() for what in ("number", "mark", "sheet"))


class Unreadable(Refusal):
    """It was encrypted with another key than the office has now, or is not whole."""

    code = "unreadable"
    is_fault = True


class Identities:
    """Encrypts, opens and finds. Each use may raise `OSError`, or `ValueError` if the file is no key."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._seed = b""

    def seal(self, number: str, resident_id: int) -> bytes:
        """Good for this resident alone: moved to another's row it does not open."""
        return self._encrypt(_SEAL, str(resident_id), number.encode())

    def open(self, sealed: bytes, resident_id: int) -> str:
        """Raises `Unreadable`."""
        return self._decrypt(_SEAL, str(resident_id), sealed).decode()

    def mark(self, number: str) -> bytes:
        """The same for the same number, and nothing to whoever has not the key."""
        return hmac.digest(self._key(_MARK), number.encode(), "sha256")

    def seal_sheet(self, content: bytes, name: str) -> bytes:
        """A sheet that waits to be imported, for it is full of numbers."""
        return self._encrypt(_SHEET, name, content)

    def open_sheet(self, sealed: bytes, name: str) -> bytes:
        """Raises `Unreadable`."""
        return self._decrypt(_SHEET, name, sealed)

    def _encrypt(self, what: bytes, whose: str, plain: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key(what)).encrypt(nonce, plain, whose.encode())

    def _decrypt(self, what: bytes, whose: str, sealed: bytes) -> bytes:
        nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self._key(what)).decrypt(nonce, encrypted, whose.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error

    def _key(self, what: bytes) -> bytes:
        """One for each use, of the one that is kept."""
        self._seed = self._seed or read_or_make_key(self._file).seed
        return hmac.digest(self._seed, what, "sha256")
