"""A reader behind the real PC/SC service: the same cards, the same answers, and its own bad days."""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from drivers.cards.pcsc.service import ReaderState, chosen
from drivers.cards.reader import NfcReader
from drivers.contracts import (
    CardFamily,
    CardKeys,
    CardTap,
    CardWritten,
    Content,
    DeviceState,
    Personalisation,
    ReadFailure,
    Trouble,
)
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.commands import execute
from drivers.sim.faults import Fault
from drivers.sim.field import Field
from drivers.sim.readers.pcsc_firmware import Model
from drivers.sim.readers.vpcd import VpcdSimulator
from drivers.supervision import Patience, Reason
from tests.drivers.pcscd import SLOTS, Pcscd, pcscd
from tests.drivers.readers.test_reader_contract import CARDS, KEYS
from tests.drivers.witness import KeyRing, Witness, until

h = bytes.fromhex
NAME = "ACS ACR1252 Dual Reader PICC"
HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)
CARD = CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6"), record=bytes(range(150)))
Expected = tuple[CardSpec, Any]  # a card, and what is told of it
KINDS: list[Expected] = [*CARDS.values(), (CardSpec(CardKind.PHONE), None)]
MEMORY_CARDS = [each for each in KINDS if each[0].kind in (CardKind.NTAG213, CardKind.NTAG215)]


@pytest.fixture(scope="module")
def running() -> Iterator[Pcscd]:
    with pcscd() as service:
        yield service


@pytest.fixture
def service(running: Pcscd) -> Pcscd:
    """With its reader plugged in."""
    running.plug(NAME)
    return running


@pytest.fixture
def simulator(service: Pcscd) -> Iterator[VpcdSimulator]:
    with VpcdSimulator(service.port, NAME) as opened:
        yield opened


@contextlib.contextmanager
def opened(path: str, witness: Witness, keys: CardKeys = KEYS) -> Iterator[NfcReader]:
    reader = NfcReader(path, keys, witness, patience=HASTE)
    reader.start()
    try:
        witness.await_state(ready=True)
        yield reader
    finally:
        reader.stop()


@pytest.fixture
def reader(simulator: VpcdSimulator, witness: Witness) -> Iterator[NfcReader]:
    with opened(simulator.path, witness) as ready:
        yield ready


def is_free(reader: NfcReader) -> bool:
    return reader._supervisor._session.at_rest  # type: ignore[union-attr]


def taps_on(slot: int, service: Pcscd, model: Model, cards: list[Expected], times: int) -> None:
    """Lay each card on this slot of the reader so many times."""
    witness = Witness()
    with (
        VpcdSimulator(service.port + slot, NAME, model) as simulator,
        opened(f"{simulator.path} 00 {slot:02}", witness) as reader,
    ):
        for spec, told in cards * times:
            simulator.place(spec)
            tap = witness.next(CardTap)
            if told is None:
                assert (tap.family, tap.uid[0]) == (CardFamily.OTHER, 0x08)
            else:
                assert (tap.uid, tap.family, tap.authentication, tap.signed_record) == (spec.uid, *told)
            simulator.lift()
            until(lambda: is_free(reader), "the card to be missed")
        assert witness.heard_nothing_more


def taps_on_both_slots(service: Pcscd, model: Model, cards: list[Expected], times: int = 1) -> None:
    with ThreadPoolExecutor(SLOTS) as at_once:
        taps = [
            at_once.submit(taps_on, slot, service, model, cards[slot::SLOTS], times) for slot in range(SLOTS)
        ]
        for tap in taps:
            tap.result()


def test_every_kind_of_card_is_tapped_as_on_any_reader(service: Pcscd) -> None:
    taps_on_both_slots(service, Model.ACR1252U, KINDS)


@pytest.mark.parametrize("model", [Model.ACR122U, Model.PLAIN])
def test_a_memory_card_is_read_whatever_the_reader_hands_through(service: Pcscd, model: Model) -> None:
    taps_on_both_slots(service, model, MEMORY_CARDS[:SLOTS])


@pytest.mark.deep
@pytest.mark.parametrize("first", range(0, len(KINDS), SLOTS))
def test_every_kind_of_card_again_and_again(service: Pcscd, first: int) -> None:
    taps_on_both_slots(service, Model.ACR1252U, KINDS[first : first + SLOTS], times=12)


def test_a_card_that_lies_there_is_told_once(
    simulator: VpcdSimulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(CARD)
    assert witness.next(CardTap).signed_record == CARD.record
    looked_ms = reader.health().last_activity_ms
    until(lambda: reader.health().last_activity_ms > looked_ms + 1_000, "four more looks")
    assert witness.heard_nothing_more


def test_another_card_needs_no_pause(simulator: VpcdSimulator, reader: NfcReader, witness: Witness) -> None:
    """Not even one of another kind, although the service still says what the first one was."""
    for name in (
        "an NTAG215 with the issuer's record",
        "our NTAG 424 DNA",
        "a MIFARE Classic",
        "a type 4 card",
    ):
        spec, told = CARDS[name]
        simulator.place(spec)
        tap = witness.next(CardTap)
        assert (tap.uid, tap.family, tap.authentication, tap.signed_record) == (spec.uid, *told)


def test_a_card_that_leaves_in_mid_read_is_said_to_have_left(
    simulator: VpcdSimulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.fail(Fault.LIFTED_MID_READ)
    simulator.place(CARD)
    assert witness.next(ReadFailure).trouble is Trouble.LIFTED
    simulator.place(CARD)
    assert witness.next(CardTap).signed_record == CARD.record


def lose(field: Field, number: int) -> None:
    """Let the card's answer to this frame, counted from now, get lost on the air."""
    exchange, frames = field.exchange, itertools.count(1)

    def lossy(command: bytes) -> bytes | None:
        answer = exchange(command)
        return None if next(frames) == number else answer

    field.exchange = lossy  # type: ignore[method-assign]


LOST = [1, *(pytest.param(number, marks=pytest.mark.deep) for number in range(2, 13))]


@pytest.mark.parametrize("number", LOST)
@pytest.mark.parametrize("model", [Model.ACR1252U, Model.PLAIN])
def test_an_answer_lost_on_the_air_costs_no_record(
    service: Pcscd, witness: Witness, model: Model, number: int
) -> None:
    """Whoever's card seems to lack its record would be taken for a copy."""
    with VpcdSimulator(service.port, NAME, model) as simulator, opened(simulator.path, witness):
        lose(simulator.field, number)
        simulator.place(CARD)
        assert witness.next(CardTap).signed_record == CARD.record


def test_it_is_told_what_to_do_as_any_simulator(
    simulator: VpcdSimulator, reader: NfcReader, witness: Witness
) -> None:
    assert execute(simulator, {"do": "place", "card": CARD.to_json()}) == {"ok": True}
    assert witness.next(CardTap).uid == CARD.uid
    assert execute(simulator, {"do": "lift"}) == {"ok": True}
    assert execute(simulator, {"do": "status"})["path"] == f"pcsc:{NAME}"
    assert not execute(simulator, {"do": "fault", "name": "stuck"})["ok"]


def test_a_memory_card_is_written_while_it_lies_there(simulator: VpcdSimulator, witness: Witness) -> None:
    blank = CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F8"))
    keys = KeyRing()
    with opened(simulator.path, witness, keys):
        simulator.place(blank)
        assert witness.next(CardTap).signed_record is None
        keys.personalisations[blank.uid] = Personalisation(b"signed" * 20, bytes(16), bytes(16))
        assert witness.next(CardWritten).content is Content.RECORD
        keys.personalisations.clear()
    with opened(simulator.path, witness):
        assert witness.next(CardTap).signed_record == b"signed" * 20


def test_a_chip_gets_its_keys_while_it_lies_there(simulator: VpcdSimulator, witness: Witness) -> None:
    fresh, key = CardSpec(CardKind.NTAG424, h("04958CAA5C5E99")), bytes(range(16))
    keys = KeyRing()
    with opened(simulator.path, witness, keys):
        simulator.place(fresh)
        witness.next(CardTap)
        keys.personalisations[fresh.uid] = Personalisation(b"", bytes(reversed(range(16))), key)
        assert witness.next(CardWritten).content is Content.KEYS


def test_a_reader_is_plugged_in_later(running: Pcscd, witness: Witness) -> None:
    """It is absent, not an error, and works from the moment that the service finds it."""
    running.unplug()
    reader = NfcReader("pcsc:acr1252", KEYS, witness, patience=HASTE)
    reader.start()
    try:
        witness.await_state(ready=False, reason=Reason.ABSENT)
        running.plug(NAME)
        witness.await_state(ready=True)
        with VpcdSimulator(running.port, NAME) as simulator:
            simulator.place(CARD)
            assert witness.next(CardTap).uid == CARD.uid
    finally:
        reader.stop()


def test_a_reader_is_unplugged_and_comes_back_under_another_name(service: Pcscd, witness: Witness) -> None:
    """The service numbers readers as it finds them; the part of the name that is configured stays."""
    with opened("pcsc:acr1252", witness):
        service.unplug()
        witness.await_state(ready=False, reason=Reason.ABSENT)
        service.plug(f"{NAME} in another socket")
        witness.await_state(ready=True)
        with VpcdSimulator(service.port, NAME) as simulator:
            simulator.place(CARD)
            assert witness.next(CardTap).uid == CARD.uid


def test_the_service_restarts_under_a_card(
    service: Pcscd, simulator: VpcdSimulator, reader: NfcReader, witness: Witness
) -> None:
    """The card that lay there is not told twice, and the next one is."""
    simulator.place(CARD)
    witness.next(CardTap)
    service.stop()
    gone = witness.next(DeviceState)
    assert not gone.ready
    service.start()
    simulator.place(CARD)
    witness.await_state(ready=True)
    other = CardSpec(CardKind.CLASSIC, h("A1B2C3D4"))
    until(lambda: not is_free(reader), "the card that still lies there")
    simulator.place(other)
    assert witness.next(CardTap).uid == other.uid


def test_a_service_that_does_not_run_is_named(service: Pcscd, witness: Witness) -> None:
    service.stop()
    reader = NfcReader("pcsc:", KEYS, witness, patience=HASTE)
    reader.start()
    try:
        assert witness.next(DeviceState).reason == Reason.NO_SERVICE
    finally:
        service.start()
        witness.await_state(ready=True)
        reader.stop()


def test_a_library_that_is_missing_is_named(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    reader = NfcReader("pcsc:", KEYS, witness, patience=HASTE)
    reader.start()
    try:
        assert witness.next(DeviceState).reason == Reason.NOT_INSTALLED
    finally:
        reader.stop()


CHOICES: Mapping[str, tuple[str, str | None]] = {
    "the first": ("", "Yubico YubiKey 00 00"),
    "by part of its name": ("acr1252", "ACS ACR1252 [PICC] 01 00"),
    "the very slot": ("SAM", "ACS ACR1252 [SAM] 02 00"),
    "one that is not there": ("ACR122U", None),
}


@pytest.mark.parametrize("name", CHOICES)
def test_which_reader_is_meant(name: str) -> None:
    part, expected = CHOICES[name]
    names = ["ACS ACR1252 [SAM] 02 00", "Yubico YubiKey 00 00", "ACS ACR1252 [PICC] 01 00"]
    assert chosen(names, part) == expected


@pytest.mark.parametrize(
    ("raw", "has_card", "is_gone"),
    [(0x0010, False, False), (0x10020, True, False), (0x220, False, False), (0x000C, False, True)],
    ids=["empty", "a card", "a card that is mute", "unplugged"],
)
def test_what_the_service_says_of_a_reader(raw: int, has_card: bool, is_gone: bool) -> None:
    state = ReaderState(raw)
    assert (state.has_card, state.is_gone) == (has_card, is_gone)
