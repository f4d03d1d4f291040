"""A shed as `driver = "relays"` expects it: a relay board at 1, and a meter to each socket from 11 on."""

from __future__ import annotations

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.sim.outlets.rs485.modbus import DdsuSlave, MeterSlave, PzemSlave, RelayBoardSlave, split
from drivers.sim.outlets.rs485.wire import Slave, Wire
from drivers.sim.outlets.shelter import Shelter

BOARD, FIRST_METER = 1, 11
METERS: dict[str, type[MeterSlave]] = {"pzem": PzemSlave, "ddsu666": DdsuSlave}


def relays_and_meters(
    shelter: Shelter, meter: str = "pzem", is_timed: bool = True, clock: MonotonicMs = monotonic_ms
) -> Wire:
    """Raises KeyError for a meter that is not in `METERS`."""
    slaves: list[Slave] = [RelayBoardSlave(BOARD, shelter, clock, is_timed)]
    slaves += [METERS[meter](FIRST_METER + at, shelter, at + 1) for at in range(len(shelter))]
    return Wire(slaves, split)
