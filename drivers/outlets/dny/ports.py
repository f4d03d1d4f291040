"""What is known of each port of a DNY box, put together from what it says now and then.

States come with each heartbeat; power with some; power, energy and order every five minutes while it charges.
So its power stands until the next one is overdue, and no longer than its port is on. Its register is told
once: whoever weighs how fast a count goes has to know when it was read.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.clock import MonotonicMs
from drivers.outlets.contracts import Register, Sample, SocketId
from drivers.outlets.dny.bodies import Power
from drivers.outlets.dny.words import PORT_STATES, UNKNOWN_STATE, PortState

MEASURED_EVERY_MS = 300_000
OVERDUE_MS = MEASURED_EVERY_MS + 30_000


@dataclass(slots=True)
class Port:
    """`number` is that of the socket, from 1; on the wire ports count from 0."""

    number: int
    state: PortState | None = None
    power_dw: int | None = None
    power_ms: int = 0
    wh: int | None = None  # read, and not told yet
    order: str = ""  # as the box says
    began_ms: int | None = None  # the order, by the box's own count
    renewed_ms: int = 0  # when its time was last made longer
    temperature_c: int | None = None

    def is_now(self, state: int) -> None:
        now = PORT_STATES.get(state, UNKNOWN_STATE)
        if self.state is None or now.is_on != self.state.is_on:
            self.power_dw = None
        if not now.is_on:
            self.order, self.wh, self.began_ms = "", None, None
        self.state = now

    def draws(self, power_dw: int, now_ms: int) -> None:
        self.power_dw, self.power_ms = power_dw, now_ms

    def measured(self, power: Power, now_ms: int) -> None:
        """The box says so of a port while it charges, and at no other time."""
        self.draws(power.power_dw, now_ms)
        if self.state is not None and self.state.is_on:
            self.order, self.wh = power.order, power.energy_wh
            self.began_ms = now_ms - power.charged_s * 1000
        self.temperature_c = power.temperature_c

    def accepted(self, order: str, now_ms: int) -> None:
        """The box said that it starts this order."""
        self.order, self.wh = order, None
        self.began_ms = now_ms
        self.renewed_ms = 0

    def power_at(self, now_ms: int) -> int | None:
        return self.power_dw if now_ms - self.power_ms <= OVERDUE_MS else None

    def sample(self, box: str, clock: MonotonicMs, room_c: int | None) -> Sample:
        now_ms = clock()
        wh, self.wh = self.wh, None
        register = Register(self.order, wh, is_of_order=True) if self.order and wh is not None else None
        return Sample(
            SocketId(box, self.number),
            now_ms,
            self.state.is_on if self.state is not None else None,
            self.state.is_plugged if self.state is not None else None,
            self.power_at(now_ms),
            register,
            self.temperature_c if self.temperature_c is not None else room_c,
            self.order,
        )
