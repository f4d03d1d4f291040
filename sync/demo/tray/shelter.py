"""What a visitor may do at the shelter: bicycles in every condition, and what goes wrong with sockets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from drivers.sim.remote import SimulatedOutlets, SimulatedReader
from sync.demo.people import SHELTER_CARDS
from sync.demo.population import TrayCard
from sync.demo.processes import Processes
from sync.demo.relay import Relay
from sync.demo.tray.levers import HOLD_MS

# By the socket at which it stands: see `drivers.sim.outlets.battery`.
STANDING = {
    1: "bicycle",
    2: "worn",
    3: "two_bicycles",
    4: "full",
    5: "charger_alone",
    6: "strong",
    7: "hot",
}
WELDED = 1


def near_shelter(cards: Sequence[TrayCard]) -> list[TrayCard]:
    """Of whoever lives there, and of some who are at home at the canteen."""
    return [each for each in cards if each.resident_id in SHELTER_CARDS]


@dataclass
class ShelterLevers:
    """Everything that can be pulled at the shelter, which has a reader and no scanner."""

    reader: SimulatedReader
    box: SimulatedOutlets
    cable: Relay
    processes: Processes

    def acts(self) -> dict[str, Callable[[], None]]:
        return {
            **{f"plug-{load}": partial(self.box.plug, socket, load) for socket, load in STANDING.items()},
            "unplug": self._unplug,
            "smoke": lambda: self.box.fault("smoke"),
            "heat": lambda: self.box.fault("heat"),
            "water": lambda: self.box.fault("water"),
            "weld": lambda: self.box.fail_socket("welded", WELDED),
            "mend": self.box.recover,
            "no-mains": lambda: self.box.fault("no_mains"),
            "cut-box": lambda: self.box.fault("unplugged"),
            "kill": lambda: self.processes.kill("shelter"),
            "cut": self.cable.cut,
            "join": self.cable.mend,
        }

    def state(self) -> dict[str, str]:
        """By lever, how it stands."""
        return {
            "cable": "whole" if self.cable.whole else "cut",
            "box": "away" if self.box.status()["fault"] else "there",
        }

    def lay(self, card: TrayCard) -> None:
        if card.spec is not None:
            self.reader.tap(card.spec, HOLD_MS)

    def sockets(self) -> list[dict[str, Any]]:
        return self.box.sockets()

    def _unplug(self) -> None:
        for socket in STANDING:
            self.box.unplug(socket)
