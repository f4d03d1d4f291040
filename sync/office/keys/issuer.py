"""The office's secrets for cards: the key that signs them, and the master from which each chip's keys come.

Both are files in the office's data folder, made when they are first needed. Only the signing key's public
half and keys of single cards ever leave it.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.cards.crypto.diversify import KIOSK_KEY_NUMBER, MASTER_KEY_NUMBER, card_key
from kiosk.people import codes
from kiosk.people.cards import Card, CardPersonalisation, IssuerKey, uid_of_token
from sync.enrolling.keyfiles import read_or_make_key
from sync.wire.signing import SigningKey

SIGNING_FILE, CHIPS_FILE = "issuer.key", "chips.key"
MASTER_BYTES = 16


class Issuer:
    """Signs and diversifies. Reading may raise `OSError`, or `ValueError` if a file is no key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def public_key(self) -> IssuerKey:
        """What kiosks check signatures with."""
        public = self._signing.public
        return IssuerKey(id=int.from_bytes(public[:4], "big"), public_key=public)

    def certificate(self, card: Card) -> bytes:
        """The signed bytes for a chip, or for a code on paper."""
        uid = uid_of_token(card.token)
        certificate = codes.Certificate(self.public_key.id, card.number, card.generation, uid)
        return codes.sign(certificate, Ed25519PrivateKey.from_private_bytes(self._signing.seed))

    def personalisation(self, card: Card) -> CardPersonalisation:
        """All that a card may have to hold; its chip takes what it can."""
        record, uid = self.certificate(card), uid_of_token(card.token)
        if not uid:
            return CardPersonalisation(token=card.token, record=record)
        master = read_or_make_key(self._folder / CHIPS_FILE).seed[:MASTER_BYTES]
        master_key, kiosk_key = (
            card_key(master, uid, number) for number in (MASTER_KEY_NUMBER, KIOSK_KEY_NUMBER)
        )
        return CardPersonalisation(
            token=card.token, record=record, master_key=master_key, kiosk_key=kiosk_key
        )

    @property
    def _signing(self) -> SigningKey:
        return read_or_make_key(self._folder / SIGNING_FILE)
