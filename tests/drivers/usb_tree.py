"""A USB bus as the kernel lists it in /sys, in a folder: devices can be plugged in and taken out."""

from __future__ import annotations

import shutil
from pathlib import Path


class UsbTree:
    """`sys` and `dev` stand for the folders of these names."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.dev = folder / "sys", folder / "dev"
        (self.sys / "bus/usb/devices").mkdir(parents=True)
        self.dev.mkdir()

    def plug(
        self, socket: str, vendor: str, product: str, serial: str = "", number: int = 5, file: str = ""
    ) -> None:
        """Plug a device into a socket such as 1-1.3; `file` is its file's name in /dev, such as ttyUSB0."""
        device = self.sys / f"devices/usb1/{socket}"
        device.mkdir(parents=True)
        for name, text in (("idVendor", vendor), ("idProduct", product), ("serial", serial)):
            if text:
                (device / name).write_text(f"{text}\n")
        (device / "busnum").write_text("1\n")
        (device / "devnum").write_text(f"{number}\n")
        (self.sys / f"bus/usb/devices/{socket}").symlink_to(device)
        if file:
            self._make_file(device / f"{socket}:1.0", file)

    def unplug(self, socket: str) -> None:
        (self.sys / f"bus/usb/devices/{socket}").unlink()
        for entry in self.sys.glob("class/*/*"):
            if f"/{socket}/" in str((entry / "device").readlink()):
                shutil.rmtree(entry)
        shutil.rmtree(self.sys / f"devices/usb1/{socket}")

    def _make_file(self, interface: Path, file: str) -> None:
        interface.mkdir()
        (interface / "bInterfaceNumber").write_text("00\n")
        kind = "usbmisc" if file.startswith("usb/") else "tty"
        entry = self.sys / f"class/{kind}/{Path(file).name}"
        entry.mkdir(parents=True)
        (entry / "device").symlink_to(interface)
