"""From the `[[outlets]]` sections of a configuration to boxes of sockets.

===========  ==============================================  =======================================
`driver`     the box                                         its keys
===========  ==============================================  =======================================
`dianchuan`  ten-port board of 电川 on a serial line         `baudrate`
`dny`        box of the AP3000 family that dials the kiosk   `id`; `port` is `tcp://HOST:PORT`
`relays`     Modbus relay board, a meter to each socket      `baudrate`, `relays`, `board`, `meter`,
                                                             `meters`, `meters_port`,
                                                             `meters_baudrate`
===========  ==============================================  =======================================

Each also has `name`, by which records, screens and messages call it. DNY boxes may share a port. What a
driver stands on is imported as a box is opened: whoever only checks settings needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from drivers import ports
from drivers.contracts import Emit
from drivers.outlets.contracts import OutletBox
from drivers.outlets.dny import section as dny
from drivers.outlets.relays import section as relays
from drivers.outlets.section import BAUDRATES, KEYS, Outlet, check_name, wrong

UnixMs = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Driver:
    """`open` gets all sections with this driver, `check` each of them."""

    keys: tuple[str, ...]  # those of `KEYS` that it has
    check: Callable[[Outlet], None]
    open: Callable[[Sequence[Outlet], Emit, UnixMs], list[OutletBox]]
    is_alone: bool = True  # on its port


def check_outlet(outlet: Outlet) -> None:
    """Raise DeviceMisconfigured if this section can never become a box. Opens nothing."""
    driver = DRIVERS.get(outlet.driver)
    if driver is None:
        raise wrong("driver", outlet.driver, ", ".join(DRIVERS))
    for key in KEYS:
        if getattr(outlet, key) is not None and key not in driver.keys:
            raise wrong(key, getattr(outlet, key), f"nothing, for the driver {outlet.driver}")
    driver.check(outlet)


def another_of(outlets: Sequence[Outlet]) -> tuple[int, str] | None:
    """The first section that has its name or its line from an earlier one, and which of these it is."""
    for at, each in enumerate(outlets):
        earlier = outlets[:at]
        for key in ("name", "id"):
            if getattr(each, key) and getattr(each, key) in {getattr(other, key) for other in earlier}:
                return at, key
        taken = {line for other in earlier for line in (other.port, other.meters_port)}
        if each.port and DRIVERS[each.driver].is_alone and each.port in taken:
            return at, "port"
        if each.meters_port and each.meters_port in taken:
            return at, "meters_port"
    return None


def open_boxes(outlets: Iterable[Outlet], emit: Emit, unix_ms: UnixMs) -> list[OutletBox]:
    """The boxes that the sections name, not started yet. Raises DeviceMisconfigured.

    `unix_ms` is what some boxes set their clocks by. Sections of drivers that are no boxes are passed over.
    """
    sections = list(outlets)
    for each in sections:
        check_outlet(each)
    return [
        box
        for name, driver in DRIVERS.items()
        for box in driver.open([each for each in sections if each.driver == name], emit, unix_ms)
    ]


def _check_dianchuan(outlet: Outlet) -> None:
    check_name(outlet)
    ports.check_port(outlet.port, ports.OUTLET)
    if outlet.baudrate is not None and outlet.baudrate not in BAUDRATES:
        raise wrong("baudrate", outlet.baudrate, ", ".join(map(str, BAUDRATES)))


def _open_dianchuan(outlets: Sequence[Outlet], emit: Emit, _unix_ms: UnixMs) -> list[OutletBox]:
    from drivers.outlets.dianchuan.box import BAUDRATE, DianchuanBox

    return [DianchuanBox(each.name, each.port, emit, baudrate=each.baudrate or BAUDRATE) for each in outlets]


def _open_dny(outlets: Sequence[Outlet], emit: Emit, unix_ms: UnixMs) -> list[OutletBox]:
    from drivers.outlets.dny.box import DnyBox
    from drivers.outlets.dny.server import DnyServer

    servers = {port: DnyServer(port, emit) for port in {each.port for each in outlets}}
    return [DnyBox(each.name, int(each.id or "", 16), servers[each.port], emit, unix_ms) for each in outlets]


def _open_relays(outlets: Sequence[Outlet], emit: Emit, _unix_ms: UnixMs) -> list[OutletBox]:
    from drivers.outlets.relays.opening import open_box

    return [open_box(each, emit) for each in outlets]


# A service with a device of its own may have its driver known here too.
DRIVERS: dict[str, Driver] = {
    "dianchuan": Driver(("baudrate",), _check_dianchuan, _open_dianchuan),
    "dny": Driver(dny.KEYS, dny.check, _open_dny, is_alone=False),
    "relays": Driver(relays.KEYS, relays.check, _open_relays),
}
