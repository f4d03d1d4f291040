"""The driver of the 电川 board against a board, on a clock that is set by hand: nothing here waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Alarm, AlarmKind, Ended, Limits, OutletBox, Refused, Sample, SocketId
from drivers.outlets.dianchuan.box import DianchuanBox
from drivers.outlets.dianchuan.exchanges import Exchanges, Timing
from drivers.outlets.dianchuan.frames import REPLY, Frame
from drivers.outlets.dianchuan.session import BoardSession
from drivers.outlets.dianchuan.words import Command
from drivers.outlets.keeping import KEEP_ON_MS
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dianchuan import Board
from drivers.sim.outlets.faults import OutletFault
from drivers.sim.outlets.shelter import Shelter
from drivers.supervision import Reason
from tests.drivers.outlets.hands import Hands

LIMITS = Limits(longest_s=8 * 3600, most_dw=6_000)
EAST_3 = SocketId("east", 3)
Event = TypeVar("Event", Sample, Refused, Ended, Alarm)


class DirectLine:
    """A line without wires: reading turns the clock on."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._heard = b""
        self.board: Board | None = None
        self.wire: list[bytes] = []
        self.is_open = False

    def write(self, data: bytes) -> None:
        assert self.board is not None
        self.wire.append(data)
        self._hands.turn(0.03)
        self.board.received(data)

    def said(self, data: bytes) -> None:
        self._heard += data

    def read(self, wait_s: float) -> bytes:
        assert self.board is not None
        if not self._heard:
            self._hands.turn(wait_s)
            self.board.step()
        heard, self._heard = self._heard, b""
        return heard

    def close(self) -> None:
        self._heard = b""

    def wake(self) -> None: ...

    def cancel(self) -> None: ...


class Bench:
    """A board with bicycles, its driver, and who keeps the orders on."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.hands.turn(1000)
        self.line = DirectLine(self.hands)
        self.shelter = Shelter(10, self.hands)
        self.board = self.line.board = Board(self.shelter, self.line.said, self.hands)
        self.heard: list[DeviceEvent] = []
        self.box = DianchuanBox(
            "east", "/dev/none", self.heard.append, clock=self.hands, connect=lambda _: self.line
        )
        self.kept: dict[int, str] = {}
        self.session: BoardSession

    def open(self) -> None:
        self.session = self.box.new_session()
        self.session.open()

    def run(self, seconds: float, *, keeping: bool = True) -> None:
        until_ms = self.hands.ms + round(seconds * 1000)
        while self.hands.ms < until_ms:
            if keeping:
                for number, order in self.kept.items():
                    self.box.keep_on(number, order)
            self.session.step()

    def start(self, number: int, order: str) -> None:
        self.box._keeping.switch_on(number, order, LIMITS)
        self.kept[number] = order
        self.run(2)

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kind)]

    def last(self, number: int) -> Sample:
        return [each for each in self.told(Sample) if each.socket.number == number][-1]


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.open()
    bench.run(2)
    return bench


@pytest.fixture(params=[True, False], ids=["repeats ids", "answers with zeros"])
def either(request: pytest.FixtureRequest) -> Bench:
    bench = Bench()
    bench.board.repeats_ids = request.param
    bench.open()
    bench.run(2)
    return bench


def test_it_is_a_box_like_any_other(bench: Bench) -> None:
    assert isinstance(bench.box, OutletBox)
    assert (bench.box.name, bench.box.sockets, bench.box.has_registers) == ("east", 10, False)


def test_a_bicycle_is_charged_and_what_the_board_cannot_tell_is_none(either: Bench) -> None:
    either.shelter[3].load = load("bicycle")
    either.start(3, "a1")
    sample = either.last(3)
    assert (sample.socket, sample.is_on, sample.is_plugged, sample.power_dw) == (EAST_3, True, True, 1800)
    assert (sample.register, sample.temperature_c, sample.order) == (None, None, "")
    idle = either.last(4)
    assert (idle.is_on, idle.is_plugged, idle.power_dw) == (False, None, 0)
    either.box.switch_off(3, "a1")
    either.run(2)
    assert (either.last(3).is_on, either.last(3).power_dw) == (False, 0)
    assert either.board.started == [3]


def test_all_ports_are_looked_at_once_a_second(bench: Bench) -> None:
    before = len(bench.told(Sample))
    bench.run(60)
    assert len(bench.told(Sample)) - before == pytest.approx(600, abs=10)


def test_looks_go_on_each_second_after_much_was_switched(bench: Bench) -> None:
    for number in range(1, 11):
        bench.shelter[number].load = load("bicycle")
        bench.box._keeping.switch_on(number, f"a{number}", LIMITS)
        bench.kept[number] = f"a{number}"
    bench.run(4)
    bench.heard.clear()
    bench.run(3)
    assert len([each for each in bench.told(Sample) if each.socket.number == 7]) >= 2


def test_ten_sockets_in_use_are_opened_within_a_second(bench: Bench) -> None:
    for number in range(1, 11):
        bench.shelter[number].load = load("bicycle")
        bench.box._keeping.switch_on(number, f"a{number}", LIMITS)
        bench.kept[number] = f"a{number}"
    bench.run(4)
    bench.box.all_off()
    bench.run(0.5)
    assert not any(each.is_closed for each in bench.shelter)


def test_at_the_start_everything_is_switched_off_before_anything_is_told() -> None:
    bench = Bench()
    for number in (2, 7):
        bench.shelter[number].load = load("bicycle")
        bench.board._start(number, 480)
    bench.open()
    bench.run(3)
    assert [each.is_closed for each in bench.shelter] == [False] * 10
    assert all(sample.is_on is False and sample.power_dw == 0 for sample in bench.told(Sample))
    assert bench.told(Sample)


def test_what_nobody_keeps_on_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(KEEP_ON_MS / 1000 + 30)
    assert bench.last(3).is_on
    bench.run(KEEP_ON_MS / 1000 + 1, keeping=False)
    assert not bench.shelter[3].is_closed
    assert not bench.last(3).is_on


def test_a_line_that_was_lost_keeps_what_is_kept_and_opens_the_rest(bench: Bench) -> None:
    for number, order in ((3, "a1"), (4, "b2")):
        bench.shelter[number].load = load("bicycle")
        bench.start(number, order)
    del bench.kept[4]
    bench.session.close()
    bench.hands.turn(20)
    bench.box.keep_on(3, "a1")
    bench.open()
    bench.run(2)
    assert [bench.shelter[number].is_closed for number in (3, 4)] == [True, False]
    assert bench.board.started == [3, 4], "nothing was switched on twice"


@pytest.mark.parametrize("fault", [OutletFault.LOST_ANSWER, OutletFault.LATE_ANSWER, OutletFault.WRONG_SUM])
def test_a_start_whose_answer_is_lost_is_looked_for_and_never_told_twice(
    fault: OutletFault, either: Bench
) -> None:
    either.shelter[3].load = load("bicycle")
    either.run(0.1)
    either.session._round = []
    either.board.next_answer = fault
    either.start(3, "a1")
    starts = [frame for frame in either.line.wire if frame[2] == 0x02]
    assert (len(starts), either.board.started) == (1, [3])
    assert either.last(3).is_on
    assert either.told(Refused) == []


def test_a_start_that_was_never_heard_is_told_again(either: Bench) -> None:
    either.shelter[3].load = load("bicycle")
    either.session._round = []
    either.board.next_answer = OutletFault.LOST_QUESTION
    either.start(3, "a1")
    assert either.board.started == [3]
    assert either.last(3).is_on


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


def test_a_start_that_was_called_off_meanwhile_is_not_told_again(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    received = bench.board.received

    def lose_the_start(data: bytes) -> None:
        if data[2] != Command.START:
            received(data)
        elif bench.kept.pop(3, None):
            bench.box.switch_off(3)  # while its answer is waited for
        else:
            received(data)

    bench.board.received = lose_the_start  # type: ignore[method-assign]
    bench.start(3, "a1")
    assert bench.board.started == []
    assert bench.told(Refused) == []


def test_a_board_that_says_no_is_reported_once_with_a_reason(bench: Bench) -> None:
    bench.board._start = lambda number, minutes: 2  # type: ignore[method-assign]
    bench.start(3, "a1")
    assert [(each.socket, each.order, each.reason) for each in bench.told(Refused)] == [
        (EAST_3, "a1", StopReason.BOX_FAULT)
    ]
    assert bench.box._keeping.order(3) == ""


def test_a_board_that_falls_silent_is_given_up_and_the_start_refused(bench: Bench) -> None:
    bench.board.received = lambda data: None  # type: ignore[method-assign]
    bench.box._keeping.switch_on(3, "a1", LIMITS)
    with pytest.raises(TimeoutError) as caught:
        bench.run(10)
    assert bench.session.diagnose(caught.value) is Reason.SILENT
    assert [each.reason for each in bench.told(Refused)] == [StopReason.BOX_SILENT]
    assert bench.box._keeping.to_open() == [(3, "a1")], "when it comes back, whatever it heard is opened"


def test_while_the_board_is_away_a_start_is_refused_at_once() -> None:
    bench = Bench()
    bench.box.switch_on(3, "a1", LIMITS)
    assert [each.reason for each in bench.told(Refused)] == [StopReason.BOX_SILENT]


def test_everything_goes_off_before_a_start_that_waits(bench: Bench) -> None:
    for number in (1, 2):
        bench.shelter[number].load = load("bicycle")
        bench.start(number, f"a{number}")
    bench.box._keeping.switch_on(5, "c3", LIMITS)
    bench.box.all_off()
    bench.line.wire.clear()
    bench.run(3)
    assert [frame[2] for frame in bench.line.wire[:11]] == [0x0B] * 10 + [0x01], "opened, then looked at"
    assert not any(each.is_closed for each in bench.shelter)
    assert 0x02 not in {frame[2] for frame in bench.line.wire}


def test_a_welded_relay_is_told_within_a_poll_and_opened_for_ever(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.shelter[3].is_welded = True
    bench.kept.clear()
    bench.box.switch_off(3, "a1")
    bench.run(1.5)
    assert [(each.kind, each.socket, each.is_on) for each in bench.told(Alarm)] == [
        (AlarmKind.RELAY_WELDED, EAST_3, True)
    ]
    bench.line.wire.clear()
    bench.run(5)
    assert len([frame for frame in bench.line.wire if frame[2] == 0x0B]) == pytest.approx(5, abs=1)
    assert {each.socket.number for each in bench.told(Sample)[-30:]} == set(range(1, 11)), "the rest goes on"
    bench.shelter[3].is_welded = False
    bench.run(2)
    assert [each.is_on for each in bench.told(Alarm)] == [True, False]


@pytest.mark.parametrize(
    ("name", "minutes", "reason"),
    [
        ("bicycle", 2, StopReason.TIME_UP),
        ("full", 480, StopReason.UNPLUGGED),
        ("heater", 480, StopReason.OVERLOAD),
        (None, 480, StopReason.NO_PLUG),
    ],
)
def test_what_the_board_ends_itself_is_told_until_it_is_acknowledged(
    name: str | None, minutes: int, reason: StopReason, bench: Bench
) -> None:
    bench.shelter[3].load = load(name) if name else None
    bench.box._keeping.switch_on(3, "a1", Limits(minutes * 60, 6_000))
    bench.kept[3] = "a1"
    bench.run(5)
    if name == "full":
        bench.shelter[3].load = None
    bench.run(130)
    ends = bench.told(Ended)
    assert {(each.socket, each.order, each.reason, each.energy_wh) for each in ends} == {
        (EAST_3, "a1", reason, None)
    }
    assert ends[0].charged_s == {StopReason.TIME_UP: 120, StopReason.NO_PLUG: 0}.get(
        reason, ends[0].charged_s
    )
    bench.run(6)
    assert len(bench.told(Ended)) > len(ends) >= 1
    bench.box.acknowledge("a1")
    bench.run(1)
    bench.heard.clear()
    bench.run(30)
    assert bench.told(Ended) == []


def test_a_full_battery_ends_by_the_board(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle", 99)
    bench.box._keeping.switch_on(3, "a1", LIMITS)
    bench.kept[3] = "a1"
    bench.run(2)
    for _ in range(8):
        bench.shelter.pass_time(500)
        bench.run(1)
    assert {each.reason for each in bench.told(Ended)} == {StopReason.FULL}


def test_a_late_end_does_not_end_the_next_order(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.box.switch_off(3, "a1")
    bench.run(2)
    bench.start(3, "b2")
    bench.line.said(bytes.fromhex("EE0C05303030303030030001010A"))
    bench.run(1)
    assert bench.told(Ended) == []
    assert bench.last(3).is_on


def test_a_board_that_restarts_is_seen_open_and_nothing_is_switched_on_again(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.board.restart()
    bench.run(3)
    assert bench.last(3).is_on is False
    assert bench.board.started == [3]


@pytest.mark.parametrize(
    ("happens", "kind", "number"),
    [
        (lambda board: board.break_socket(3), AlarmKind.BOX_FAULT, 3),
        (lambda board: board.overload(), AlarmKind.BOX_OVERLOAD, None),
        (lambda board: board.lose_supply(), AlarmKind.POWER_CUT, None),
    ],
)
def test_faults_become_alarms_said_once(
    happens: Callable[[Board], None], kind: AlarmKind, number: int | None, bench: Bench
) -> None:
    for _ in range(3):
        happens(bench.board)
        bench.run(1)
    alarms = bench.told(Alarm)
    assert [(each.kind, each.is_on) for each in alarms] == [(kind, True)]
    assert alarms[0].socket == (None if number is None else SocketId("east", number))
    acknowledged = [frame for frame in bench.line.wire if frame[0] == 0x66]
    assert {frame.hex() for frame in acknowledged} == {"66090d303030303030" + "01" + "05"}
    bench.run(301)
    assert [each.is_on for each in bench.told(Alarm)] == [True, False]


def test_noise_on_the_line_costs_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    for _ in range(20):
        bench.line.said(bytes.fromhex("ee3002ffee6613"))
        bench.run(1)
    assert bench.last(3).power_dw == 1800
