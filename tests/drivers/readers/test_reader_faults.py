"""The reader on a bad day. Each fault that a simulated PN532 knows has a test that names it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.cards.reader import NfcReader
from drivers.contracts import Authentication, CardTap, DeviceState, ReadFailure, Trouble
from drivers.errors import DeviceAbsent, DeviceMisconfigured
from drivers.opening import open_reader
from drivers.sim.cards.iso_dep import Type4Card
from drivers.sim.cards.ntag424 import Ntag424
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import PRINTERS_OWN, Fault
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.supervision import Patience, Reason
from tests.drivers.witness import KeyRing, Witness, until

h = bytes.fromhex
CARD = CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6"), record=bytes(range(150)))
HIDDEN, KEY = "04958CAA5C5E80", bytes(range(16))
HASTE = Patience(first_pause_ms=20, longest_pause_ms=50, stuck_after_ms=2_000)


class OneKey(KeyRing):
    """A key ring that would open any card with the same key."""

    def authentication_key(self, uid: bytes) -> bytes | None:
        return KEY


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Pn532Simulator]:
    with Pn532Simulator(tmp_path / "reader") as opened:
        yield opened


@pytest.fixture
def reader(simulator: Pn532Simulator, witness: Witness) -> Iterator[NfcReader]:
    reader = NfcReader(simulator.path, KeyRing(), witness, patience=HASTE)
    reader.start()
    witness.await_state(ready=True)
    yield reader
    reader.stop()


def test_fault_unplugged(simulator: Pn532Simulator, reader: NfcReader, witness: Witness) -> None:
    for _ in range(2):
        simulator.fail(Fault.UNPLUGGED)
        gone = witness.next(DeviceState)
        assert (gone.ready, gone.reason) == (False, Reason.UNPLUGGED)
        assert not reader.health().ready
        simulator.recover()
        assert witness.await_state(ready=True).reason == Reason.READY
    simulator.place(CARD)
    assert witness.next(CardTap).uid == CARD.uid


def test_fault_unplugged_with_a_card_on_it(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(CARD)
    witness.next(CardTap)
    simulator.fail(Fault.UNPLUGGED)
    assert not witness.next(DeviceState).ready


def test_fault_silent(simulator: Pn532Simulator, reader: NfcReader, witness: Witness) -> None:
    simulator.fail(Fault.SILENT)
    assert witness.next(DeviceState).reason == Reason.SILENT
    simulator.recover()
    assert witness.await_state(ready=True)
    simulator.place(CARD)
    assert witness.await_tap().signed_record == CARD.record


def test_a_card_that_lay_there_when_the_reader_stumbled_is_not_told_twice(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(CARD)
    witness.next(CardTap)
    simulator.fail(Fault.SILENT)
    assert not witness.next(DeviceState).ready
    simulator.recover()
    while not witness.next(DeviceState).ready:  # a busy machine may stumble once more; no tap in between
        pass
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 6, "six more looks")
    assert witness.heard_nothing_more


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.GARBLED])
def test_fault_dropped_and_garbled_frames_cost_time_and_no_tap(
    fault: Fault, simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.fail(fault)
    for number in range(3):
        uid = h("04A1B2C3D4E5") + bytes([number])
        simulator.place(CardSpec(CardKind.CLASSIC, uid))
        assert witness.await_tap().uid == uid
    simulator.recover()
    simulator.place(CARD)
    assert witness.await_tap().signed_record == CARD.record


def test_fault_stuck(simulator: Pn532Simulator, reader: NfcReader, witness: Witness) -> None:
    simulator.fail(Fault.STUCK)
    assert witness.next(DeviceState).reason == Reason.SILENT
    simulator.recover()
    assert witness.await_state(ready=True)
    simulator.place(CARD)
    assert witness.await_tap().uid == CARD.uid


def test_fault_stuck_does_not_hold_up_a_stop(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.fail(Fault.STUCK)
    reader.stop()
    until(lambda: not any(thread.name.startswith("reader-") for thread in threading.enumerate()))


def test_fault_lifted_mid_read(simulator: Pn532Simulator, reader: NfcReader, witness: Witness) -> None:
    simulator.fail(Fault.LIFTED_MID_READ)
    simulator.place(CARD)
    failure = witness.next(ReadFailure)
    assert (failure.trouble, failure.uid) == (Trouble.LIFTED, CARD.uid)
    simulator.place(CARD)
    assert witness.next(CardTap).signed_record == CARD.record


def test_fault_lifted_mid_read_of_an_ntag424(simulator: Pn532Simulator, witness: Witness) -> None:
    reader = NfcReader(simulator.path, OneKey(), witness)
    reader.start()
    witness.await_state(ready=True)
    simulator.fail(Fault.LIFTED_MID_READ)
    simulator.place(CardSpec(CardKind.NTAG424, h(HIDDEN), key=KEY))
    assert witness.next(ReadFailure).trouble is Trouble.LIFTED
    reader.stop()


def test_every_fault_is_tested() -> None:
    source = Path(__file__).read_text()
    readers = [fault for fault in Fault if fault not in PRINTERS_OWN]
    assert [fault for fault in readers if f"def test_fault_{fault.value}" not in source] == [Fault.GARBLED]
    assert "test_fault_dropped_and_garbled" in source


def test_fault_lossy(simulator: Pn532Simulator, reader: NfcReader, witness: Witness) -> None:
    simulator.fail(Fault.LOSSY)
    for number in range(5):
        uid = h("04A1B2C3D4E5") + bytes([number])
        simulator.place(CardSpec(CardKind.NTAG215, uid, record=CARD.record))
        tap = witness.next(CardTap)
        assert (tap.uid, tap.signed_record, tap.complete_reads) == (uid, CARD.record, 1)
    simulator.recover()


class Mumbling(Type4Card):
    def apdu(self, command: bytes) -> bytes:
        return b""


def test_a_card_that_cannot_be_read_is_told_once_by_its_number(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.field.place(Mumbling(h("11223344"), "0578807002"))
    tap = witness.next(CardTap)
    assert (tap.uid, tap.complete_reads) == (h("11223344"), 0)
    _looks_on(simulator)
    assert witness.heard_nothing_more


def test_a_card_that_cannot_be_read_and_makes_up_its_number_is_told_once(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.field.place(Mumbling(b"", "0578807002", random_uid=True))
    assert witness.next(ReadFailure).trouble is Trouble.UNREADABLE
    _looks_on(simulator)
    assert witness.heard_nothing_more


def _looks_on(simulator: Pn532Simulator) -> None:
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 6, "six more looks")


def test_a_hidden_uid_is_proved(simulator: Pn532Simulator, witness: Witness) -> None:
    reader = NfcReader(simulator.path, OneKey(), witness)
    reader.start()
    witness.await_state(ready=True)
    simulator.place(CardSpec(CardKind.NTAG424, h(HIDDEN), key=KEY, random_uid=True))
    tap = witness.next(CardTap)
    assert (tap.uid, tap.authentication) == (h(HIDDEN), Authentication.PASSED)
    reader.stop()


def test_a_uid_that_does_not_match_the_proof_is_a_copy(simulator: Pn532Simulator, witness: Witness) -> None:
    reader = NfcReader(simulator.path, OneKey(), witness)
    reader.start()
    witness.await_state(ready=True)
    card = Ntag424(h(HIDDEN), KEY)
    card.uid = h("04A1B2C3D4E5F6")
    simulator.field.place(card)
    assert witness.next(CardTap).authentication is Authentication.FAILED
    reader.stop()


def test_an_absent_reader_is_waited_for(tmp_path: Path, witness: Witness) -> None:
    simulator = Pn532Simulator(tmp_path / "reader")
    reader = NfcReader(simulator.path, KeyRing(), witness, patience=HASTE)
    reader.start()
    assert witness.next(DeviceState).reason == Reason.ABSENT
    with simulator:
        witness.await_state(ready=True)
        reader.stop()


def test_no_reader_configured(witness: Witness) -> None:
    reader = NfcReader("", KeyRing(), witness)
    reader.start()
    state = witness.next(DeviceState)
    assert (state.ready, state.reason) == (False, Reason.NOT_CONFIGURED)
    reader.stop()
    with pytest.raises(DeviceAbsent):
        open_reader("")


def test_a_bad_path_is_refused_before_anything_is_opened(witness: Witness) -> None:
    with pytest.raises(DeviceMisconfigured):
        NfcReader("tty:nonsense", KeyRing(), witness)


def test_a_reader_left_at_high_speed_is_called_back(simulator: Pn532Simulator, witness: Witness) -> None:
    """Killed without `close`, a PN532 listens at 921600 baud to a host that starts at 115200."""
    crashed = open_reader(simulator.path)
    crashed.device.chipset.transport.tty.close()
    reader = NfcReader(simulator.path, KeyRing(), witness)
    reader.start()
    witness.await_state(ready=True)
    reader.stop()


def test_a_stopped_reader_is_left_at_its_first_speed(simulator: Pn532Simulator, reader: NfcReader) -> None:
    reader.stop()
    assert simulator.baudrate == 115_200


def test_a_reader_is_renewed_once_a_day_between_cards(simulator: Pn532Simulator, witness: Witness) -> None:
    now_ms = 0
    reader = NfcReader(
        simulator.path, KeyRing(), witness, lambda: now_ms, Patience(first_pause_ms=20, renew_after_ms=1000)
    )
    reader.start()
    witness.await_state(ready=True)
    simulator.place(CARD)
    witness.next(CardTap)
    now_ms = 1000
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + 5, "five more looks")
    assert simulator.openings == 1
    simulator.lift()
    until(lambda: simulator.openings == 2, "the reader to be reopened")
    simulator.place(CARD)
    assert witness.next(CardTap).uid == CARD.uid
    reader.stop()


def test_a_key_ring_that_hangs_does_not_hang_the_kiosk(simulator: Pn532Simulator, witness: Witness) -> None:
    class Hanging(KeyRing):
        def __init__(self) -> None:
            super().__init__()
            self.released = threading.Event()

        def authentication_key(self, uid: bytes) -> bytes | None:
            self.released.wait()
            return None

    keys = Hanging()
    reader = NfcReader(simulator.path, keys, witness, patience=HASTE)
    reader.start()
    witness.await_state(ready=True)
    simulator.place(CARD)
    assert witness.await_state(ready=False).reason == Reason.STUCK
    keys.released.set()
    assert witness.await_state(ready=True)
    reader.stop()
