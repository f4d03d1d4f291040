"""What was ordered is put on the card while it lies there; pulled away in mid-write it is none the worse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nfc.clf import ContactlessFrontend

from drivers.cards.answering import read_card
from drivers.cards.faults import CARD_FAULTS
from drivers.cards.reader import NfcReader
from drivers.cards.record import issuer_message
from drivers.cards.sensing import ONCE_A, sense
from drivers.cards.writing import fulfil
from drivers.contracts import Authentication, CardTap, CardWritten, Content, Personalisation
from drivers.opening import open_reader
from drivers.sim.cards.card import VirtualCard
from drivers.sim.cards.making import make_card
from drivers.sim.cards.ntag21x import NTAG213, NTAG215, Ntag21x
from drivers.sim.cards.ntag424 import Ntag424
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.radio import Conditions, Radio
from drivers.sim.readers.pn532 import Pn532Simulator
from tests.drivers.witness import KeyRing, Witness, until

UID = bytes.fromhex("04A1B2C3D4E5F6")
WANTED = Personalisation(b"signed by the office" * 5, bytes(range(16)), bytes(range(16, 32)))


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Pn532Simulator]:
    with Pn532Simulator(tmp_path / "reader") as opened:
        yield opened


@pytest.fixture
def reader(simulator: Pn532Simulator) -> Iterator[ContactlessFrontend]:
    frontend = open_reader(simulator.path)
    yield frontend
    frontend.close()


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing()


@pytest.fixture
def counter(simulator: Pn532Simulator, keys: KeyRing, witness: Witness) -> Iterator[NfcReader]:
    """The reader as it runs at the counter."""
    running = NfcReader(simulator.path, keys, witness)
    running.start()
    witness.await_state(ready=True)
    yield running
    running.stop()


def test_a_card_is_written_while_it_lies_there_and_reads_signed_at_the_next_tap(
    simulator: Pn532Simulator, counter: NfcReader, keys: KeyRing, witness: Witness
) -> None:
    card = Ntag21x(NTAG213, UID)
    simulator.field.place(card)
    assert witness.next(CardTap).signed_record is None
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 3, "the card to lie there")
    assert witness.heard_nothing_more
    keys.personalisations[UID] = WANTED
    written = witness.next(CardWritten)
    assert (written.uid, written.content) == (UID, Content.RECORD)
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 3, "three more looks")
    assert witness.heard_nothing_more, "one report is enough"
    simulator.lift()
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 5, "it to be lifted")
    simulator.field.place(card)
    assert witness.next(CardTap).signed_record == WANTED.record
    assert witness.next(CardWritten).uid == UID, "nobody took note of it before"


def test_a_lost_answer_does_not_say_that_the_chip_can_hold_nothing(
    simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    """Each attempt ends with the record or with a fault, after which the next one is made."""
    simulator.field.place(Ntag21x(NTAG213, UID))
    simulator.field.radio = Radio(Conditions(loss=0.2))
    written = 0
    for _ in range(60):
        card = sense(reader, ONCE_A)
        if card is not None:
            with suppress(*CARD_FAULTS):
                assert fulfil(reader, card, WANTED) is Content.RECORD
                written += 1
    assert written


def test_a_chip_that_can_prove_itself_gets_its_keys(
    simulator: Pn532Simulator, counter: NfcReader, keys: KeyRing, witness: Witness
) -> None:
    keys.personalisations[UID] = WANTED
    card = Ntag424(UID)
    simulator.field.place(card)
    assert witness.next(CardTap).authentication is Authentication.NO_KEY
    assert witness.next(CardWritten).content is Content.KEYS
    assert card.keys[:2] == [WANTED.master_key, WANTED.kiosk_key]


def order_fulfilled(reader: ContactlessFrontend) -> Content | None:
    card = sense(reader, ONCE_A)
    assert card is not None
    return fulfil(reader, card, WANTED)


def frames_to(card: VirtualCard, simulator: Pn532Simulator, reader: ContactlessFrontend) -> int:
    """How many frames it answers until the order is fulfilled."""
    answered, exchange = 0, card.exchange

    def counting(command: bytes) -> bytes | None:
        nonlocal answered
        answered += 1
        return exchange(command)

    card.exchange = counting  # type: ignore[method-assign]
    simulator.field.place(card)
    assert order_fulfilled(reader) is not None
    return answered


@pytest.mark.parametrize("kind", [CardKind.NTAG213, CardKind.NTAG424])
def test_pulled_away_after_any_frame_it_is_a_plain_card_and_is_written_the_next_time(
    kind: CardKind, simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    spec = CardSpec(kind, UID)
    frames = frames_to(make_card(spec), simulator, reader)
    torn = 0
    for answered in range(frames):
        card = make_card(spec)
        simulator.field.place(card, answered)
        try:
            order_fulfilled(reader)
        except CARD_FAULTS:
            torn += 1
        simulator.field.place(card)
        lying = sense(reader, ONCE_A)
        assert lying is not None
        answer = read_card(reader, lying, KeyRing())
        assert (answer.uid, answer.signed_record or WANTED.record) == (UID, WANTED.record), answered
        assert order_fulfilled(reader) is not None, f"after {answered} frames"
    assert torn > frames // 2


def test_a_message_of_somebody_else_gives_way_and_nothing_is_locked(
    simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    card = Ntag21x(NTAG215, UID)
    delivered = card.memory
    card.write_ndef(issuer_message(b"of somebody else") * 3)
    simulator.field.place(card)
    assert order_fulfilled(reader) is Content.RECORD
    assert card.memory[:16] == delivered[:16], "number, static lock bits and one time programmable page"
    assert card.memory[-20:] == delivered[-20:], "dynamic lock bits and configuration"


def test_what_cannot_be_written_stays_as_it_is(
    simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    locked = Ntag21x(NTAG213, UID)
    locked.make_read_only()
    others = Ntag424(UID, key=b"of somebody else")
    others.keys[0] = b"of somebody else"
    unfit = [make_card(CardSpec(kind, UID)) for kind in (CardKind.TYPE4, CardKind.CLASSIC)]
    for card in (locked, others, *unfit):
        simulator.field.place(card)
        assert order_fulfilled(reader) is None
    assert others.keys[:2] == [b"of somebody else"] * 2
