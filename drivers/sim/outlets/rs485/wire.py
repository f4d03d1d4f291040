"""What happens on a line of several slaves, without the line: who hears what, and what comes back when.

Pseudo terminals carry it in the demo; tests also carry it on a clock of their own, through years in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from drivers.sim.outlets.faults import SlaveFault

Split = Callable[[bytes], tuple[list[bytes], bytes]]
LATE_S = 0.45  # later than a Modbus master waits
AGAIN_S = 0.02


class Slave(Protocol):
    @property
    def address(self) -> int | str: ...

    def answer(self, request: bytes) -> bytes | None: ...

    def pass_time(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """Bytes that go back to the master, so many seconds after its question."""

    after_s: float
    data: bytes


@dataclass
class Wire:
    """`slaves` of one protocol, whose requests `split` tells from each other."""

    slaves: Sequence[Slave]
    split: Split
    faults: dict[int | str, SlaveFault] = field(default_factory=dict)
    late_s: float = LATE_S
    _begun: bytes = b""

    def hear(self, data: bytes) -> list[Said]:
        """The master sent this."""
        requests, self._begun = self.split(self._begun + data)
        return [said for request in requests for slave in self.slaves for said in self._ask(slave, request)]

    def fall_silent(self) -> None:
        """Nobody spoke for a while: what was begun goes no further."""
        self._begun = b""

    def pass_time(self) -> None:
        for slave in self.slaves:
            slave.pass_time()

    def _ask(self, slave: Slave, request: bytes) -> list[Said]:
        fault = self.faults.get(slave.address)
        if fault is SlaveFault.ABSENT:
            return []
        answer = slave.answer(request)
        return [] if answer is None else self._spoil(answer, fault)

    def _spoil(self, answer: bytes, fault: SlaveFault | None) -> list[Said]:
        """What becomes of an answer."""
        match fault:
            case SlaveFault.DEAF:
                return []
            case SlaveFault.LATE:
                return [Said(self.late_s, answer)]
            case SlaveFault.WRONG_CRC:
                return [Said(0, answer[:-2] + bytes([answer[-2] ^ 0x01, answer[-1]]))]
            case SlaveFault.CUT_SHORT:
                return [Said(0, answer[: len(answer) // 2])]
            case SlaveFault.TWICE:
                return [Said(0, answer), Said(AGAIN_S, answer)]
            case SlaveFault.TWIN:
                return [Said(0, bytes(octet & 0x5B for octet in answer))]
        return [Said(0, answer)]
