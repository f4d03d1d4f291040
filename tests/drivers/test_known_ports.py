"""A device that comes back under another name is found again by what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers import ports, usb
from drivers.cards.reader import NfcReader
from drivers.codes.scanner import CodeScanner
from drivers.contracts import CardTap, CodeScan, DeviceState
from drivers.ports import KnownPorts
from drivers.printers.lines import open_line
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import Fault
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.sim.scanner import ScannerSimulator
from drivers.supervision import Patience
from tests.drivers.usb_tree import UsbTree
from tests.drivers.witness import KeyRing, Witness

CH340, FTDI, PRINTER = ("1a86", "7523"), ("0403", "6001"), ("0416", "5011")
HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)


@pytest.fixture
def tree(tmp_path: Path) -> UsbTree:
    return UsbTree(tmp_path)


@pytest.fixture
def known(tree: UsbTree) -> KnownPorts:
    return KnownPorts(lambda: usb.device_files(tree.sys, tree.dev))


@pytest.fixture
def used(known: KnownPorts, tree: UsbTree) -> Callable[[str], str]:
    """Open the port of a device file, and tell where that was."""
    return lambda file: known.open(str(tree.dev / file), lambda place: place).removeprefix(f"{tree.dev}/")


def test_by_its_serial_number_in_any_socket(tree: UsbTree, used: Callable[[str], str]) -> None:
    tree.plug("1-1", *FTDI, serial="A50285BI", file="ttyUSB0")
    assert used("ttyUSB0") == "ttyUSB0"
    tree.unplug("1-1")
    tree.plug("1-2", *FTDI, serial="OTHER", file="ttyUSB0")
    tree.plug("1-4.2", *FTDI, serial="A50285BI", file="ttyUSB3")
    assert used("ttyUSB0") == "ttyUSB3"


def test_by_its_socket_when_it_has_no_serial_number(tree: UsbTree, used: Callable[[str], str]) -> None:
    tree.plug("1-1", *CH340, file="ttyUSB0")
    used("ttyUSB0")
    tree.unplug("1-1")
    tree.plug("1-2", *CH340, file="ttyUSB0")
    tree.plug("1-1", *CH340, file="ttyUSB1")
    assert used("ttyUSB0") == "ttyUSB1"


def test_as_the_only_one_of_its_kind(tree: UsbTree, used: Callable[[str], str]) -> None:
    tree.plug("1-1", *CH340, file="ttyUSB0")
    used("ttyUSB0")
    tree.unplug("1-1")
    tree.plug("1-3", *CH340, file="ttyUSB1")
    assert used("ttyUSB0") == "ttyUSB1"


def test_two_devices_that_change_names_are_not_taken_for_each_other(
    tree: UsbTree, used: Callable[[str], str]
) -> None:
    tree.plug("1-1", *CH340, file="ttyUSB0")
    tree.plug("1-2", *CH340, file="ttyUSB1")
    used("ttyUSB0"), used("ttyUSB1")
    for socket in ("1-1", "1-2"):
        tree.unplug(socket)
    tree.plug("1-2", *CH340, file="ttyUSB0")
    assert used("ttyUSB1") == "ttyUSB0"
    with pytest.raises(FileNotFoundError):
        used("ttyUSB0")  # what has that name now belongs to the other
    tree.plug("1-1", *CH340, file="ttyUSB1")
    assert used("ttyUSB0") == "ttyUSB1"


def test_another_device_in_place_of_a_broken_one_is_taken(tree: UsbTree, used: Callable[[str], str]) -> None:
    tree.plug("1-1", *FTDI, serial="A50285BI", file="ttyUSB0")
    used("ttyUSB0")
    tree.unplug("1-1")
    tree.plug("1-1", *CH340, file="ttyUSB0")
    assert used("ttyUSB0") == "ttyUSB0"


def test_a_usb_printer_too(tree: UsbTree, known: KnownPorts) -> None:
    (tree.dev / "usb").mkdir()
    for socket, file in (("1-1", "usb/lp0"), ("1-2", "usb/lp1")):
        tree.plug(socket, *PRINTER, file=file)
        (tree.dev / file).touch()
        known.open(str(tree.dev / "usb/lp0"), lambda place: open_line(place, 9600)).close()
        tree.unplug(socket)
        (tree.dev / file).unlink()


def test_a_port_that_is_no_usb_device_is_what_it_says(known: KnownPorts, tmp_path: Path) -> None:
    for port in ("/dev/ttyAMA0", "socket://printer:9100", str(tmp_path / "link")):
        assert known.open(port, lambda place: place) == port


@pytest.fixture
def machine(tree: UsbTree, known: KnownPorts, monkeypatch: pytest.MonkeyPatch) -> Iterator[UsbTree]:
    """The drivers see this bus."""
    monkeypatch.setattr(ports, "PORTS", known)
    yield tree


def test_reader_and_scanner_change_names_at_the_counter(machine: UsbTree, witness: Witness) -> None:
    """Both cables are pulled and pushed in the other way round; cards and codes are read as before."""
    machine.plug("1-1", *CH340, file="ttyUSB0")
    machine.plug("1-2", *CH340, file="ttyUSB1")
    zero, one = machine.dev / "ttyUSB0", machine.dev / "ttyUSB1"
    scanned = Witness()
    with Pn532Simulator(zero) as pn532, ScannerSimulator(one) as gun:
        reader = NfcReader(pn532.path, KeyRing(), witness, patience=HASTE)
        scanner = CodeScanner(str(one), scanned, patience=HASTE)
        reader.start(), scanner.start()
        witness.await_state(ready=True), scanned.await_state(ready=True)
        for each in (pn532, gun):
            each.fail(Fault.UNPLUGGED)
        machine.unplug("1-1"), machine.unplug("1-2")
        assert not witness.next(DeviceState).ready
        assert not scanned.next(DeviceState).ready
        machine.plug("1-2", *CH340, file="ttyUSB0")
        machine.plug("1-1", *CH340, file="ttyUSB1")
    with Pn532Simulator(one) as pn532, ScannerSimulator(zero) as gun:
        witness.await_state(ready=True), scanned.await_state(ready=True)
        pn532.place(CardSpec(CardKind.CLASSIC, bytes.fromhex("A1B2C3D4")))
        assert witness.next(CardTap).uid == bytes.fromhex("A1B2C3D4")
        gun.scan("NC1:HELLO")
        assert scanned.next(CodeScan).text == "NC1:HELLO"
        reader.stop(), scanner.stop()
