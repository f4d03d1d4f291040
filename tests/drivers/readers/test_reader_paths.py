"""What may stand under `[reader] path`."""

from __future__ import annotations

import pytest

from drivers.errors import DeviceMisconfigured
from drivers.paths import Link, check_path, parse_path


@pytest.mark.parametrize(
    ("path", "link", "port"),
    [
        ("", Link.NONE, ""),
        ("tty:/dev/pts/3:pn532", Link.TTY, "/dev/pts/3"),
        ("tty:/dev/ttyUSB0:pn532", Link.TTY, "/dev/ttyUSB0"),
        ("tty:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0:pn532", Link.TTY, None),
        ("tty:USB0:pn532", Link.TTY, "/dev/ttyUSB0"),
        ("tty:AMA0:arygon", Link.TTY, "/dev/ttyAMA0"),
        ("tty:kiosk-reader:pn532", Link.TTY, "/dev/kiosk-reader"),
        ("usb", Link.USB, ""),
        ("usb:054c:06c3", Link.USB, ""),
        ("usb:001:023", Link.USB, ""),
        ("udp:127.0.0.1:54321", Link.UDP, ""),
        ("pcsc:", Link.PCSC, ""),
        ("pcsc:ACR1252", Link.PCSC, "ACR1252"),
        ("pcsc:ACS ACR122U PICC Interface", Link.PCSC, "ACS ACR122U PICC Interface"),
    ],
)
def test_good_paths(path: str, link: Link, port: str | None) -> None:
    check_path(path)
    parsed = parse_path(path)
    assert parsed.link is link
    assert port is None or parsed.port == port


@pytest.mark.parametrize(
    "path",
    [
        "/dev/ttyUSB0",
        "tty:/dev/ttyUSB0",
        "tty:/dev/ttyUSB0:pn999",
        "tty:USB:pn532",
        "tty:/dev/tty;reboot:pn532",
        "tty:/dev/my reader:pn532",
        "udp:localhost",
        "udp:localhost:70000",
        "usb:54c",
        "com:3:pn532",
        "pcsc",
        "pcsc:ACR\n1252",
    ],
)
def test_a_bad_path_is_named_with_what_is_allowed(path: str) -> None:
    with pytest.raises(DeviceMisconfigured) as caught:
        check_path(path)
    assert caught.value.key == "[reader] path"
    assert caught.value.value == path
    assert "tty:/dev/ttyUSB0:pn532" in caught.value.allowed
