"""What `kiosk doctor` finds of the devices, each with what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.errors import DeviceMisconfigured
from drivers.looking import Found, look_for_port, look_for_reader
from drivers.paths import Link, parse_path
from drivers.supervision import Reason
from kiosk.settings import Settings

PLUG_IN = "Plug it in; the kiosk finds it by itself."
INTO_THE_GROUP = "Put the kiosk's user into the group {}."
ADVICE = {
    Reason.ABSENT: PLUG_IN,
    Reason.FORBIDDEN: INTO_THE_GROUP.format("dialout"),
    Reason.NO_SERVICE: "Start it: sudo systemctl enable --now pcscd.socket; its package is pcscd.",
    Reason.NOT_INSTALLED: "Install it as docs/installing.md says under `A PC/SC reader`.",
}
FORBIDDEN_BY_LINK = {
    Link.USB: "Allow it by a udev rule and a drop-in, as docs/installing.md says under `A reader on USB`.",
    Link.PCSC: "Allow it by a polkit rule, as docs/installing.md says under `A PC/SC reader`.",
}
PRINTERS = {Reason.FORBIDDEN: INTO_THE_GROUP.format("dialout or lp, whichever owns it")}
OUTLETS: dict[str, dict[Reason, str]] = {
    "dny": {Reason.ABSENT: "Give this machine that address on the boxes' network, or correct the port."},
}

Row = tuple[str, str, str]  # name, what was found, advice; empty when it is well


def devices(settings: Settings) -> Iterator[Row]:
    """Look for each device that the settings name."""
    yield ("reader", *_reader(settings.reader.path))
    yield ("scanner", *_told(look_for_port(settings.scanner.port)))
    yield ("printer", *_told(look_for_port(settings.printer.port), PRINTERS))
    for each in settings.outlets:
        yield (f"outlets {each.name}".rstrip(), *_told(look_for_port(each.port), OUTLETS.get(each.driver)))
        if each.meters_port:
            yield (f"meters {each.name}", *_told(look_for_port(each.meters_port)))


def _reader(path: str) -> tuple[str, str]:
    try:
        link = parse_path(path).link
    except DeviceMisconfigured as error:
        return str(error), "Correct [reader] path in kiosk.toml."
    special = {Reason.FORBIDDEN: FORBIDDEN_BY_LINK[link]} if link in FORBIDDEN_BY_LINK else {}
    return _told(look_for_reader(path), special)


def _told(found: Found, special: Mapping[Reason, str] | None = None) -> tuple[str, str]:
    if found.reason in (Reason.READY, Reason.NOT_CONFIGURED):
        return found.what, ""
    advice = ADVICE | dict(special or {})
    return found.what, advice.get(found.reason, "Pull its cable out, count to five, push it in again.")
