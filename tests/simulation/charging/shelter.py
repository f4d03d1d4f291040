"""The sockets beside a kiosk of a town: whatever becomes of the kiosk, what flowed there has flowed.

A box without a wire, on true time. Nothing in a town happens twice a second: between two acts somebody looks
when something changed at a socket, and else at the pace of what is under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from drivers.outlets.contracts import KEEP_ON_S, Counts, Ended, SocketId
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from kiosk.services.charging.actions import SocketView
from kiosk.services.charging.machine.session import FLOWING, State
from tests.charging.box import BoxBeside

SOCKETS = 2
METERED = ("east", "south")  # sites whose boxes count energy
STEP_MS, DYING_MS = 30_000, int(KEEP_ON_S * 1000)
DRAWS_DW = 20  # above it current flows
UNPLUGGED_DW = 3
SOON_S, NOW_AND_THEN_S, SELDOM_S, NEVER_S = 5.0, 30.0, 900.0, 1e9


def box_of(kiosk: str) -> str:
    """Its box; a kiosk that runs from a copied memory card takes its own for the one of the first."""
    return f"box-{kiosk[:1]}"


def label_of(kiosk: str, number: int) -> str:
    return f"{kiosk[:1].upper()}{number}"


class Shelter:
    """`at_ms` is true Unix time, up to which everything here has happened."""

    def __init__(self, kiosk: str, now_ms: int, *, is_metered: bool) -> None:
        self.at_ms = now_ms
        self.box = BoxBeside(
            lambda: self.at_ms,
            name=box_of(kiosk),
            sockets=SOCKETS,
            counts=Counts.METERS if is_metered else Counts.NOTHING,
        )
        for each in self.box.all.values():
            each.meter = f"meter-{kiosk}"
        self.flowed_s: Counter[int] = Counter()
        self.watched_ms = now_ms  # until then somebody has watched
        self._looked_ms = 0

    def watched(self, until_ms: int, look: Callable[[], float]) -> None:
        """Time with a kiosk that runs. `look` says in how many seconds it should be asked again."""
        pace_s = 0.0
        while self.at_ms < until_ms:
            self._run(min(until_ms, self.at_ms + int(pace_s * 1000)))
            self._looked_ms = self.watched_ms = self.at_ms
            pace_s = look()

    def alone(self, until_ms: int) -> None:
        """Time without one: whatever is on goes off by itself."""
        self._looked_ms = until_ms
        while self.at_ms < until_ms:
            self._run(until_ms)

    def _run(self, until_ms: int) -> None:
        """Up to then, or to the moment in which current begins or ceases to flow somewhere."""
        before = self._drawn()
        kept = [each for each in self.box.all.values() if each.order and each.kept_ms >= self._looked_ms]
        step_ms = STEP_MS if kept else DYING_MS
        while self.at_ms < until_ms and self._drawn() == before:
            passed_ms = min(step_ms if any(before) else until_ms - self.at_ms, until_ms - self.at_ms)
            self.at_ms += passed_ms
            for each in kept:
                each.kept_ms = self.at_ms
            self.flowed_s.update({n: passed_ms // 1000 for n in self.box.all if self.box.flows(n)})
            self.box.run(passed_ms / 1000)

    def _drawn(self) -> list[bool]:
        return [self.box.flows(number) and self.power_dw(number) > DRAWS_DW for number in self.box.all]

    def power_dw(self, number: int) -> float:
        plugged = self.box.all[number].load
        return plugged.power_dw() if plugged is not None else 0.0

    @property
    def is_on(self) -> bool:
        return any(each.order for each in self.box.all.values())

    # What people do there.

    def is_taken(self, number: int) -> bool:
        return self.box.all[number].load is not None

    def plug(self, number: int, what: str, percent: int) -> None:
        self.box.all[number].load = load(what, float(percent))

    def say_again(self, number: int, order: str, reason: str) -> None:
        """The box did not hear that it may forget an order that has ended at a socket."""
        socket = SocketId(self.box.name, number)
        self.box.ended[order] = Ended(socket, order, StopReason(reason), None, None)

    def unplug(self, number: int) -> None:
        self.box.all[number].load = None

    def all_go_home(self) -> None:
        for number in self.box.all:
            self.unplug(number)


def pace_s(view: SocketView) -> float:
    """In how many seconds a look at a socket may find something else."""
    if view.state in (State.AVAILABLE, State.SETTLED, State.FAULTED):
        return NEVER_S
    if view.state is State.WAITING:
        return NOW_AND_THEN_S
    if view.state not in FLOWING or (view.power_dw or 0) < UNPLUGGED_DW:
        return SOON_S
    return SELDOM_S
