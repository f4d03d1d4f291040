"""From what a reader or scanner saw to a resident, or to the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import msgspec

from kiosk.people import codes
from kiosk.people.cards import (
    Block,
    Card,
    CardKey,
    CardLevel,
    CardStatus,
    IssuerKey,
    nfc_token,
    phone_token,
    qr_token,
    status_of,
)
from kiosk.people.errors import (
    BY_STATUS,
    CardCopied,
    CardExpired,
    CardReplaced,
    CardUnknown,
    CardUnproved,
    CardUnreadable,
    CodeElsewhere,
    CodeExpired,
    CodeMangled,
    CodeUnreadable,
    ResidentClosed,
)
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.plain.refusals import Refusal

READS_TO_ACCUSE = 2  # a single one may have gone wrong, and then so does its answer


class Register(Protocol):
    """Where people are looked up; the catalogue is one."""

    def resident(self, resident_id: int) -> Resident | None: ...


class Directory(Register, Protocol):
    """Where people and cards are looked up; the catalogue is one."""

    def block(self, token: str) -> Block | None: ...
    def card(self, token: str) -> Card | None: ...
    def card_key(self, token: str) -> CardKey | None: ...
    def issuer_key(self, key_id: int) -> IssuerKey | None: ...


def active_resident(register: Register, resident_id: int) -> Resident:
    """Raises `CardUnknown` or `ResidentClosed`."""
    resident = register.resident(resident_id)
    if resident is None:
        raise CardUnknown
    if resident.status is not ResidentStatus.ACTIVE:
        raise ResidentClosed
    return resident


@dataclass(frozen=True, slots=True)
class Chip:
    """What a reader saw."""

    uid: bytes
    signed_record: bytes | None = None
    challenged: bool = False  # the chip was asked to prove its key
    proved: bool = False
    keyless: bool = False  # the chip could prove itself, but this kiosk holds no key for it
    counter: int = 0  # how often it says it was read; 0: it does not say
    complete_reads: int = 1  # how often it was read to the end, always alike; 0: only its number is certain
    number_only: bool = False  # it was typed, so that nothing was said about its proof


@dataclass(frozen=True, slots=True)
class Identified:
    """A resident, the card that spoke for them, and how hard it was to copy."""

    resident: Resident
    card: Card
    level: CardLevel
    counter: int = 0  # of the chip


class Identifier:
    """Knows the directory, and which rotating codes were used already."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        # By number. Kept in memory only: a restart forgets it, and the step window closes in 90 s.
        self._last_step: dict[int, int] = {}

    def chip(self, chip: Chip, day: date) -> Identified:
        """Raises a refusal of `people.errors`."""
        card = self._usable_card(nfc_token(chip.uid), day)
        return self._owner(card, self._proven_level(chip, card), chip.counter)

    def suffices(self, chip: Chip) -> bool:
        """Whether the chip can be answered as it was read, or had better be read again."""
        card = self.card_of_chip(chip.uid)
        if card is None:
            return True
        try:
            self._proven_level(chip, card)
        except CardUnreadable:
            return False
        except Refusal:
            return True
        return True

    def code(self, text: str, day: date, unix_s: int) -> Identified:
        """A scanned text: a printed code, or a phone's. Raises a refusal of `people.errors`."""
        rotating = codes.parse_rotating(text)
        if rotating is not None:
            return self._rotating(rotating, day, unix_s)
        signed = codes.from_qr_text(text)
        if signed is None:
            raise CodeMangled if codes.is_mangled(text) else CodeUnreadable
        return self._printed(signed, day)

    def card_of_chip(self, uid: bytes) -> Card | None:
        """The card that this number was issued as, proved or not."""
        return self._directory.card(nfc_token(uid))

    def owner_of_chip(self, uid: bytes) -> Resident | None:
        """Whose card that is: for staff, who have a photo to look at."""
        card = self.card_of_chip(uid)
        return self._directory.resident(card.resident_id) if card else None

    def owner_of_code(self, text: str) -> Resident | None:
        """Whose code on paper that is, if the office signed it: for staff, likewise."""
        signed = codes.from_qr_text(text)
        certificate = self._genuine(signed) if signed is not None else None
        card = self._directory.card(qr_token(certificate.number)) if certificate is not None else None
        return self._directory.resident(card.resident_id) if card else None

    def _rotating(self, code: codes.RotatingCode, day: date, unix_s: int) -> Identified:
        card = self._usable_card(phone_token(code.number), day)
        key = self._directory.card_key(card.token)
        if key is None:
            raise CodeElsewhere
        step = codes.step_of(code, key.key, unix_s)
        if step is None or step <= self._last_step.get(code.number, -1):
            raise CodeExpired
        self._last_step[code.number] = step
        return self._owner(card, CardLevel.AUTHENTICATED)

    def _printed(self, signed: bytes, day: date) -> Identified:
        certificate = self._genuine(signed)
        if certificate is None:
            raise CodeMangled
        if certificate.uid:
            raise CardCopied  # what stands on a chip, put on paper
        card = self._usable_card(qr_token(certificate.number), day)
        if certificate.generation != card.generation:
            raise CardReplaced
        return self._owner(card, CardLevel.SIGNED)

    def _usable_card(self, token: str, day: date) -> Card:
        block, card = self._directory.block(token), self._directory.card(token)
        if card is None:
            raise BY_STATUS[block.status] if block is not None else CardUnknown()
        if (status := status_of(card, block)) is not CardStatus.ACTIVE:
            raise BY_STATUS[status]
        if card.last_day < day:
            raise CardExpired(last_day=card.last_day.isoformat())
        return card

    def _proven_level(self, chip: Chip, card: Card) -> CardLevel:
        """Raises `CardCopied`; `CardUnproved` for what is no proof, nor a copy to be looked into; or
        `CardUnreadable` for what may have been misread.
        """
        if chip.number_only and card.level is not CardLevel.UID:
            raise CardUnproved
        if chip.challenged:
            if not chip.proved:
                raise _unproved(chip)
            return CardLevel.AUTHENTICATED
        if card.level is CardLevel.AUTHENTICATED and not chip.keyless:
            raise _unproved(chip)  # a plain chip with the number of one that could prove itself
        if card.level is CardLevel.SIGNED:
            self._check_signed(chip, card)
            return CardLevel.SIGNED
        return CardLevel.UID

    def _check_signed(self, chip: Chip, card: Card) -> None:
        certificate = self._genuine(chip.signed_record or b"")
        if certificate is None or (certificate.uid, certificate.number) != (chip.uid, card.number):
            raise _unproved(chip)
        if certificate.generation != card.generation:
            raise CardReplaced

    def _genuine(self, signed: bytes) -> codes.Certificate | None:
        try:
            certificate, outer = codes.read(signed)
        except msgspec.MsgspecError:
            return None
        key = self._directory.issuer_key(certificate.key_id)
        return certificate if key and codes.is_genuine(outer, key.public_key) else None

    def _owner(self, card: Card, level: CardLevel, counter: int = 0) -> Identified:
        return Identified(active_resident(self._directory, card.resident_id), card, level, counter)


def _unproved(chip: Chip) -> Refusal:
    """What to say to a chip that did not show what its card has to: nobody is accused for a bad read."""
    return CardCopied() if chip.complete_reads >= READS_TO_ACCUSE else CardUnreadable()
