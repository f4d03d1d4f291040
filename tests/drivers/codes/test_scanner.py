"""The code scanner over a pseudo terminal and pyserial's URLs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.codes.scanner import LONGEST_CODE, CodeScanner
from drivers.contracts import CodeScan, DeviceState, ReadFailure, Trouble
from drivers.errors import DeviceMisconfigured
from drivers.sim.faults import Fault
from drivers.sim.scanner import Ending, ScannerSimulator
from drivers.supervision import Patience, Reason
from tests.drivers.witness import Witness, until

HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)
CODE = "NC1:6BFOXN*TS0BI$ZDFRH%2:CWJ4Q6X3 6/B.DD-PGV69Y4L3E19*ES5NNL"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[ScannerSimulator]:
    with ScannerSimulator(tmp_path / "scanner") as opened:
        yield opened


@pytest.fixture
def scanner(simulator: ScannerSimulator, witness: Witness) -> Iterator[CodeScanner]:
    scanner = CodeScanner(simulator.path, witness, patience=HASTE)
    scanner.start()
    witness.await_state(ready=True)
    yield scanner
    scanner.stop()


@pytest.mark.parametrize("ending", Ending)
def test_a_code_is_read_whatever_ends_it(
    ending: Ending, simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness
) -> None:
    for text in (CODE, f"{CODE} AGAIN"):
        simulator.scan(text, ending)
        assert witness.next(CodeScan).text == text
    assert witness.heard_nothing_more


def test_codes_back_to_back(simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness) -> None:
    texts = [f"{CODE}{number}" for number in range(20)]
    for text in texts:
        simulator.scan(text)
    assert [witness.next(CodeScan).text for _ in texts] == texts


WRONG_SETTINGS = {
    "names the kind of code": b"]Q1" + CODE.encode() + b"\r",
    "frames it": b"\x02" + CODE.encode() + b"\x03",
    "frames it and ends it": b"\x02]Q1" + CODE.encode() + b"\x03\r\n",
    "marks it as Unicode": CODE.encode("utf-8-sig") + b"\r",
    "begins with a separator": b"]Q3\x1d" + CODE.encode() + b"\x1d\r",
    "ends it with a tab": CODE.encode() + b"\t",
    "puts a blank behind": CODE.encode() + b" \r",
    "types in lower case": CODE.lower().encode() + b"\r",
}


@pytest.mark.parametrize("name", WRONG_SETTINGS)
@pytest.mark.parametrize("pause_ms", [0, 95])
def test_a_scanner_that_is_set_wrongly_is_understood(
    name: str, pause_ms: int, simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness
) -> None:
    simulator.send(WRONG_SETTINGS[name], pause_ms)
    assert witness.next(CodeScan).text == CODE
    until(lambda: not scanner._supervisor._session._splitter.is_waiting, "the end")  # type: ignore[union-attr]
    assert witness.heard_nothing_more


def test_chinese_in_utf_8(simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness) -> None:
    simulator.scan("就餐卡 老人")
    assert witness.next(CodeScan).text == "就餐卡 老人"


def test_four_kilobytes_of_noise_are_one_failure(
    simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness
) -> None:
    simulator.noise(4096)
    failure = witness.next(ReadFailure)
    assert (failure.trouble, failure.uid) == (Trouble.NOISE, None)
    simulator.scan(CODE)
    assert witness.next(CodeScan).text == CODE


def test_a_code_that_is_too_long_is_noise(
    simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness
) -> None:
    simulator.scan("A" * (LONGEST_CODE + 1))
    assert witness.next(ReadFailure).trouble is Trouble.NOISE
    simulator.scan("A" * LONGEST_CODE)
    assert len(witness.next(CodeScan).text) == LONGEST_CODE


def test_a_trigger_is_sent_and_its_receipt_is_no_code(
    simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness
) -> None:
    scanner.trigger()
    until(lambda: simulator.triggered == 1, "the trigger")
    simulator.scan(CODE)
    assert witness.next(CodeScan).text == CODE


def test_fault_unplugged(simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness) -> None:
    for _ in range(2):
        simulator.fail(Fault.UNPLUGGED)
        gone = witness.next(DeviceState)
        assert (gone.ready, gone.reason) == (False, Reason.UNPLUGGED)
        simulator.recover()
        assert witness.await_state(ready=True)
    simulator.scan(CODE)
    assert witness.next(CodeScan).text == CODE


def test_fault_silent(simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness) -> None:
    simulator.fail(Fault.SILENT)
    simulator.scan(CODE)
    simulator.recover()
    simulator.scan("HEARD")
    assert witness.next(CodeScan).text == "HEARD"


def test_fault_garbled(simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness) -> None:
    simulator.fail(Fault.GARBLED)
    simulator.scan(CODE)
    assert witness.next(ReadFailure).trouble is Trouble.NOISE
    simulator.recover()
    simulator.scan(CODE)
    assert witness.next(CodeScan).text == CODE


def test_fault_dropped_loses_characters_which_only_a_signature_can_tell(
    simulator: ScannerSimulator, scanner: CodeScanner, witness: Witness
) -> None:
    simulator.fail(Fault.DROPPED)
    simulator.scan(CODE * 2)
    assert 0 < len(witness.next(CodeScan).text) < len(CODE * 2)


@pytest.mark.parametrize("fault", [Fault.STUCK, Fault.LIFTED_MID_READ, Fault.OUT_OF_PAPER])
def test_faults_of_other_devices_are_refused(fault: Fault, simulator: ScannerSimulator) -> None:
    with pytest.raises(ValueError, match=fault.value):
        simulator.fail(fault)


def test_an_absent_scanner_is_waited_for(tmp_path: Path, witness: Witness) -> None:
    simulator = ScannerSimulator(tmp_path / "scanner")
    scanner = CodeScanner(simulator.path, witness, patience=HASTE)
    scanner.start()
    assert witness.next(DeviceState).reason == Reason.ABSENT
    with simulator:
        witness.await_state(ready=True)
        assert scanner.health().ready
        scanner.stop()


def test_a_scanner_behind_a_socket(witness: Witness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        scanner = CodeScanner(f"socket://127.0.0.1:{server.getsockname()[1]}", witness, patience=HASTE)
        scanner.start()
        for text in ("FIRST", "AFTER THE LINE WAS CUT"):
            connection, _ = server.accept()
            assert witness.await_state(ready=True)
            connection.sendall(text.encode() + b"\r\n")
            assert witness.next(CodeScan).text == text
            connection.close()
            assert witness.next(DeviceState).reason == Reason.UNPLUGGED
        scanner.stop()


def test_a_loop_stays_open_and_silent(witness: Witness) -> None:
    scanner = CodeScanner("loop://", witness)
    scanner.start()
    witness.await_state(ready=True)
    scanner.stop()
    assert witness.heard_nothing_more


def test_no_scanner_configured(witness: Witness) -> None:
    scanner = CodeScanner("", witness)
    scanner.start()
    assert witness.next(DeviceState).reason == Reason.NOT_CONFIGURED
    scanner.stop()


@pytest.mark.parametrize("port", ["COM3", "ttyUSB0", "http://example.org"])
def test_a_bad_port_is_named_with_what_is_allowed(port: str, witness: Witness) -> None:
    with pytest.raises(DeviceMisconfigured) as caught:
        CodeScanner(port, witness)
    assert (caught.value.key, caught.value.value) == ("[scanner] port", port)
    assert "/dev/ttyUSB1" in caught.value.allowed
