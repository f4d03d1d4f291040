"""The drivers of the 电川 board and of DNY boxes in the place of the box in memory; relays are in `wired`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Counts
from drivers.sim.outlets.shelter import Shelter, Socket
from drivers.supervision import Reason
from tests.drivers.outlets.dianchuan.bench import Bench as DianchuanBench
from tests.drivers.outlets.dny.bench import Bench as DnyBench


class DrivenBox:
    """Stands in the place of a `BoxBeside`; what the counter asks goes to the driver."""

    def __init__(
        self, box: Any, shelter: Shelter, told: list[DeviceEvent], run: Callable[[float], None]
    ) -> None:
        self._box, self._shelter, self._told = box, shelter, told
        self.run = run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._box, name)

    @property
    def all(self) -> Mapping[int, Socket]:
        return dict(enumerate(self._shelter, start=1))

    def heard(self) -> list[DeviceEvent]:
        heard = self._told[:]
        self._told.clear()
        return heard


def dianchuan() -> DrivenBox:
    """The ten-port board of 电川, which counts no energy."""
    bench = DianchuanBench()
    bench.open()
    bench.box._supervisor._tell(Reason.READY)

    def run(seconds: float) -> None:
        bench.run(seconds, keeping=False)

    return DrivenBox(bench.box, bench.shelter, bench.heard, run)


class _DnyBench:
    """What `DnyBox` is to the counter, with the wire in memory."""

    counts, sockets, name, ready = Counts.ORDERS, 16, "east", True

    def __init__(self, bench: DnyBench) -> None:
        self._bench = bench
        keeping = bench.keeping
        self.switch_on, self.keep_on = keeping.switch_on, keeping.keep_on
        self.switch_off, self.all_off = keeping.switch_off, keeping.all_off
        self.acknowledge = bench.protocol.acknowledge


def dny() -> DrivenBox:
    """A box of DNY's protocol, which counts each order by itself."""
    bench = DnyBench()
    bench.connect()
    return DrivenBox(_DnyBench(bench), bench.shelter, bench.heard, lambda s: bench.run(s, keeping=False))
