"""From a section of a configuration to a box of relays and meters."""

from __future__ import annotations

from dataclasses import replace

from drivers.contracts import Emit
from drivers.outlets.dlt645.meter import SETTINGS, Dlt645Bus, Dlt645Meter
from drivers.outlets.metering import Meter
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Ddsu666, Pzem004t
from drivers.outlets.modbus.relays import PlainRelays, Relays, TimedRelays
from drivers.outlets.relays.box import RelayBox
from drivers.outlets.relays.section import DLT645, PZEM, TIMED, board_of
from drivers.outlets.rs485 import LineSettings, Rs485Line
from drivers.outlets.section import Outlet

BAUDRATE = 9600
OPENS_AFTER_MS = 5_000  # a timed relay that is not told again; it is told at each poll


def open_box(outlet: Outlet, emit: Emit) -> RelayBox:
    line = Rs485Line(outlet.port, LineSettings(outlet.baudrate or BAUDRATE))
    meters_line = _meters_line(outlet) if outlet.meters_port else line
    meters, bus, board = _meters(outlet, meters_line), ModbusBus(line), board_of(outlet)
    relays: Relays = PlainRelays(bus, board, len(meters))
    if outlet.relays == TIMED:
        relays = TimedRelays(bus, board, len(meters), OPENS_AFTER_MS)
    lines = [line] if meters_line is line else [line, meters_line]
    return RelayBox(outlet.name, lines, relays, meters, emit)


def _meters_line(outlet: Outlet) -> Rs485Line:
    settings = SETTINGS if outlet.meter == DLT645 else LineSettings(BAUDRATE)
    if outlet.meters_baudrate is not None:
        settings = replace(settings, baudrate=outlet.meters_baudrate)
    return Rs485Line(outlet.meters_port or "", settings)


def _meters(outlet: Outlet, line: Rs485Line) -> list[Meter]:
    addresses = outlet.meters or ()
    if outlet.meter == DLT645:
        return [Dlt645Meter(Dlt645Bus(line), str(each)) for each in addresses]
    make = Pzem004t if outlet.meter == PZEM else Ddsu666
    return [make(ModbusBus(line), int(each)) for each in addresses]
