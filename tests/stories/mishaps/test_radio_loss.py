"""Cards on a bad radio: nobody is accused for a read that failed, and nearly everybody is answered at once.

See `tests.drivers.compressed` for what runs and what is counted. Each tap is one elder who holds her card on
the reader until it answers, three seconds at most, and lays it down again when she is asked to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.contracts import CardTap, ReadFailure
from drivers.sim.cards.card import VirtualCard
from drivers.sim.cards.mute import MifareClassic
from drivers.sim.cards.ntag21x import NTAG213, NTAG215, Ntag21x
from drivers.sim.cards.ntag424 import Ntag424
from drivers.sim.radio import CLEAR, SLOW_APPROACH, Conditions
from kiosk.front.answering import chip_of
from kiosk.people import codes
from kiosk.people.cards import Block, Card, CardKey, CardLevel, IssuerKey, nfc_token
from kiosk.people.codes import Certificate
from kiosk.people.identify import Identifier
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from tests.drivers.compressed import CompressedReader
from tests.drivers.witness import KeyRing
from tests.factories import resident

DAY = date(2026, 11, 23)
ISSUER = Ed25519PrivateKey.from_private_bytes(b"i" * 32)
SIGNED, PROVEN, PLAIN = (bytes.fromhex(f"04A1B2C3D4E5F{number}") for number in range(3))
KEY = bytes(range(16))
NUMBERS = {SIGNED: 1, PROVEN: 2, PLAIN: 3}
LEVELS = {SIGNED: CardLevel.SIGNED, PROVEN: CardLevel.AUTHENTICATED, PLAIN: CardLevel.UID}
HOLD_S, PROMPT_S = 3.0, 1.0
PROMPT_SHARE = 0.99
COMINGS = 5
TAPS_QUICK, TAPS_COPIED, TAPS_DEEP = 50, 10, 1_000

AIR = {
    "1 % lost": Conditions(loss=0.01),
    "3 % lost": Conditions(loss=0.03),
    "10 % lost": Conditions(loss=0.10),
    "slow approach": SLOW_APPROACH,
}


class Canteen(KeyRing):
    """Three residents, one with each sort of card."""

    def __init__(self) -> None:
        super().__init__(**{f"x{PROVEN.hex()}": KEY.hex()})
        self._residents = {number: resident(number) for number in NUMBERS.values()}
        self._cards = {
            nfc_token(uid): Card(token=nfc_token(uid), number=number, resident_id=number, level=LEVELS[uid])
            for uid, number in NUMBERS.items()
        }

    def suffices(self, tap: CardTap) -> bool:
        return Identifier(self).suffices(chip_of(tap))

    def block(self, token: str) -> Block | None:
        return None

    def card(self, token: str) -> Card | None:
        return self._cards.get(token)

    def card_key(self, token: str) -> CardKey | None:
        return None

    def resident(self, resident_id: int) -> Resident | None:
        return self._residents.get(resident_id)

    def issuer_key(self, key_id: int) -> IssuerKey | None:
        return IssuerKey(id=1, public_key=ISSUER.public_key().public_bytes_raw())


def record(number: int = 1, uid: bytes = SIGNED) -> bytes:
    return codes.sign(Certificate(key_id=1, number=number, generation=1, uid=uid), ISSUER)


GENUINE: dict[str, Callable[[], VirtualCard]] = {
    "signed NTAG215": lambda: Ntag21x(NTAG215, SIGNED, record()),
    "NTAG 424 DNA": lambda: Ntag424(PROVEN, KEY),
    "plain NTAG213": lambda: Ntag21x(NTAG213, PLAIN),
}
COPIES: dict[str, Callable[[], VirtualCard]] = {
    "a blank NTAG215 with a signed card's number": lambda: Ntag21x(NTAG215, SIGNED),
    "the record of another card": lambda: Ntag21x(NTAG215, SIGNED, record(uid=PLAIN)),
    "a MIFARE Classic with a signed card's number": lambda: MifareClassic(SIGNED),
    "an NTAG 424 DNA with another key": lambda: Ntag424(PROVEN, bytes(16)),
    "an NTAG215 with the number of an NTAG 424 DNA": lambda: Ntag21x(NTAG215, PROVEN, record()),
}


@dataclass
class Lunch:
    """What the counter said, and how long each elder waited for her meal."""

    identifier: Identifier
    said: Counter[str] = field(default_factory=Counter)
    served_s: list[float] = field(default_factory=list)

    def answer(self, event: CardTap | ReadFailure, seconds: float) -> str:
        code = "card_unreadable"
        if isinstance(event, CardTap):
            try:
                self.identifier.chip(chip_of(event), DAY)
                code = "served"
            except Refusal as refusal:
                code = refusal.code
        self.said[code] += 1
        if code == "served":
            self.served_s.append(seconds)
        return code

    def share_within(self, seconds: float) -> float:
        return sum(each <= seconds for each in self.served_s) / len(self.served_s)

    def percentile_ms(self, percent: int) -> int:
        return round(1000 * sorted(self.served_s)[len(self.served_s) * percent // 100])


def have_lunch(
    patch: pytest.MonkeyPatch, card: VirtualCard, conditions: Conditions, taps: int, seed: int = 1
) -> Lunch:
    canteen = Canteen()
    lunch = Lunch(Identifier(canteen))
    reader = CompressedReader(patch, canteen, conditions, seed)
    for _ in range(taps):
        _have_meal(reader, card, lunch)
    reader.close()
    return lunch


def _have_meal(reader: CompressedReader, card: VirtualCard, lunch: Lunch) -> None:
    """Come to the reader until there is an answer other than to try again."""
    come_s = reader.clock()
    for _ in range(COMINGS):
        told = [lunch.answer(event, at_s - come_s) for event, at_s in reader.lay_down(card, HOLD_S)]
        if told and told[0] != "card_unreadable":
            return
        reader.clock.sleep(0.5)


@pytest.mark.parametrize("air", AIR)
@pytest.mark.parametrize("kind", GENUINE)
def test_nobody_is_accused_because_the_radio_is_bad(
    air: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_honest(have_lunch(monkeypatch, GENUINE[kind](), AIR[air], TAPS_QUICK), TAPS_QUICK, f"{kind}, {air}")


@pytest.mark.deep
@pytest.mark.parametrize("air", AIR)
@pytest.mark.parametrize("kind", GENUINE)
def test_nobody_of_thousands_is_accused(air: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_honest(have_lunch(monkeypatch, GENUINE[kind](), AIR[air], TAPS_DEEP), TAPS_DEEP, f"{kind}, {air}")


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("air", ["clear", "3 % lost"])
def test_a_copy_is_found_out_on_any_radio(name: str, air: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lunch = have_lunch(monkeypatch, COPIES[name](), AIR.get(air, CLEAR), TAPS_COPIED)
    assert lunch.said["card_copied"] == TAPS_COPIED
    assert not lunch.said["served"]


def check_honest(lunch: Lunch, taps: int, what: str) -> None:
    figures = " ".join(f"p{percent} {lunch.percentile_ms(percent)} ms," for percent in (50, 99))
    print(f"{what}: {dict(lunch.said)}; {figures} {lunch.share_within(PROMPT_S):.2%} within {PROMPT_S} s")
    assert not lunch.said["card_copied"]
    assert lunch.said["served"] == taps
    assert lunch.share_within(PROMPT_S) >= PROMPT_SHARE
