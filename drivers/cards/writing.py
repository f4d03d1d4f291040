"""Put on a card what its issuer ordered, while it lies on the reader and has been answered already.

So nobody waits for it, and a tap is as quick as ever. A card that is pulled away in mid-write is what its
number makes it, and is written the next time it lies there long enough: in a memory card the length of the
message comes last; of a chip's keys the kiosk's is changed before the master key, and each is tried first.

Not done: passwords, lock bits and the NTAG21x's read counter, which a torn write could turn into a lock.
"""

from __future__ import annotations

import logging

from nfc.clf import ContactlessFrontend
from nfc.tag.tt2 import Type2Tag
from nfc.tag.tt4 import activate as activate_type4

from drivers.cards import type2
from drivers.cards.crypto.diversify import KIOSK_KEY_NUMBER, MASTER_KEY_NUMBER
from drivers.cards.crypto.ev2 import ProofRefused
from drivers.cards.faults import CARD_FAULTS
from drivers.cards.ntag21x import NTAG21X, write_record
from drivers.cards.ntag424 import FACTORY_KEY, Ntag424, Status
from drivers.cards.sensing import Sighting
from drivers.clock import MonotonicMs
from drivers.contracts import CardKeys, CardWritten, Content, Emit, Personalisation

log = logging.getLogger(__name__)

ATTEMPTS = 4  # while a card lies there


class CardWriter:
    """Looks in each round whether something is ordered for the card that lies there, and reports it done."""

    def __init__(self, keys: CardKeys, emit: Emit, clock: MonotonicMs) -> None:
        self._keys, self._emit, self._clock = keys, emit, clock
        self._attempts_left = 0

    def begin(self) -> None:
        """A card was laid down and answered."""
        self._attempts_left = ATTEMPTS

    def attend(self, reader: ContactlessFrontend, card: Sighting) -> None:
        """Write the card that `reader` has just selected, if somebody wants something on it."""
        wanted = self._keys.personalisation(card.uid) if self._attempts_left else None
        if wanted is None:
            return
        self._attempts_left -= 1
        try:
            content = fulfil(reader, card, wanted)
        except CARD_FAULTS:
            log.debug("a card could not be written", exc_info=True)
            return
        self._attempts_left = 0
        if content is None:
            log.info("this chip cannot hold what is wanted on it")
        else:
            self._emit(CardWritten(card.uid, content, self._clock()))


def fulfil(reader: ContactlessFrontend, card: Sighting, wanted: Personalisation) -> Content | None:
    """Return what is on the card now, None if this chip can hold nothing of it. Raises CARD_FAULTS."""
    if card.is_processor:
        return _set_keys(Ntag424(activate_type4(reader, card.target)), card.uid, wanted)
    if card.is_memory:
        return _write(type2.activate(reader, card.target), wanted)
    return None


def _write(tag: Type2Tag, wanted: Personalisation) -> Content | None:
    return Content.RECORD if isinstance(tag, NTAG21X) and write_record(tag, wanted.record) else None


def _set_keys(chip: Ntag424, uid: bytes, wanted: Personalisation) -> Content | None:
    """Raises CARD_FAULTS. None: another chip, or one whose keys are neither the factory's nor ours."""
    if not (chip.select() and chip.is_genuine_type()):
        return None
    try:
        for number, key in ((KIOSK_KEY_NUMBER, wanted.kiosk_key), (MASTER_KEY_NUMBER, wanted.master_key)):
            if not _holds(chip, number, key):
                channel = chip.authenticate(MASTER_KEY_NUMBER, FACTORY_KEY)
                chip.change_key(channel, number, key, FACTORY_KEY)
        told = chip.card_uid(chip.authenticate(KIOSK_KEY_NUMBER, wanted.kiosk_key))
    except (ProofRefused, Status):
        return None
    return Content.KEYS if told == uid else None


def _holds(chip: Ntag424, number: int, key: bytes) -> bool:
    try:
        chip.authenticate(number, key)
    except ProofRefused:
        return False
    return True
