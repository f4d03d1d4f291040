"""Is a configured device there? Told from the system's lists, without opening it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.looking import look_for_port, look_for_reader
from drivers.supervision import Reason
from tests.drivers.pcscd import Pcscd, pcscd
from tests.drivers.usb_tree import UsbTree


@pytest.fixture
def tree(tmp_path: Path) -> UsbTree:
    """With an RC-S380 that may be used, and a keyboard."""
    tree = UsbTree(tmp_path)
    tree.plug("1-1", "054c", "06c3", number=7)
    tree.plug("1-2", "046d", "c31c", number=8)
    (tree.dev / "bus/usb/001").mkdir(parents=True)
    (tree.dev / "bus/usb/001/007").touch()
    return tree


@pytest.fixture
def service() -> Iterator[Pcscd]:
    with pcscd() as running:
        yield running


@pytest.mark.parametrize("path", ["usb", "usb:054c", "usb:054C:06c3", "usb:001", "usb:001:007"])
def test_a_reader_on_usb_is_there(tree: UsbTree, path: str) -> None:
    found = look_for_reader(path, tree.sys, tree.dev)
    assert (found.reason, found.what) == (Reason.READY, "054c:06c3")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("usb:072f", "usb:072f: no such reader on USB"),
        ("usb:001:009", "usb:001:009: no such reader on USB"),
        ("usb:046d:c31c", "046d:c31c is no reader that nfcpy drives; it drives 054c:0193"),
    ],
)
def test_a_reader_on_usb_is_not_there(tree: UsbTree, path: str, said: str) -> None:
    found = look_for_reader(path, tree.sys, tree.dev)
    assert found.reason is Reason.ABSENT
    assert found.what.startswith(said)


def test_a_reader_at_the_pc_sc_service(service: Pcscd) -> None:
    found = look_for_reader("pcsc:acr")
    assert (found.reason, found.what) == (Reason.ABSENT, "pcsc:acr: no such reader at the PC/SC service")
    service.plug("ACS ACR1252 PICC")
    assert look_for_reader("pcsc:acr").what == "ACS ACR1252 PICC 00 00"
    assert "there are ACS ACR1252 PICC 00 00" in look_for_reader("pcsc:HID").what
    service.stop()
    assert look_for_reader("pcsc:").reason is Reason.NO_SERVICE


def test_a_device_file(tmp_path: Path) -> None:
    assert look_for_port(str(tmp_path / "ttyUSB9")).reason is Reason.ABSENT
    (tmp_path / "ttyUSB0").touch()
    assert look_for_port(str(tmp_path / "ttyUSB0")).reason is Reason.READY
    (tmp_path / "serial/by-id").mkdir(parents=True)
    (tmp_path / "serial/by-id/usb-1a86_USB_Serial-if00-port0").symlink_to(tmp_path / "ttyUSB0")
    found = look_for_port(str(tmp_path / "ttyUSB0"), tmp_path)
    assert found.what.endswith("serial/by-id/usb-1a86_USB_Serial-if00-port0 under whatever number")
    assert look_for_port("socket://printer:9100").reason is Reason.READY
    assert look_for_port("").reason is Reason.NOT_CONFIGURED
