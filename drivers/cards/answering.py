"""Talk to a card: which chip it is, what it carries, whether it is the card it claims to be.

A copier can give any UID to a blank card. So a card whose UID belongs to one of our NTAG 424 DNA, and that
does not even offer the challenge, has failed it.

A read that fails says nothing against a card: its number is handed over, marked as all that is certain. Nor
does one in which the reader chip was told something twice: the card may have been as well, and then its proof
fails, or an answer was to the question before.

nfcpy's own mistakes, worked round here: it takes a memory card whose answer was lost for another chip (see
`drivers.cards.type2`), and it stumbles over a type 4 card whose ATS has fewer than four bytes (its UID is
enough).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from nfc.clf import ContactlessFrontend
from nfc.tag.tt4 import Type4Tag
from nfc.tag.tt4 import activate as activate_type4

from drivers.cards import type2
from drivers.cards.crypto.diversify import KIOSK_KEY_NUMBER
from drivers.cards.crypto.ev2 import NONCE_BYTES, PROOF_BYTES, ProofRefused
from drivers.cards.crypto.secure_messaging import BadAnswer
from drivers.cards.faults import CARD_FAULTS
from drivers.cards.ntag21x import NTAG21X, read_counter, read_record
from drivers.cards.ntag424 import Ntag424, Status
from drivers.cards.sensing import Sighting
from drivers.contracts import Authentication, CardFamily, CardKeys, Relay
from drivers.pn532.device import Device

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card told about itself."""

    uid: bytes
    family: CardFamily
    authentication: Authentication = Authentication.NOT_OFFERED
    signed_record: bytes | None = None
    counter: int = 0  # see `CardTap`
    complete: bool = True  # False: all but the number could not be read
    sure: bool = True  # False: the line stumbled meanwhile; what was proved is proved all the same

    def says_the_same(self, other: Answer | None) -> bool:
        """Whether the other one was read from the same card. The counter goes on from read to read."""
        return other is not None and replace(self, counter=other.counter, sure=other.sure) == other


def read_card(reader: ContactlessFrontend, card: Sighting, keys: CardKeys) -> Answer:
    """Talk to the card that `reader` has just selected.

    Raises one of CARD_FAULTS if that fails and the number by which the card was found may be a made-up one.
    """
    sent_again = _sent_again(reader)
    try:
        answer = _ask(reader, card, keys)
    except CARD_FAULTS:
        log.debug("a card could not be read", exc_info=True)
        if card.is_random:
            raise
        return Answer(card.uid, CardFamily.TYPE4 if card.is_processor else CardFamily.TYPE2, complete=False)
    answer = replace(answer, sure=_sent_again(reader) == sent_again)
    if answer.authentication is Authentication.NOT_OFFERED and keys.authentication_key(answer.uid):
        return replace(answer, authentication=Authentication.FAILED)
    return answer


def _sent_again(reader: ContactlessFrontend) -> int:
    """How often a command was repeated on the line to the reader; only our PN532 does so."""
    device = getattr(reader, "device", None)  # a PC/SC reader's service keeps that to itself
    return device.chipset.sent_again if isinstance(device, Device) else 0


def _ask(reader: ContactlessFrontend, card: Sighting, keys: CardKeys) -> Answer:
    if card.is_peer or card.is_topaz:
        return Answer(card.uid, CardFamily.OTHER)
    if card.is_felica:
        return Answer(card.uid, CardFamily.FELICA)
    if card.is_classic:
        return Answer(card.uid, CardFamily.TYPE2)
    return _ask_type4(reader, card, keys) if card.is_processor else _ask_type2(reader, card)


def _ask_type2(reader: ContactlessFrontend, card: Sighting) -> Answer:
    tag = type2.activate(reader, card.target)
    if not isinstance(tag, NTAG21X):
        return Answer(card.uid, CardFamily.TYPE2)
    record = read_record(tag)
    return Answer(
        card.uid, CardFamily.NTAG21X, signed_record=record, counter=read_counter(tag) if record else 0
    )


def _ask_type4(reader: ContactlessFrontend, card: Sighting, keys: CardKeys) -> Answer:
    try:
        tag = activate_type4(reader, card.target)
    except IndexError:
        return Answer(card.uid, CardFamily.TYPE4)  # an ATS too short for nfcpy
    return _ask_application(tag, card, keys)


def _ask_application(tag: Type4Tag, card: Sighting, keys: CardKeys) -> Answer:
    chip = Ntag424(tag)
    if not (chip.select() and chip.is_genuine_type()):
        return Answer(card.uid, CardFamily.OTHER if card.is_random else CardFamily.TYPE4)
    key = keys.authentication_key(card.uid)
    if key is None:
        return Answer(card.uid, CardFamily.NTAG424, _prove_elsewhere(chip, keys.relay(card.uid)))
    try:
        uid = chip.card_uid(chip.authenticate(KIOSK_KEY_NUMBER, key))
    except (ProofRefused, BadAnswer, Status):
        return Answer(card.uid, CardFamily.NTAG424, Authentication.FAILED)
    if uid != card.uid and not card.is_random:
        return Answer(card.uid, CardFamily.NTAG424, Authentication.FAILED)
    return Answer(uid, CardFamily.NTAG424, Authentication.PASSED)


def _prove_elsewhere(chip: Ntag424, relay: Relay | None) -> Authentication:
    """The same before somebody who holds the key; here only messages pass.

    A message of another size proves nothing, and nobody is asked about it: the answer to a card that provokes
    an error must not be that nobody could be asked.
    """
    if relay is None:
        return Authentication.NO_KEY
    try:
        challenge = chip.challenge(KIOSK_KEY_NUMBER)
        if len(challenge) != NONCE_BYTES:
            return Authentication.FAILED
        relayed = relay(challenge)
        if relayed is None:
            return Authentication.NO_KEY
        proof = chip.prove(relayed.answer)
    except ProofRefused:
        return Authentication.FAILED
    return _VERDICTS[relayed.judge(proof) if len(proof) == PROOF_BYTES else False]


_VERDICTS = {True: Authentication.PASSED, False: Authentication.FAILED, None: Authentication.NO_KEY}
