"""From a description to a card."""

from __future__ import annotations

from drivers.cards.ntag424 import FACTORY_KEY
from drivers.sim.cards.card import VirtualCard
from drivers.sim.cards.felica import FelicaCard
from drivers.sim.cards.mute import IdentityCard, MifareClassic, RatsRefused, UltralightAes
from drivers.sim.cards.ndef_files import NdefFiles, Phone, ShortAts
from drivers.sim.cards.ntag21x import NTAG213, NTAG215, NTAG216, Ntag21x
from drivers.sim.cards.ntag424 import Ntag424
from drivers.sim.cards.spec import CardKind, CardSpec

_MODELS = {CardKind.NTAG213: NTAG213, CardKind.NTAG215: NTAG215, CardKind.NTAG216: NTAG216}


def make_card(spec: CardSpec) -> VirtualCard:
    """Raises ValueError for a UID or record that this kind of card cannot have."""
    match spec.kind:
        case CardKind.NTAG213 | CardKind.NTAG215 | CardKind.NTAG216:
            return Ntag21x(_MODELS[spec.kind], spec.uid, spec.record, spec.counter)
        case CardKind.NTAG424:
            return Ntag424(spec.uid, spec.key or FACTORY_KEY, spec.record, random_uid=spec.random_uid)
        case CardKind.TYPE4:
            return NdefFiles(spec.uid, "0578807002", spec.record)
        case CardKind.SHORT_ATS:
            return ShortAts(spec.uid)
        case CardKind.CLASSIC:
            return MifareClassic(spec.uid)
        case CardKind.ULTRALIGHT_AES:
            return UltralightAes(spec.uid)
        case CardKind.RATS_REFUSED:
            return RatsRefused(spec.uid)
        case CardKind.IDENTITY:
            return IdentityCard()
        case CardKind.FELICA:
            return FelicaCard(spec.uid, spec.record)
        case CardKind.PHONE:
            return Phone()
