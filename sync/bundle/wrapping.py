"""What is on a stick can be read by nobody but the one it is for.

The signing keys that both sides know already serve for this as well, in their X25519 form.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey as Ed25519Key
from nacl.signing import VerifyKey

from sync.bundle.stick import Parcel
from sync.errors import Garbled
from sync.wire import messages
from sync.wire.signing import SigningKey, key_id

C = TypeVar("C", bound=msgspec.Struct)


class CarriedRequest(msgspec.Struct, array_like=True, frozen=True):
    """What HTTP would have carried: a push to this journal; a pull if there is none."""

    journal_id: bytes
    body: bytes


class CarriedAnswer(msgspec.Struct, array_like=True, frozen=True):
    """An answer with the request that it answers, for a kiosk keeps no copy.

    `start`: for a catalogue page, the pull that would have brought it alone; see `signing.page_context`.
    """

    journal_id: bytes
    body: bytes
    start: bytes
    envelope: bytes


def wrap(content: CarriedRequest | CarriedAnswer, to: bytes, sender: SigningKey) -> Parcel:
    """A parcel for the owner of the public key `to`."""
    box = SealedBox(VerifyKey(to).to_curve25519_public_key())
    return Parcel(key_id(to), sender.id, box.encrypt(messages.encode(content)))


def unwrap(parcel: Parcel, key: SigningKey, content: type[C]) -> C:
    """What a parcel for this key holds. Raises `Garbled`."""
    box = SealedBox(Ed25519Key(key.seed).to_curve25519_private_key())
    try:
        opened = box.decrypt(parcel.wrapped)
    except (CryptoError, ValueError) as error:
        raise Garbled("not wrapped as it should be") from error
    return messages.decode_request(opened, content)
