"""Cards, and what one must prove before it may speak for a resident.

A card is known by its token: `nfc:` and the UID in hexadecimal, `qr:` and the number on a printed code, or
`phone:` and the number of a rotating code. Account and card are two things: a lost card is blocked, the
resident's money is not.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum, StrEnum

import msgspec


class CardLevel(IntEnum):
    """How hard the card is to copy; the office sees it per card."""

    UID = 1  # the chip's number alone: any phone can imitate it
    SIGNED = 2  # the issuer's signature over UID and card, on the chip or as a printed code
    AUTHENTICATED = 3  # the chip answers a challenge with its own key, or a code that changes each 30 s


COUNTERS_FIRST_NUMBER = 2**56  # from here on counters make numbers of their own; the office's are shorter


class CardStatus(StrEnum):
    ACTIVE = "active"
    LOST = "lost"
    REPLACED = "replaced"
    CLOSED = "closed"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of plastic, paper or phone."""

    token: str
    number: int  # unique for ever; what records and signatures name
    resident_id: int
    level: CardLevel
    generation: int = 1  # goes up when a card of the same number is issued anew
    status: CardStatus = CardStatus.ACTIVE
    last_day: date = date.max  # of validity


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the block list, which travels ahead of everything else."""

    token: str
    status: CardStatus


def status_of(card: Card, block: Block | None) -> CardStatus:
    """The one rule: the block list has the last word, for it is what counters write and hear first."""
    return block.status if block is not None else card.status


class CardKey(msgspec.Struct, frozen=True, kw_only=True):
    """The secret one card shares with its kiosks: an AES key, or the seed of its rotating code. 16 bytes."""

    token: str
    key: bytes


class CardPersonalisation(msgspec.Struct, frozen=True, kw_only=True):
    """What the office wants on a card that a counter gave out: written on its chip, or printed on paper."""

    token: str
    record: bytes  # the signed certificate; see `people.codes`
    master_key: bytes = b""  # for a chip that can hold keys: 16 bytes each
    kiosk_key: bytes = b""


class IssuerKey(msgspec.Struct, frozen=True, kw_only=True):
    """An Ed25519 public key whose signature on a card or code is good."""

    id: int
    public_key: bytes


def nfc_token(uid: bytes) -> str:
    return f"nfc:{uid.hex().upper()}"


WRITABLE_UID_BYTES = 7  # of NTAG; MIFARE Classic has mostly 4, FeliCa 8, and neither can be written here


def uid_of_token(token: str) -> bytes:
    """The chip's number; empty for a code."""
    kind, _, number = token.partition(":")
    return bytes.fromhex(number) if kind == "nfc" else b""


def can_be_written(token: str) -> bool:
    """Whether a chip with this number may hold more than the number."""
    return len(uid_of_token(token)) == WRITABLE_UID_BYTES


def qr_token(number: int) -> str:
    """A code printed on paper."""
    return f"qr:{number}"


def is_paper(token: str) -> bool:
    return token.startswith("qr:")


def level_when_given(token: str) -> CardLevel:
    """What a card is before anything was put on it. A code on paper cannot be read before it is signed."""
    return CardLevel.SIGNED if is_paper(token) else CardLevel.UID


def phone_token(number: int) -> str:
    """A code that a phone makes anew every 30 seconds."""
    return f"phone:{number}"
