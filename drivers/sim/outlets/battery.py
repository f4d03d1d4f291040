"""A battery and its charger behind a socket. Time is given to it; it has no clock and no thread.

A charger takes constant power until the battery is nearly full, then less and less (the taper), and when that
has fallen to a tenth it changes to float: it only keeps up what is there. Figures are those of a common
48 V 20 Ah bicycle: 960 Wh at 180 W.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

CAPACITY_WH = 960.0  # 48 V x 20 Ah
WORN_WH = 380.0  # what years leave of it
POWER_DW = 1_800.0  # 0.1 W
EFFICIENCY = 0.88  # of the charger: the rest is heat
TAPER_FROM = 0.9  # share of the capacity
FLOAT_AT = 0.1  # share of its power to which a charger tapers before it changes to float
FLOAT_DW = 30.0
IDLE_DW = 15.0  # a charger without a battery
FAINT_DW = 8.0  # less than a charger that stands idle: a lamp
STEP_S = 10.0
RISE_C, HOT_RISE_C = 12.0, 80.0  # of a socket at a bicycle's usual power, and of one with a bad contact


class Load(Protocol):
    """What is plugged into a socket."""

    rise_c: float  # by how much it warms the socket in the end at the power it takes when it takes most

    @property
    def most_dw(self) -> float: ...

    def power_dw(self) -> float:
        """What it takes now while it has mains."""

    def run(self, seconds: float) -> float:
        """Let it have mains so long; return the energy that it took, in Wh."""


@dataclass(slots=True)
class Battery:
    capacity_wh: float = CAPACITY_WH
    charge: float = 0.3  # share of the capacity


@dataclass(slots=True)
class Charger:
    """With a battery, or without one."""

    battery: Battery | None = field(default_factory=Battery)
    most_dw: float = POWER_DW
    rise_c: float = RISE_C
    is_floating: bool = False

    def power_dw(self) -> float:
        if self.battery is None:
            return IDLE_DW
        return FLOAT_DW if self.is_floating else self._tapered_dw(self.battery.charge)

    def run(self, seconds: float) -> float:
        energy_wh, left_s = 0.0, seconds
        while left_s > 0:
            step_s = min(left_s, STEP_S)
            energy_wh += self._step(step_s)
            left_s -= step_s
        return energy_wh

    def _step(self, seconds: float) -> float:
        energy_wh = self.power_dw() / 10 * seconds / 3600
        if self.battery is not None and not self.is_floating:
            self.battery.charge += energy_wh * EFFICIENCY / self.battery.capacity_wh
            self.is_floating = self._tapered_dw(self.battery.charge) <= FLOAT_AT * self.most_dw
        return energy_wh

    def _tapered_dw(self, charge: float) -> float:
        return self.most_dw * max(0.0, min(1.0, (1 - charge) / (1 - TAPER_FROM)))


@dataclass(slots=True)
class Appliance:
    """What takes the same for ever, such as a heater or a lamp."""

    most_dw: float
    rise_c: float = RISE_C

    def power_dw(self) -> float:
        return self.most_dw

    def run(self, seconds: float) -> float:
        return self.most_dw / 10 * seconds / 3600


@dataclass(slots=True)
class Together:
    """Several on one plug."""

    loads: list[Load]
    rise_c: float = RISE_C

    @property
    def most_dw(self) -> float:
        return sum(each.most_dw for each in self.loads)

    def power_dw(self) -> float:
        return sum(each.power_dw() for each in self.loads)

    def run(self, seconds: float) -> float:
        return sum(each.run(seconds) for each in self.loads)


def _bicycle(charge: float, most_dw: float = POWER_DW, rise_c: float = RISE_C) -> Charger:
    return Charger(Battery(charge=charge), most_dw, rise_c)


# What can be plugged in by name; the share is that to which its battery is charged already.
LOADS: Mapping[str, Callable[[float], Load]] = MappingProxyType(
    {
        "bicycle": _bicycle,
        "worn": lambda charge: Charger(Battery(WORN_WH, charge)),
        "full": lambda _: Charger(Battery(charge=0.99), is_floating=True),
        "two_bicycles": lambda charge: Together([_bicycle(charge), _bicycle(charge)]),
        "strong": lambda charge: _bicycle(charge, most_dw=12_000.0),  # overload of a socket
        "heater": lambda _: Appliance(25_000.0),
        "hot": lambda charge: _bicycle(charge, rise_c=HOT_RISE_C),
        "charger_alone": lambda _: Charger(None),
        "faint": lambda _: Appliance(FAINT_DW),
    }
)


def load(name: str, charge_percent: float = 30.0) -> Load:
    """Raises `ValueError` for what cannot be plugged in."""
    if name not in LOADS:
        raise ValueError(f"load = {name!r}: {', '.join(LOADS)} are allowed")
    if not 0 <= charge_percent <= 100:
        raise ValueError(f"charge_percent = {charge_percent}: 0 to 100 is allowed")
    return LOADS[name](charge_percent / 100)
