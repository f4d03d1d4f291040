"""From the `[[outlets]]` sections of a configuration to boxes of sockets.

===========  ==========================================  ====================
`driver`     the box                                     its keys
===========  ==========================================  ====================
`dianchuan`  ten-port board of 电川 on a serial line     `baudrate`
===========  ==========================================  ====================

Each also has `name`, by which records, screens and messages call it, and `port`. What a driver stands on is
imported as a box is opened: whoever only checks settings needs none of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers import ports
from drivers.contracts import Emit
from drivers.errors import DeviceMisconfigured
from drivers.outlets.contracts import OutletBox

NAME = re.compile(r"[A-Za-z0-9_-]{1,16}")
BAUDRATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class Outlet(Protocol):
    """One section; a key that is not set is None, a name empty."""

    @property
    def driver(self) -> str: ...

    @property
    def port(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def baudrate(self) -> int | None: ...


KEYS = ("baudrate",)  # that only some drivers have


@dataclass(frozen=True, slots=True)
class Driver:
    """`open` gets all sections with this driver, `check` each of them."""

    keys: tuple[str, ...]  # those of `KEYS` that it has
    check: Callable[[Outlet], None]
    open: Callable[[Sequence[Outlet], Emit], list[OutletBox]]
    is_alone: bool = True  # on its port


def check_outlet(outlet: Outlet) -> None:
    """Raise DeviceMisconfigured if this section can never become a box. Opens nothing."""
    driver = DRIVERS.get(outlet.driver)
    if driver is None:
        raise _wrong("driver", outlet.driver, ", ".join(DRIVERS))
    for key in KEYS:
        if getattr(outlet, key) is not None and key not in driver.keys:
            raise _wrong(key, str(getattr(outlet, key)), f"nothing, for the driver {outlet.driver}")
    driver.check(outlet)


def another_of(outlets: Sequence[Outlet]) -> tuple[int, str] | None:
    """The first section that has its name or its line from an earlier one, and which of these it is."""
    for at, each in enumerate(outlets):
        earlier = outlets[:at]
        if each.name and each.name in {other.name for other in earlier}:
            return at, "name"
        is_alone = DRIVERS[each.driver].is_alone
        if each.port and is_alone and each.port in {other.port for other in earlier}:
            return at, "port"
    return None


def open_boxes(outlets: Iterable[Outlet], emit: Emit) -> list[OutletBox]:
    """The boxes that the sections name, not started yet. Raises DeviceMisconfigured."""
    sections = list(outlets)
    for each in sections:
        check_outlet(each)
    return [
        box
        for name, driver in DRIVERS.items()
        for box in driver.open([each for each in sections if each.driver == name], emit)
    ]


def check_name(outlet: Outlet) -> None:
    """Every box needs a name."""
    if not NAME.fullmatch(outlet.name):
        raise _wrong("name", outlet.name, "1 to 16 letters, digits, - or _")


def _wrong(key: str, value: str, allowed: str) -> DeviceMisconfigured:
    return DeviceMisconfigured(f"[[outlets]] {key}", value, allowed)


def _check_dianchuan(outlet: Outlet) -> None:
    check_name(outlet)
    ports.check_port(outlet.port, ports.OUTLET)
    if outlet.baudrate is not None and outlet.baudrate not in BAUDRATES:
        raise _wrong("baudrate", str(outlet.baudrate), ", ".join(map(str, BAUDRATES)))


def _open_dianchuan(outlets: Sequence[Outlet], emit: Emit) -> list[OutletBox]:
    from drivers.outlets.dianchuan.box import BAUDRATE, DianchuanBox

    return [DianchuanBox(each.name, each.port, emit, baudrate=each.baudrate or BAUDRATE) for each in outlets]


# A service with a device of its own may have its driver known here too.
DRIVERS: dict[str, Driver] = {
    "dianchuan": Driver(("baudrate",), _check_dianchuan, _open_dianchuan),
}
