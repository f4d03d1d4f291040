"""One `[[outlets]]` section of a configuration, as drivers see it, and what is checked alike for several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from drivers.errors import DeviceMisconfigured

NAME = re.compile(r"[A-Za-z0-9_-]{1,16}")
BAUDRATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class Outlet(Protocol):
    """A key that is not set is None, a name empty."""

    @property
    def driver(self) -> str: ...

    @property
    def port(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def baudrate(self) -> int | None: ...

    @property
    def id(self) -> str | None: ...

    @property
    def relays(self) -> str | None: ...

    @property
    def board(self) -> int | None: ...

    @property
    def meter(self) -> str | None: ...

    @property
    def meters(self) -> Sequence[int | str] | None: ...

    @property
    def meters_port(self) -> str | None: ...

    @property
    def meters_baudrate(self) -> int | None: ...


# Keys that only some drivers have.
KEYS = ("baudrate", "id", "relays", "board", "meter", "meters", "meters_port", "meters_baudrate")


def check_name(outlet: Outlet) -> None:
    """Every box needs a name."""
    if not NAME.fullmatch(outlet.name):
        raise wrong("name", outlet.name, "1 to 16 letters, digits, - or _")


def wrong(key: str, value: object, allowed: str) -> DeviceMisconfigured:
    return DeviceMisconfigured(f"[[outlets]] {key}", str(value), allowed)
