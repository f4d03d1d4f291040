"""Talk to a card: which chip it is, what it carries, whether it is the card it claims to be.

A copier can give any UID to a blank card. So a card whose UID belongs to one of our NTAG 424 DNA, and that
does not even offer the challenge, has failed it.

nfcpy's own mistakes, worked round here: it takes an Ultralight AES for an Ultralight C (so neither is asked
to authenticate), and it stumbles over a type 4 card whose ATS has fewer than four bytes (its UID is enough).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import nfc.tag
from nfc.clf import ContactlessFrontend
from nfc.tag.tt2 import Type2Tag
from nfc.tag.tt3 import Type3Tag
from nfc.tag.tt4 import Type4Tag

from drivers.cards.ev2 import NONCE_BYTES, PROOF_BYTES, ProofRefused
from drivers.cards.faults import CardLifted
from drivers.cards.ntag21x import NTAG21X, read_counter, read_record
from drivers.cards.ntag424 import KIOSK_KEY_NUMBER, Ntag424, Status
from drivers.cards.secure_messaging import BadAnswer
from drivers.cards.sensing import Sighting
from drivers.contracts import Authentication, CardFamily, CardKeys, Relay


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card told about itself."""

    uid: bytes
    family: CardFamily
    authentication: Authentication = Authentication.NOT_OFFERED
    signed_record: bytes | None = None
    counter: int = 0  # see `CardTap`


def read_card(reader: ContactlessFrontend, card: Sighting, keys: CardKeys) -> Answer:
    """Talk to the card that `reader` has just selected. Raises one of CARD_FAULTS if that fails."""
    answer = _ask(reader, card, keys)
    if answer.authentication is Authentication.NOT_OFFERED and keys.authentication_key(answer.uid):
        return replace(answer, authentication=Authentication.FAILED)
    return answer


def _ask(reader: ContactlessFrontend, card: Sighting, keys: CardKeys) -> Answer:
    if card.is_classic:
        return Answer(card.uid, CardFamily.TYPE2)
    if card.is_peer:
        return Answer(card.uid, CardFamily.OTHER)
    try:
        tag = nfc.tag.activate(reader, card.target)
    except IndexError:
        return Answer(card.uid, CardFamily.TYPE4)  # an ATS too short for nfcpy
    match tag:
        case None:
            raise CardLifted("left while it was activated")
        case Type4Tag():
            return _ask_type4(tag, card, keys)
        case Type3Tag():
            return Answer(card.uid, CardFamily.FELICA)
        case Type2Tag() if isinstance(tag, NTAG21X):
            record = read_record(tag)
            return Answer(
                card.uid, CardFamily.NTAG21X, signed_record=record, counter=read_counter(tag) if record else 0
            )
        case Type2Tag():
            return Answer(card.uid, CardFamily.TYPE2)
    return Answer(card.uid, CardFamily.OTHER)


def _ask_type4(tag: Type4Tag, card: Sighting, keys: CardKeys) -> Answer:
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
