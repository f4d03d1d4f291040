"""USB devices as the kernel lists them: to know one again under another name, and to see whether it is there.

The kernel numbers device files as they come: whoever unplugs `/dev/ttyUSB0` and plugs it in again may find it
at `/dev/ttyUSB1`. What stays is the maker's numbers, a serial number if the device has one, and the socket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYS, DEV = Path("/sys"), Path("/dev")
_CLASSES = {"tty": "", "usbmisc": "usb/"}  # of serial lines and printers, and where their files are in /dev


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a device is known again, as the kernel writes it; `serial` is empty on cheap adapters."""

    vendor: str
    product: str
    serial: str
    interface: str
    socket: str  # such as 1-1.3: bus, hub, port of the hub

    def is_model_of(self, other: Identity) -> bool:
        """Whether both are the same kind of device, which may be two of them."""
        return (self.vendor, self.product, self.interface) == (other.vendor, other.product, other.interface)

    def is_specimen_of(self, other: Identity) -> bool:
        """Whether both are the same device by its serial number, whatever the socket."""
        return bool(self.serial) and self.serial == other.serial and self.is_model_of(other)


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A device on the bus, with or without a driver in the kernel."""

    vendor: str
    product: str
    bus: int
    number: int

    def file(self, dev: Path = DEV) -> Path:
        return dev / f"bus/usb/{self.bus:03}/{self.number:03}"


def devices(sys: Path = SYS) -> list[UsbDevice]:
    """Return all devices on all buses."""
    return [
        UsbDevice(_text(each / "idVendor"), _text(each / "idProduct"), *map(int, numbers))
        for each in sorted(sys.glob("bus/usb/devices/*"))
        if all(numbers := (_text(each / "busnum"), _text(each / "devnum")))
    ]


def device_files(sys: Path = SYS, dev: Path = DEV) -> dict[Path, Identity]:
    """Return the device files of USB serial lines and printers, links resolved, and what each belongs to."""
    return dict(_device_files(sys, dev))


def lasting_name(file: Path, dev: Path = DEV) -> Path | None:
    """Return the link that udev makes to a serial line by what hangs on it, if there is one."""
    links = sorted(dev.glob("serial/by-id/*"))
    return next((link for link in links if link.resolve() == file.resolve()), None)


def _device_files(sys: Path, dev: Path) -> Iterator[tuple[Path, Identity]]:
    for kind, folder in _CLASSES.items():
        for entry in sorted(sys.glob(f"class/{kind}/*/device")):
            identity = _identity(entry.resolve())
            if identity is not None:
                yield (dev / f"{folder}{entry.parent.name}").resolve(), identity


def _identity(place: Path) -> Identity | None:
    """Climb from a device file's entry to its interface and on to the USB device."""
    interface = ""
    for folder in (place, *place.parents):
        interface = interface or _text(folder / "bInterfaceNumber")
        if vendor := _text(folder / "idVendor"):
            return Identity(
                vendor, _text(folder / "idProduct"), _text(folder / "serial"), interface, folder.name
            )
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
