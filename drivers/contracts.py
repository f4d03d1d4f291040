"""What the counter may expect of its devices: values that drivers hand over and questions they may ask.

A driver owns its device and a thread. It puts what happens (`DeviceEvent`) on one queue and never calls
into the kiosk otherwise, but for the keys it needs to authenticate a card, or for whoever holds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from drivers.slip import Slip


class CardFamily(StrEnum):
    """What a reader can tell about a card's chip."""

    NTAG21X = "ntag21x"
    NTAG424 = "ntag424"
    TYPE2 = "type2"  # other NFC Forum type 2: Ultralight, and MIFARE Classic of which only the UID is read
    TYPE4 = "type4"
    FELICA = "felica"
    OTHER = "other"


class Authentication(StrEnum):
    """How a card that can prove itself did so."""

    NOT_OFFERED = "not_offered"  # this kind of card has no challenge to answer
    PASSED = "passed"
    FAILED = "failed"  # it should know its key and does not: a copy, or a card of another issuer
    NO_KEY = "no_key"  # the kiosk holds no key for this UID, and nobody who does could be asked


@dataclass(frozen=True, slots=True)
class CardTap:
    """One card laid on the reader, read and answered once until it is lifted.

    With `complete_reads` 0 only the number is certain: the rest was lost on the air, or the card keeps it to
    itself. Then a proof that is missing says nothing against the card.
    """

    uid: bytes
    family: CardFamily
    authentication: Authentication
    signed_record: bytes | None  # payload of the issuer's NDEF record, unverified; None: it has none
    monotonic_ms: int  # when the card answered
    counter: int = 0  # how often the chip says it was read, 24 bits; 0: it does not say
    complete_reads: int = 1  # how often, while it lay there, it was read to the end and said this
    typed: bool = False  # by a reader that acts as a keyboard: whoever has a keyboard can type a number


class Content(StrEnum):
    """What was put on a card of that which its issuer wants on it."""

    RECORD = "record"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class CardWritten:
    """A card that lay on the reader now holds what its issuer ordered, and it was read back."""

    uid: bytes
    content: Content
    monotonic_ms: int


@dataclass(frozen=True, slots=True)
class CodeScan:
    """One code from the scanner, without its line ending."""

    text: str
    monotonic_ms: int


class Trouble(StrEnum):
    """Why a card or code that was there could not be read. Laying it down again helps."""

    LIFTED = "lifted"  # taken away in mid-read
    UNREADABLE = "unreadable"  # lies there, but not even its number can be told
    TWO_CARDS = "two_cards"  # more than one card lies there, and now this one answers and now that
    FOREIGN = "foreign"  # of a kind that no meal card is: ISO 14443 B, such as an identity card
    NOISE = "noise"  # the scanner sent what is no code: too long, or not text


@dataclass(frozen=True, slots=True)
class ReadFailure:
    trouble: Trouble
    uid: bytes | None
    monotonic_ms: int


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device came, went or came back. `reason` is a stable word such as `unplugged`, to be looked up."""

    device: str  # "reader", "scanner", "printer"
    ready: bool
    reason: str
    path: str


@dataclass(frozen=True, slots=True)
class Happened:
    """What a device of one service says beside all these: a base, and whoever knows the device hears it."""


DeviceEvent = CardTap | CardWritten | CodeScan | ReadFailure | DeviceState | Happened
Emit = Callable[[DeviceEvent], None]


@dataclass(frozen=True, slots=True)
class Personalisation:
    """What an issuer wants on a card; the chip takes the part that it can hold. Keys are diversified."""

    record: bytes  # payload of the issuer's NDEF record, for a memory card
    master_key: bytes  # slot 0 of a chip that can prove itself, 16 bytes
    kiosk_key: bytes  # the slot that it proves itself with at the counter, 16 bytes


@dataclass(frozen=True, slots=True)
class Relayed:
    """What to say to a card's challenge, made by somebody who holds its key."""

    answer: bytes  # 32 bytes, for the card
    judge: Callable[[bytes], bool | None]  # whether the card's answer to that proves it; None: nobody says


Relay = Callable[[bytes], Relayed | None]  # takes the challenge, 16 bytes; None: nobody answered in time


class CardKeys(Protocol):
    """The kiosk's key ring: diversified keys of the cards it may meet, never the master."""

    def authentication_key(self, uid: bytes) -> bytes | None:
        """Return the 16-byte AES key of this card's application, or None if it is not ours to check."""

    def suffices(self, tap: CardTap) -> bool:
        """Return whether the counter can answer this, or wants the card read again while it lies there.

        A driver reads again until this holds, until two complete reads said the same, or for
        `drivers.cards.reads.READ_AGAIN_MS`; then it reports what it has.
        """

    def relay(self, uid: bytes) -> Relay | None:
        """Return whom to ask about a card whose key is not here; None if nobody, or no such card."""

    def personalisation(self, uid: bytes) -> Personalisation | None:
        """Return what is to be put on this card, until it was reported as written."""


class Device(Protocol):
    """A driver's life. `start` returns at once; a device that is absent is waited for, not an error."""

    def start(self) -> None: ...

    def stop(self) -> None:
        """Release the device and join the thread; safe to call twice, and within two seconds."""


@runtime_checkable
class SlipPrinter(Device, Protocol):
    """A device that prints."""

    def print(self, slip: Slip) -> None:
        """Keep the slip until it can be printed, and return at once. Raises `drivers.errors.QueueFull`."""
