"""What the kiosk may expect of a card reader, whatever wire it hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.cards.reader import NfcReader
from drivers.cards.sensing import plan_for
from drivers.contracts import Authentication, CardFamily, CardTap
from drivers.paths import parse_path
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.sim.udp_field import UdpField
from tests.drivers.witness import KeyRing, Witness, until

h = bytes.fromhex
OURS, KEY = "04958CAA5C5E80", "000102030405060708090A0B0C0D0E0F"
KEYS = KeyRing(**{f"x{OURS}": KEY})

Simulator = Pn532Simulator | UdpField


@pytest.fixture(params=["pn532 on a pseudo terminal", "nfcpy's udp link"])
def simulator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Simulator]:
    opened = UdpField() if "udp" in request.param else Pn532Simulator(tmp_path / "reader")
    with opened:
        yield opened


@pytest.fixture
def reader(simulator: Simulator, witness: Witness) -> Iterator[NfcReader]:
    reader = NfcReader(simulator.path, KEYS, witness)
    reader.start()
    witness.await_state(ready=True)
    yield reader
    reader.stop()


CARDS = {
    "an NTAG215 with the issuer's record": (
        CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6"), record=b"signed" * 20),
        (CardFamily.NTAG21X, Authentication.NOT_OFFERED, b"signed" * 20),
    ),
    "a blank NTAG213": (
        CardSpec(CardKind.NTAG213, h("04A1B2C3D4E5F7")),
        (CardFamily.NTAG21X, Authentication.NOT_OFFERED, None),
    ),
    "our NTAG 424 DNA": (
        CardSpec(CardKind.NTAG424, h(OURS), key=h(KEY)),
        (CardFamily.NTAG424, Authentication.PASSED, None),
    ),
    "an NTAG 424 DNA with another key": (
        CardSpec(CardKind.NTAG424, h(OURS), key=bytes(16)),
        (CardFamily.NTAG424, Authentication.FAILED, None),
    ),
    "an NTAG 424 DNA of a stranger": (
        CardSpec(CardKind.NTAG424, h("04958CAA5C5E81")),
        (CardFamily.NTAG424, Authentication.NO_KEY, None),
    ),
    "a MIFARE Classic": (
        CardSpec(CardKind.CLASSIC, h("A1B2C3D4")),
        (CardFamily.TYPE2, Authentication.NOT_OFFERED, None),
    ),
    "a MIFARE Classic with the UID of our NTAG 424 DNA": (
        CardSpec(CardKind.CLASSIC, h(OURS)),
        (CardFamily.TYPE2, Authentication.FAILED, None),
    ),
    "an NTAG215 with the UID of our NTAG 424 DNA": (
        CardSpec(CardKind.NTAG215, h(OURS), record=b"copied"),
        (CardFamily.NTAG21X, Authentication.FAILED, b"copied"),
    ),
    "an Ultralight AES": (
        CardSpec(CardKind.ULTRALIGHT_AES, h("04112233445566")),
        (CardFamily.TYPE2, Authentication.NOT_OFFERED, None),
    ),
    "a type 4 card": (
        CardSpec(CardKind.TYPE4, h("11223344"), record=b"not ours to read"),
        (CardFamily.TYPE4, Authentication.NOT_OFFERED, None),
    ),
    "a type 4 card with a short ATS": (
        CardSpec(CardKind.SHORT_ATS, h("11223344")),
        (CardFamily.TYPE4, Authentication.NOT_OFFERED, None),
    ),
    "a FeliCa card": (
        CardSpec(CardKind.FELICA, h("0102030405060708"), record=b"x"),
        (CardFamily.FELICA, Authentication.NOT_OFFERED, None),
    ),
}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_tapped(name: str, simulator: Simulator, reader: NfcReader, witness: Witness) -> None:
    spec, expected = CARDS[name]
    simulator.place(spec)
    tap = witness.next(CardTap)
    assert tap.uid == spec.uid
    assert (tap.family, tap.authentication, tap.signed_record) == expected


def test_a_phone_is_tapped(simulator: Simulator, reader: NfcReader, witness: Witness) -> None:
    simulator.place(CardSpec(CardKind.PHONE))
    tap = witness.next(CardTap)
    assert tap.family is CardFamily.OTHER
    assert (len(tap.uid), tap.uid[0]) == (4, 0x08)


@pytest.mark.parametrize("kind", [CardKind.NTAG215, CardKind.CLASSIC, CardKind.SHORT_ATS, CardKind.PHONE])
def test_a_card_that_lies_there_is_told_once(
    kind: CardKind, simulator: Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(CardSpec(kind, h("04A1B2C3D4E5F6")))
    witness.next(CardTap)
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 6, "six more looks")
    assert witness.heard_nothing_more


def test_a_card_that_comes_back_is_told_again(
    simulator: Simulator, reader: NfcReader, witness: Witness
) -> None:
    card = CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6"))
    plan = plan_for(parse_path(simulator.path))
    for _ in range(2):
        simulator.place(card)
        witness.next(CardTap)
        simulator.lift()
        missed = simulator.field.searches + plan.rounds_until_lifted + 1
        until(lambda: simulator.field.searches >= missed, "the reader to miss the card")  # noqa: B023
    assert witness.heard_nothing_more


def test_another_card_needs_no_pause(simulator: Simulator, reader: NfcReader, witness: Witness) -> None:
    for number in range(20):
        uid = h("04A1B2C3D4E5") + bytes([number])
        simulator.place(CardSpec(CardKind.NTAG215, uid, record=uid))
        tap = witness.next(CardTap)
        assert (tap.uid, tap.signed_record) == (uid, uid)


def test_a_stopped_reader_says_no_more(simulator: Simulator, reader: NfcReader, witness: Witness) -> None:
    reader.stop()
    reader.stop()
    simulator.place(CardSpec(CardKind.CLASSIC, h("A1B2C3D4")))
    assert witness.heard_nothing_more
