"""Find out which card lies on the reader, without talking to it yet.

Each round switches the field off and on and selects a card anew. That tells a lifted card from one that
stays, for every kind alike: nfcpy's presence check reports a MIFARE Classic as gone at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import nfc.clf
from nfc.clf import ContactlessFrontend, RemoteTarget
from nfc.clf.pn53x import Chipset

from drivers.paths import Link, ReaderPath

TYPE_A, TYPE_B, FELICA = "106A", "106B", "212F"
_RANDOM_UID_BYTES, _RANDOM_UID_MARK = 4, 0x08  # ISO/IEC 14443-3, UID0 of a random identifier
_SAK_CLASSIC, _SAK_ISO_DEP, _SAK_NFC_DEP = 0x08, 0x20, 0x40
_PEER_IDM = b"\x01\xfe"


@dataclass(frozen=True, slots=True)
class Look:
    """One technology to look for; a chip that can do so by itself waits so long for a card of it."""

    technology: str
    waits_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for, round by round, with a rest after each that finds nothing; and after how many rounds
    in vain a card counts as lifted. Type B comes last and seldom, only to say that it is none of ours.
    """

    rounds: tuple[tuple[Look, ...], ...]
    rest_s: float
    rounds_until_lifted: int


ONCE_A, ONCE_B, ONCE_FELICA = Look(TYPE_A), Look(TYPE_B), Look(FELICA)
WAIT_FOR_A = Look(TYPE_A, waits_s=0.3)
POLL_REST_S = 0.06

WAITING_LINK = Plan(
    (
        (WAIT_FOR_A, ONCE_FELICA),
        (WAIT_FOR_A, ONCE_FELICA, ONCE_B),
        (WAIT_FOR_A, ONCE_FELICA),
        (ONCE_A, ONCE_FELICA, ONCE_B),
    ),
    rest_s=0.0,
    rounds_until_lifted=3,
)
FAST_LINK = Plan(
    ((ONCE_A,), (ONCE_A,), (ONCE_A, ONCE_FELICA), (ONCE_A,), (ONCE_A,), (ONCE_A, ONCE_FELICA, ONCE_B)),
    POLL_REST_S,
    rounds_until_lifted=3,
)
SLOW_LINK = Plan(((ONCE_A,), (ONCE_FELICA,)), POLL_REST_S, rounds_until_lifted=1)  # in vain takes a second


def plan_for(reader: ReaderPath) -> Plan:
    if reader.link is Link.UDP:
        return SLOW_LINK
    return WAITING_LINK if reader.driver == "pn532" else FAST_LINK


@dataclass(frozen=True, slots=True)
class Sighting:
    """A card that answered in this round."""

    target: RemoteTarget
    uid: bytes

    @property
    def technology(self) -> str:
        return str(self.target.brty)

    @property
    def is_random(self) -> bool:
        """Phones, and cards that hide, make up a number each time the field comes on."""
        return len(self.uid) == _RANDOM_UID_BYTES and self.uid[0] == _RANDOM_UID_MARK

    @property
    def is_classic(self) -> bool:
        """MIFARE Classic: nfcpy has no crypto1, and takes it for a type 2 tag that never answers."""
        return bool(self._sak & _SAK_CLASSIC) and not self.is_processor

    @property
    def is_processor(self) -> bool:
        """ISO/IEC 14443-4: a card that is spoken to in APDUs."""
        return bool(self._sak & _SAK_ISO_DEP)

    @property
    def is_memory(self) -> bool:
        """NFC Forum type 2."""
        other = _SAK_ISO_DEP | _SAK_NFC_DEP | _SAK_CLASSIC
        return self.technology == TYPE_A and not self.is_topaz and not self._sak & other

    @property
    def is_felica(self) -> bool:
        return self.target.sensf_res is not None

    @property
    def is_topaz(self) -> bool:
        """NFC Forum type 1."""
        return self.target.rid_res is not None

    @property
    def is_foreign(self) -> bool:
        """Type B: identity cards and some bank cards, but no meal card of anybody's."""
        return self.technology == TYPE_B

    @property
    def is_peer(self) -> bool:
        """A phone that offers to exchange data rather than act as a card."""
        if self.target.sensf_res:
            return self.uid.startswith(_PEER_IDM)
        return bool(self._sak & _SAK_NFC_DEP) and not self.is_processor

    @property
    def _sak(self) -> int:
        return self.target.sel_res[0] if self.target.sel_res else 0

    def is_same_card(self, other: Sighting | None) -> bool:
        if other is None or self.technology != other.technology:
            return False
        return self.uid == other.uid or (self.is_random and other.is_random) or self.is_foreign


def sense(reader: ContactlessFrontend, *looks: Look) -> Sighting | None:
    """Look for a card, in this order. Raises OSError and termios.error when the reader is gone."""
    try:
        wanted = [RemoteTarget(look.technology, waits_s=look.waits_s) for look in looks]
        target = reader.sense(*wanted, iterations=1)
    except (nfc.clf.CommunicationError, Chipset.Error):
        return None  # a card on the edge of the field, or two at once
    return Sighting(target, _uid(target)) if target is not None else None


def _uid(target: RemoteTarget) -> bytes:
    if target.sensf_res:
        return bytes(target.sensf_res[1:9])
    if target.sensb_res:
        return bytes(target.sensb_res[1:5])
    return bytes(target.sdd_res or target.rid_res[2:])
