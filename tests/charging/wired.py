"""A box of relays and meters, its driver and its line, in the place of the box in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.contracts import Happened
from drivers.outlets.relays.box import RelayBox
from drivers.outlets.relays.session import Pace
from drivers.sim.outlets.battery import Load
from tests.drivers.outlets.rs485.shed import Shed
from tests.drivers.outlets.rs485.virtual_line import VirtualClock

BEFORE_S = 10.0  # so long the box has been there when the kiosk opens


@dataclass
class WiredSocket:
    shed: Shed
    number: int

    @property
    def load(self) -> Load | None:
        return self.shed.shelter[self.number].load

    @load.setter
    def load(self, load: Load | None) -> None:
        self.shed.shelter[self.number].load = load

    @property
    def order(self) -> str:
        return self.shed.box._keeping.order(self.number)

    @property
    def conducts(self) -> bool:
        return self.number in self.shed.conducting

    @property
    def energy_wh(self) -> float:
        """As the simulated socket counts it, whatever its meter says."""
        return self.flowed_wh

    @property
    def flowed_wh(self) -> float:
        return self.shed.shelter[self.number].energy_wh


class WiredBox:
    """What `Point` wants of its box. `clock` is the line's; time for both passes in `run`."""

    def __init__(
        self, clock: VirtualClock, pace: Pace | None = None, *, is_timed: bool = True, sockets: int
    ) -> None:
        self.clock = clock
        self.shed = Shed(clock, sockets, is_timed, pace, name="east")
        for socket in self.shed.shelter:
            socket.load = None
        self.all = {number: WiredSocket(self.shed, number) for number in range(1, sockets + 1)}
        self.run(BEFORE_S)

    def __call__(self, _: Callable[[], int]) -> WiredBox:
        return self

    @property
    def box(self) -> RelayBox:
        return self.shed.box

    def __getattr__(self, name: str) -> object:
        """Whatever a counter asks of a box."""
        return getattr(self.shed.box, name)

    def run(self, seconds: float) -> None:
        self.shed.run(seconds)

    def heard(self) -> list[Happened]:
        told = [each for each in self.shed.told if isinstance(each, Happened)]
        self.shed.forget()
        return told

    def is_on(self, number: int) -> bool:
        return number in self.shed.conducting
