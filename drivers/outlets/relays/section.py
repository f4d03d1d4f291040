"""What a section of a configuration may say of a box of relays and meters. Stands on nothing that speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from drivers import ports
from drivers.outlets.section import BAUDRATES, Outlet, check_name, wrong

TIMED, PLAIN = "timed", "plain"
PZEM, DDSU666, DLT645 = "pzem", "ddsu666", "dlt645"
BOARD = 1
HIGHEST = 247  # address of a Modbus slave
MOST_SOCKETS = 32
DLT645_ADDRESS = re.compile("[0-9]{12}")
KEYS = ("baudrate", "relays", "board", "meter", "meters", "meters_port", "meters_baudrate")


def board_of(outlet: Outlet) -> int:
    """The address of its relay board."""
    return BOARD if outlet.board is None else outlet.board


def check(outlet: Outlet) -> None:
    """Raise DeviceMisconfigured if this section can never become a box. Opens nothing."""
    check_name(outlet)
    ports.check_port(outlet.port, ports.OUTLET)
    ports.check_port(outlet.meters_port or "", ports.OUTLET_METERS)
    _check("relays", outlet.relays, (TIMED, PLAIN))
    _check("meter", outlet.meter, (PZEM, DDSU666, DLT645))
    for key in ("baudrate", "meters_baudrate"):
        if getattr(outlet, key) is not None:
            _check(key, getattr(outlet, key), BAUDRATES)
    if not 1 <= board_of(outlet) <= HIGHEST:
        raise wrong("board", outlet.board, f"1 to {HIGHEST}")
    if outlet.meter == DLT645 and not outlet.meters_port:
        raise wrong("meters_port", "", f"a line of their own, for meters of {DLT645}")
    if outlet.meters_port and outlet.meters_port == outlet.port:
        raise wrong("meters_port", outlet.port, "another line than `port`, or no such key")
    _check_meters(outlet)


def _check_meters(outlet: Outlet) -> None:
    meters = outlet.meters or ()
    if not 1 <= len(meters) <= MOST_SOCKETS:
        raise wrong("meters", list(meters), f"1 to {MOST_SOCKETS} addresses, one for each socket")
    for at, each in enumerate(meters):
        if not _is_address(each, outlet.meter):
            fits = "12 digits in quotes, as on its face" if outlet.meter == DLT645 else f"1 to {HIGHEST}"
            raise wrong("meters", each, fits)
        if each in meters[:at] or (not outlet.meters_port and each == board_of(outlet)):
            raise wrong("meters", each, "addresses that nobody else on the line has")


def _is_address(address: int | str, meter: str | None) -> bool:
    if meter == DLT645:
        return isinstance(address, str) and DLT645_ADDRESS.fullmatch(address) is not None
    return isinstance(address, int) and 1 <= address <= HIGHEST


def _check(key: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        raise wrong(key, "" if value is None else value, ", ".join(map(str, allowed)))
