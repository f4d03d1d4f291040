"""Simulators as processes of their own, told what to do over a socket or typed at."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.cards.reader import NfcReader
from drivers.codes.scanner import CodeScanner
from drivers.contracts import CardTap, CodeScan, DeviceState, ReadFailure
from drivers.printers.printer import ReceiptPrinter
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.control import ControlDoor
from drivers.sim.faults import Fault
from drivers.sim.keyboard import parse
from drivers.sim.printing.paper import lines
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.sim.remote import ControlRefused, SimulatedPrinter, SimulatedReader, SimulatedScanner
from drivers.slip import Line
from tests.drivers.witness import KeyRing, Witness, until
from tests.waiting import PATIENCE_S

CARD = CardSpec(CardKind.NTAG215, bytes.fromhex("04A1B2C3D4E5F6"), record=b"signed")

ANOTHER = CardSpec(CardKind.CLASSIC, bytes.fromhex("A1B2C3D4"))


def simulator(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start `python -m drivers.sim` and wait until it serves."""
    command = [sys.executable, "-m", "drivers.sim", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip()
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


@pytest.fixture
def pn532(tmp_path: Path) -> Iterator[SimulatedReader]:
    process = simulator("pn532", "--link", tmp_path / "reader", "--control", tmp_path / "control")
    yield SimulatedReader(tmp_path / "control")
    end(process)
    assert list(tmp_path.iterdir()) == [], "link and socket are gone"


def test_a_reader_in_another_process(pn532: SimulatedReader, witness: Witness) -> None:
    reader = NfcReader(pn532.status()["path"], KeyRing(), witness)
    reader.start()
    witness.await_state(ready=True)
    pn532.tap(CARD, hold_ms=200)
    assert witness.next(CardTap).signed_record == b"signed"
    pn532.fault(Fault.UNPLUGGED)
    assert not witness.next(DeviceState).ready
    assert pn532.status() == {**pn532.status(), "device_file": "", "fault": "unplugged"}
    pn532.recover()
    assert witness.await_state(ready=True)
    pn532.place(ANOTHER)
    assert witness.next(CardTap).uid == ANOTHER.uid
    pn532.lift()
    reader.stop()


def test_a_scanner_in_another_process(tmp_path: Path, witness: Witness) -> None:
    process = simulator("scanner", "--link", tmp_path / "scanner", "--control", tmp_path / "control")
    remote = SimulatedScanner(tmp_path / "control")
    scanner = CodeScanner(remote.status()["path"], witness)
    scanner.start()
    witness.await_state(ready=True)
    remote.scan("TYPED FAR AWAY", "cr")
    assert witness.next(CodeScan).text == "TYPED FAR AWAY"
    remote.noise()
    witness.next(ReadFailure)
    with pytest.raises(ControlRefused, match="know only"):
        SimulatedReader(tmp_path / "control").lift()
    scanner.stop()
    end(process)


def test_a_printer_in_another_process(tmp_path: Path, witness: Witness) -> None:
    process = simulator("printer", "--link", tmp_path / "printer", "--control", tmp_path / "control")
    remote = SimulatedPrinter(tmp_path / "control")
    printer = ReceiptPrinter(remote.status()["path"], witness, width=32)
    printer.start()
    witness.await_state(ready=True)
    remote.end_after(lines=1)
    printer.print((Line("first"), Line("second")))
    assert witness.next(DeviceState).reason == "out_of_paper"
    assert [lines(slip) for slip in remote.printed()] == [["first"]]
    remote.recover()
    witness.await_state(ready=True)
    until(lambda: [lines(slip) for slip in remote.printed()] == [["first", "second"]])
    printer.stop()
    end(process)


def test_a_field_in_another_process_is_typed_at(witness: Witness) -> None:
    process = simulator("udp", "--stdin")
    assert process.stdin is not None and process.stdout is not None
    replies = []
    for line in ("status", "place ntag215 04A1B2C3D4E5F6 record=7369676E6564", "place", "dance"):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        replies.append(process.stdout.readline().strip())
    path = json.loads(replies[0])["path"]
    assert replies[1:3] == ['{"ok": true}', "not understood"]
    assert "know only" in replies[3]
    reader = NfcReader(path, KeyRing(), witness)
    reader.start()
    witness.await_state(ready=True)
    assert witness.next(CardTap).signed_record == b"signed"
    reader.stop()
    process.communicate("quit\n", timeout=PATIENCE_S)
    assert process.returncode == 0


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "control"
    with Pn532Simulator(tmp_path / "reader") as opened, ControlDoor(path, opened):
        yield path


def test_only_the_owner_may_open_the_door(door: Path) -> None:
    assert stat.filemode(door.stat().st_mode) == "srw-------"


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON",
        b"[]",
        b'{"do": "dance"}',
        b'{"do": "place"}',
        b'{"do": "place", "card": 7}',
        b'{"do": "place", "card": {"kind": "bank card"}}',
        b'{"do": "place", "card": {"kind": "ntag215", "uid": "04"}}',
        b'{"do": "fault", "name": "bored"}',
        b'{"do": "scan", "text": "not with a card reader"}',
    ],
)
def test_a_mistake_is_answered_and_the_door_stays_open(line: bytes, door: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(door))
        with connection.makefile("rwb") as stream:
            stream.write(line + b"\n" + b'{"do": "status"}\n')
            stream.flush()
            mistake, status = json.loads(stream.readline()), json.loads(stream.readline())
    assert mistake["ok"] is False and mistake["error"]
    assert status["ok"] is True


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("place ntag215 04A1B2 C3D4E5F6", {"card": {"kind": "ntag215", "uid": "04A1B2C3D4E5F6"}}),
        (
            "tap ntag424 04958CAA5C5E80 key=00FF hold=1000",
            {"card": {"kind": "ntag424", "uid": "04958CAA5C5E80", "key": "00FF"}, "hold_ms": 1000},
        ),
        ("place phone", {"card": {"kind": "phone", "uid": ""}}),
        ("scan two words", {"text": "two words"}),
        ("noise", {"bytes": 4096}),
        ("noise 10", {"bytes": 10}),
        ("fault silent", {"name": "silent"}),
        ("lift", {}),
        ("end_after 8", {"lines": 8}),
        ("printed", {}),
    ],
)
def test_what_a_person_types(line: str, request_: dict[str, object]) -> None:
    assert parse(line) == {"do": line.split()[0]} | request_
