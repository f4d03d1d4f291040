"""AuthenticateEV2First: card and reader prove to each other that they hold the same AES key.

NT4H2421Gx data sheet section 9.1.5, AN12196 section 6. The reader's side; one exchange of two messages::

    reader                                   card
      71, key number                  ---->
                                      <----  E(RndB)
      AF, E(RndA || rotated RndB)     ---->
                                      <----  E(TI || rotated RndA || PDcap2 || PCDcap2)
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from drivers.cards.crypto import aes

NONCE_BYTES = 16
PROOF_BYTES = 32


class ProofRefused(Exception):
    """The other side does not hold the key."""


@dataclass(frozen=True, slots=True)
class SessionKeys:
    enc: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Challenge:
    """The reader's half of an exchange that is under way."""

    key: bytes
    rnd_a: bytes
    rnd_b: bytes

    @classmethod
    def accept(cls, key: bytes, rnd_a: bytes, encrypted_rnd_b: bytes) -> Challenge:
        """Take the card's challenge. Raises ProofRefused if it is no nonce at all."""
        if len(encrypted_rnd_b) != NONCE_BYTES:
            raise ProofRefused("no challenge of 16 bytes")
        return cls(key, rnd_a, aes.decrypt(key, encrypted_rnd_b))

    def answer(self) -> bytes:
        return aes.encrypt(self.key, self.rnd_a + rotate(self.rnd_b))

    def confirm(self, encrypted: bytes) -> tuple[bytes, SessionKeys]:
        """Check the card's proof and return its transaction identifier (4 bytes) and the session keys.

        Raises ProofRefused if the card did not know our nonce.
        """
        if len(encrypted) != PROOF_BYTES:
            raise ProofRefused(f"no proof of {PROOF_BYTES} bytes")
        plain = aes.decrypt(self.key, encrypted)
        if not hmac.compare_digest(plain[4:20], rotate(self.rnd_a)):
            raise ProofRefused("the card returned another nonce")
        return plain[:4], session_keys(self.key, self.rnd_a, self.rnd_b)


def rotate(nonce: bytes) -> bytes:
    return nonce[1:] + nonce[:1]


def session_keys(key: bytes, rnd_a: bytes, rnd_b: bytes) -> SessionKeys:
    """NT4H2421Gx section 9.1.7."""
    mixed = bytes(a ^ b for a, b in zip(rnd_a[2:8], rnd_b[:6], strict=True))
    context = bytes.fromhex("00010080") + rnd_a[:2] + mixed + rnd_b[6:] + rnd_a[8:]
    return SessionKeys(
        enc=aes.cmac(key, b"\xa5\x5a" + context),
        mac=aes.cmac(key, b"\x5a\xa5" + context),
    )
