"""Answers that come too late, or of another port, are nobody's."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import Sample
from drivers.outlets.dianchuan.exchanges import Exchanges, Timing
from drivers.outlets.dianchuan.frames import REPLY, Frame
from drivers.outlets.dianchuan.words import Command
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.faults import OutletFault
from tests.drivers.outlets.dianchuan.bench import Bench, DirectLine
from tests.drivers.outlets.hands import Hands


class ScriptedLine(DirectLine):
    """Each question is answered after so many milliseconds with so many tenths of a watt of a port."""

    def __init__(self, hands: Hands, script: list[tuple[int, int, int]]) -> None:
        super().__init__(hands)
        self._script, self._due = script, list[tuple[int, bytes]]()

    def write(self, data: bytes) -> None:
        after_ms, port, power_dw = self._script.pop(0)
        told = bytes([port, 0, 1]) + power_dw.to_bytes(2, "big")
        self._due.append((self._hands.ms + after_ms, Frame(REPLY, Command.PORT, told).encode()))

    def read(self, wait_s: float) -> bytes:
        self._hands.turn(wait_s)
        due = [data for at_ms, data in self._due if at_ms <= self._hands.ms]
        self._due = [each for each in self._due if each[0] > self._hands.ms]
        return b"".join(due)


def test_a_late_answer_is_never_taken_for_the_next_ones(either: Bench) -> None:
    for number in (3, 4):
        either.shelter[number].load = load("bicycle" if number == 3 else "faint")
        either.start(number, f"a{number}")
    either.heard.clear()
    for _ in range(100):
        either.board.next_answer = either.board.next_answer or OutletFault.LATE_ANSWER
        either.run(1.7)
    powers = {
        n: {each.power_dw for each in either.told(Sample) if each.socket.number == n} for n in (3, 4, 5)
    }
    assert (powers[3], powers[4], powers[5]) <= ({1800, None}, {8, None}, {0, None})
    assert [powers[n] - {None} for n in (3, 4, 5)] == [{1800}, {8}, {0}]


@pytest.mark.parametrize("late", [3, 4], ids=["of the same port", "of another"])
def test_an_answer_without_an_id_that_comes_late_answers_nothing(late: int) -> None:
    hands = Hands()
    line = ScriptedLine(hands, [(700, late, 999), (300, 3, 42)])
    exchanges = Exchanges(line, hands, Timing(), lambda _: None)
    exchanges._repeats_ids = False
    assert exchanges.ask(Command.PORT, bytes([late]), late) is None
    assert exchanges.ask(Command.PORT, b"\3", 3) == bytes.fromhex("030001002a")


def test_an_answer_of_another_port_is_no_answer() -> None:
    hands = Hands()
    exchanges = Exchanges(ScriptedLine(hands, [(100, 4, 999)]), hands, Timing(), lambda _: None)
    exchanges._repeats_ids = False
    assert exchanges.ask(Command.PORT, b"\3", 3) is None
