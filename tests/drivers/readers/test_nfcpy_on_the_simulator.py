"""nfcpy, unmodified, on the PN532 simulator: what our reader does not use, and enrolment will."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nfc.tag
import pytest
from nfc.clf import ContactlessFrontend, RemoteTarget
from nfc.tag.tt2_nxp import NTAG213, NTAG215, NTAG216, MifareUltralightC
from nfc.tag.tt3 import Type3Tag
from nfc.tag.tt4 import Type4Tag

from drivers.cards.ntag21x import originality_signature, read_counter, read_record
from drivers.cards.ntag424 import Ntag424
from drivers.cards.record import issuer_message, issuer_payload
from drivers.opening import open_reader
from drivers.sim.cards.making import make_card
from drivers.sim.cards.ntag21x import Ntag21x
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.readers.pn532 import Pn532Simulator

h = bytes.fromhex
UID = h("04A1B2C3D4E5F6")


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Pn532Simulator]:
    with Pn532Simulator(tmp_path / "reader") as opened:
        yield opened


@pytest.fixture
def reader(simulator: Pn532Simulator) -> Iterator[ContactlessFrontend]:
    frontend = open_reader(simulator.path)
    yield frontend
    frontend.close()


def activate(reader: ContactlessFrontend, technology: str = "106A") -> nfc.tag.Tag:
    return nfc.tag.activate(reader, reader.sense(RemoteTarget(technology)))


@pytest.mark.parametrize(
    ("kind", "product"),
    [(CardKind.NTAG213, NTAG213), (CardKind.NTAG215, NTAG215), (CardKind.NTAG216, NTAG216)],
)
def test_ntag21x_is_recognised_and_written(
    simulator: Pn532Simulator, reader: ContactlessFrontend, kind: CardKind, product: type
) -> None:
    simulator.place(CardSpec(kind, UID))
    tag = activate(reader)
    assert type(tag) is product
    assert read_record(tag) is None
    tag.ndef.octets = issuer_message(b"a signed record" * 5)
    assert read_record(activate(reader)) == b"a signed record" * 5


def test_ntag215_password_and_signature(simulator: Pn532Simulator, reader: ContactlessFrontend) -> None:
    card = make_card(CardSpec(CardKind.NTAG215, UID))
    assert isinstance(card, Ntag21x)
    card.protect(4, b"pass", b"ok")
    card.signature = bytes(range(32))
    simulator.field.place(card)
    tag = activate(reader)
    assert originality_signature(tag) == bytes(range(32))
    assert tag.authenticate(b"passok") is True
    assert activate(reader).authenticate(b"wrongX") is False


def test_the_read_counter_goes_up_with_each_time_in_the_field(
    simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    card = make_card(CardSpec(CardKind.NTAG213, UID, record=b"signed", counter=41))
    assert isinstance(card, Ntag21x)
    counted = []
    for _ in range(2):
        simulator.field.place(card)
        tag = activate(reader)
        assert read_record(tag) == b"signed"
        counted.append(read_counter(tag))
        simulator.field.lift()
    assert counted == [42, 43]


def test_a_chip_that_does_not_tell_its_counter_is_read_all_the_same(
    simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    card = make_card(CardSpec(CardKind.NTAG216, UID, record=b"signed", counter=41))
    assert isinstance(card, Ntag21x)
    card.count(behind_password=True)
    simulator.field.place(card)
    tag = activate(reader)
    assert (read_record(tag), read_counter(tag)) == (b"signed", 0)
    assert read_record(activate(reader)) == b"signed"


def test_felica_ndef(simulator: Pn532Simulator, reader: ContactlessFrontend) -> None:
    simulator.place(CardSpec(CardKind.FELICA, h("0102030405060708"), record=bytes(range(100))))
    tag = activate(reader, "212F")
    assert isinstance(tag, Type3Tag)
    assert issuer_payload(tag.ndef.octets) == bytes(range(100))


@pytest.mark.parametrize("kind", [CardKind.TYPE4, CardKind.NTAG424])
def test_type_4_ndef(simulator: Pn532Simulator, reader: ContactlessFrontend, kind: CardKind) -> None:
    simulator.place(CardSpec(kind, UID, record=b"first"))
    tag = activate(reader)
    assert isinstance(tag, Type4Tag)
    assert issuer_payload(tag.ndef.octets) == b"first"
    tag.ndef.octets = issuer_message(bytes(200))
    tag = activate(reader)
    assert issuer_payload(tag.ndef.octets) == bytes(200)
    assert tag.is_present


def test_ntag424_session(simulator: Pn532Simulator, reader: ContactlessFrontend) -> None:
    simulator.place(CardSpec(CardKind.NTAG424, UID))
    chip = Ntag424(activate(reader))
    assert chip.select()
    channel = chip.authenticate(3, bytes(16))
    assert chip.file_settings(channel, 3) == h("00033023800000")
    chip.write_data(channel, 3, 5, b"written twice")
    chip.write_data(channel, 3, 5, b"written")
    assert chip.card_uid(channel) == UID
    assert channel.counter == 4


def test_ultralight_aes_is_mistaken_for_ultralight_c(
    simulator: Pn532Simulator, reader: ContactlessFrontend
) -> None:
    """The mistake that `drivers.cards.answering` works round; if this fails, it need not any longer."""
    simulator.place(CardSpec(CardKind.ULTRALIGHT_AES, UID))
    assert isinstance(activate(reader), MifareUltralightC)


def test_a_short_ats_makes_nfcpy_stumble(simulator: Pn532Simulator, reader: ContactlessFrontend) -> None:
    """Likewise."""
    simulator.place(CardSpec(CardKind.SHORT_ATS, UID))
    with pytest.raises(IndexError):
        activate(reader)


def test_a_classic_is_never_present(simulator: Pn532Simulator, reader: ContactlessFrontend) -> None:
    """Likewise, of `drivers.cards.sensing`."""
    simulator.place(CardSpec(CardKind.CLASSIC, h("A1B2C3D4")))
    tag = activate(reader)
    assert tag.ndef is None
    assert not tag.is_present
