"""The UDP field, datagram by datagram, and its faults."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from drivers.cards.reader import NfcReader
from drivers.contracts import CardTap, ReadFailure, Trouble
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import Fault
from drivers.sim.udp_field import UdpField
from tests.drivers.witness import KeyRing, Witness

h = bytes.fromhex
CARD = CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6"), record=bytes(150))


class Link:
    """nfcpy's end of the wire."""

    def __init__(self, field: UdpField) -> None:
        _, host, port = field.path.split(":")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((host, int(port)))
        self.socket.settimeout(2)

    def ask(self, datagram: str) -> str:
        self.socket.send(datagram.encode())
        return self.socket.recv(1024).decode()


@pytest.fixture
def field() -> Iterator[UdpField]:
    with UdpField() as opened:
        yield opened


@pytest.fixture
def link(field: UdpField) -> Iterator[Link]:
    opened = Link(field)
    yield opened
    opened.socket.close()


@pytest.fixture
def reader(field: UdpField, witness: Witness) -> Iterator[NfcReader]:
    reader = NfcReader(field.path, KeyRing(), witness)
    reader.start()
    witness.await_state(ready=True)
    yield reader
    reader.stop()


def test_anticollision_of_a_double_size_uid(field: UdpField, link: Link) -> None:
    field.place(CARD)
    for name, datagram, answer in [
        ("SENS_REQ", "106A 26", "106A 4400"),
        ("SDD_REQ level 1", "106A 9320", "106A 8804a1b29f"),
        ("SEL_REQ level 1: not complete", "106A 93708804a1b29f", "106A 04"),
        ("SDD_REQ level 2", "106A 9520", "106A c3d4e5f604"),
        ("SEL_REQ level 2: SAK", "106A 9570c3d4e5f604", "106A 00"),
        ("GET_VERSION", "106A 60", "106A 0004040201001103"),
    ]:
        assert link.ask(datagram) == answer, name


def test_felica(field: UdpField, link: Link) -> None:
    field.place(CardSpec(CardKind.FELICA, h("0102030405060708")))
    found = "212F 140101020304050607080120220427674eff12fc"
    assert link.ask("212F 0600ffff0100") == found


def test_a_card_laid_down_answers_the_open_question(field: UdpField, link: Link) -> None:
    link.socket.send(b"nonsense")
    link.socket.send(b"106A 26")
    link.socket.settimeout(0.05)
    with pytest.raises(TimeoutError):
        link.socket.recv(1024)
    field.place(CARD)
    link.socket.settimeout(2)
    assert link.socket.recv(1024) == b"106A 4400"


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.UNPLUGGED])
def test_faults_silent_and_unplugged(
    fault: Fault, field: UdpField, reader: NfcReader, witness: Witness
) -> None:
    field.fail(fault)
    field.place(CARD)
    field.recover()
    assert witness.await_tap().signed_record == CARD.record


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.GARBLED])
def test_faults_dropped_and_garbled(
    fault: Fault, field: UdpField, reader: NfcReader, witness: Witness
) -> None:
    field.fail(fault)
    field.place(CARD)
    assert witness.await_tap().signed_record == CARD.record


def test_fault_lifted_mid_read(field: UdpField, reader: NfcReader, witness: Witness) -> None:
    field.fail(Fault.LIFTED_MID_READ)
    field.place(CARD)
    assert witness.next(ReadFailure).trouble is Trouble.LIFTED
    field.place(CARD)
    assert witness.next(CardTap).uid == CARD.uid


def test_a_datagram_cannot_get_stuck(field: UdpField) -> None:
    with pytest.raises(ValueError, match="stuck"):
        field.fail(Fault.STUCK)
