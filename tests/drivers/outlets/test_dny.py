"""The driver of DNY boxes against a box, on a clock that is set by hand: nothing here waits."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import (
    Alarm,
    AlarmKind,
    CardAtBox,
    Ended,
    Limits,
    Refused,
    Register,
    Sample,
    SocketId,
)
from drivers.outlets.dny.bodies import Switch
from drivers.outlets.dny.commands import ANSWER_MS, GAP_MS
from drivers.outlets.dny.frames import Frame, Splitter
from drivers.outlets.dny.protocol import AGAIN_MS, MOST_S, PORTION_S, SILENT_MS, DnyProtocol
from drivers.outlets.dny.words import REPLIES, Command
from drivers.outlets.keeping import Keeping
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dny import Box
from drivers.sim.outlets.faults import OutletFault
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.outlets.hands import Hands

BOX_ID = 0x06AB373B  # with sixteen sockets
LIMITS = Limits(longest_s=8 * 3600, most_dw=6_000)
NOON_S = 1_700_000_000
Event = TypeVar("Event", Sample, Refused, Ended, Alarm, CardAtBox)


class Bench:
    """A box with bicycles and its driver, joined without a network."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.hands.turn(1000)
        self.shelter = Shelter(16, self.hands)
        self.box = Box(BOX_ID, self._said, self.shelter)
        self.heard: list[DeviceEvent] = []
        self.begin_anew()
        self.kept: dict[int, str] = {}
        self.told: list[tuple[int, Frame]] = []  # to the box, and when
        self._down: list[Frame] = []
        self._up: list[bytes] = []
        self._splitter = Splitter()

    def begin_anew(self) -> None:
        """A kiosk that has just started."""
        self.keeping = Keeping(16, self.hands, lambda: None, AGAIN_MS)
        self.protocol = DnyProtocol(
            "east", BOX_ID, self.keeping, self.heard.append, self.hands, lambda: NOON_S * 1000
        )

    def connect(self) -> None:
        self._splitter = Splitter()
        self.protocol.connected(self._down.append)
        self.box.connected()

    def cut(self) -> None:
        self.box.disconnected()
        self._down.clear()
        self._up.clear()
        self.protocol.lost()

    def run(self, seconds: float, *, keeping: bool = True) -> None:
        for _ in range(round(seconds * 4)):
            self.hands.turn(0.25)
            for number, order in self.kept.items() if keeping else ():
                self.keeping.keep_on(number, order)
            self.box.step()
            for data in self._taken(self._up):
                for frame in self._splitter.feed(data):
                    self.protocol.heard(frame)
            self.protocol.step()
            for frame in self._taken(self._down):
                self.told.append((self.hands.ms, frame))
                self.box.received(frame.encode())

    def start(self, number: int, order: str, limits: Limits = LIMITS) -> None:
        self.keeping.switch_on(number, order, limits)
        self.kept[number] = order
        self.run(2)

    def commands(self, command: int) -> list[Frame]:
        return [frame for _, frame in self.told if frame.command == command]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kind)]

    def last(self, number: int) -> Sample:
        return [each for each in self.of(Sample) if each.socket.number == number][-1]

    def registers(self, number: int) -> list[Register]:
        """As they were told, one after the other."""
        told = (each.register for each in self.of(Sample) if each.socket.number == number)
        return [each for each in told if each is not None]

    def _said(self, data: bytes) -> None:
        self._up.append(data)

    def _taken(self, waiting: list) -> list:  # type: ignore[type-arg]
        taken = waiting[:]
        waiting.clear()
        return taken


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.connect()
    bench.run(3)
    return bench


def east(number: int) -> SocketId:
    return SocketId("east", number)


def test_a_bicycle_is_charged_and_counted_by_order(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.run(5)
    assert (bench.last(3).is_on, bench.last(3).is_plugged) == (False, True)
    assert (bench.last(4).is_on, bench.last(4).is_plugged) == (False, False)
    bench.start(3, "a1")
    sample = bench.last(3)
    assert (sample.socket, sample.is_on, sample.is_plugged, sample.order) == (east(3), True, True, "a1")
    bench.run(5)
    assert bench.last(3).power_dw == 1800
    bench.run(610)
    assert bench.registers(3) == [Register("a1", wh, is_of_order=True) for wh in (10, 20)]
    assert bench.last(3).temperature_c == pytest.approx(35, abs=3)
    bench.kept.clear()
    bench.keeping.switch_off(3, "a1")
    bench.run(3)
    assert (bench.last(3).is_on, bench.last(3).power_dw, bench.last(3).register) == (False, 0, None)
    assert [(each.socket, each.order, each.reason, each.energy_wh) for each in bench.of(Ended)] == [
        (east(3), "a1", StopReason.STOPPED, 30)
    ]
    assert bench.of(Ended)[0].charged_s == pytest.approx(617, abs=3)


def test_power_stands_until_the_next_measure_is_overdue_and_a_register_is_told_once(bench: Bench) -> None:
    bench.box.says_old_heartbeat = False
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    assert (bench.last(3).power_dw, bench.registers(3)) == (None, [])
    bench.run(310)
    assert (bench.last(3).power_dw, bench.last(3).register) == (1800, None)
    assert len(bench.registers(3)) == 1
    bench.box._tell_power = lambda number: None  # type: ignore[method-assign]
    bench.run(300)
    assert bench.last(3).power_dw == 1800
    bench.run(40)
    assert (bench.last(3).power_dw, len(bench.registers(3))) == (None, 1)


def test_what_the_box_keeps_by_itself(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    (started,) = bench.commands(Command.SWITCH)
    switch = Switch.read(started.data)
    assert (switch.port, switch.is_on, switch.order) == (2, True, "a1")
    assert (switch.longest_s, switch.most_dw, switch.timed_s) == (28_800, 6_000, PORTION_S)


def test_time_is_given_in_portions_so_that_a_dead_kiosk_opens_the_socket(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(3600)
    assert bench.last(3).is_on
    assert len(bench.commands(Command.ADJUST)) == pytest.approx(30, abs=2)
    for _ in range(PORTION_S):  # nobody is there: neither commands nor answers
        bench.hands.turn(1)
        bench.box.step()
    assert not bench.shelter[3].is_closed
    assert bench.box.eeprom.settlements


def test_no_order_gets_more_time_than_it_may_take(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1", Limits(900, 6_000))
    bench.run(1000)
    assert [each.reason for each in bench.of(Ended)][:1] == [StopReason.TIME_UP]
    assert bench.of(Ended)[0].charged_s == pytest.approx(900, abs=2)


def test_an_adopted_order_is_renewed_by_the_boxes_own_count(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.begin_anew()
    bench.keeping.keep_on(3, "a1")
    bench.connect()
    bench.run(900)
    assert bench.last(3).is_on
    assert bench.last(3).order == "a1"


def test_half_a_second_lies_between_two_commands(bench: Bench) -> None:
    for number in range(1, 17):
        bench.shelter[number].load = load("bicycle")
    for number in range(1, 17):
        bench.keeping.switch_on(number, f"a{number}", LIMITS)
        bench.kept[number] = f"a{number}"
    bench.run(30)
    commands = [ms for ms, frame in bench.told if frame.command >= 0x80]
    assert min(late - early for early, late in pairwise(commands)) >= GAP_MS
    assert sorted(bench.box.started) == sorted(f"a{number}" for number in range(1, 17))


def test_everything_goes_off_before_anything_else_and_what_conducts_first(bench: Bench) -> None:
    for number in (5, 12):
        bench.shelter[number].load = load("bicycle")
        bench.start(number, f"a{number}")
    bench.run(5)
    bench.shelter[7].load = load("bicycle")
    bench.keeping.switch_on(7, "c7", LIMITS)
    bench.keeping.all_off()
    bench.told.clear()
    bench.run(1.2)
    first = [Switch.read(frame.data) for frame in bench.commands(Command.SWITCH)]
    assert [(each.port, each.is_on) for each in first[:2]] == [(4, False), (11, False)]
    assert not any(each.is_closed for each in bench.shelter)
    bench.run(15)
    assert all(not Switch.read(frame.data).is_on for frame in bench.commands(Command.SWITCH))


def test_what_was_on_when_the_box_is_first_seen_is_opened_before_anything_is_told() -> None:
    bench = Bench()
    for number in (2, 9):
        bench.shelter[number].load = load("bicycle")
        bench.box._switch(Switch(number - 1, True, f"old{number}"))
    bench.connect()
    bench.run(6)
    assert not any(each.is_closed for each in bench.shelter)
    assert all(sample.is_on is False for sample in bench.of(Sample))
    assert bench.of(Sample)
    assert {each.order for each in bench.of(Ended)} == {"old2"}, "the next one when this is acknowledged"


def test_an_order_that_is_not_the_one_that_is_kept_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.box.eeprom.orders[3].order = "20190901180000130030380102030405"  # a card at the box, say
    bench.run(310)
    assert not bench.shelter[3].is_closed


def test_what_nobody_keeps_on_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(12, keeping=False)
    assert not bench.shelter[3].is_closed


def test_a_box_that_starts_again_by_itself_after_a_power_cut_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.hands.turn(20)
    bench.box.restart()
    assert bench.shelter[3].is_closed
    bench.connect()
    bench.run(3, keeping=False)
    assert not bench.shelter[3].is_closed


def test_a_connection_that_was_lost_for_a_moment_changes_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.hands.turn(2)
    bench.connect()
    bench.run(60)
    assert bench.last(3).is_on
    assert bench.box.started == ["a1"]


@pytest.mark.parametrize("fault", [OutletFault.LOST_ANSWER, OutletFault.WRONG_SUM, OutletFault.LOST_QUESTION])
def test_a_start_without_an_answer_is_told_once_more_under_the_same_id(
    fault: OutletFault, bench: Bench
) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = fault
    bench.start(3, "a1")
    bench.run(ANSWER_MS / 1000 + 1)
    starts = bench.commands(Command.SWITCH)
    assert len(starts) == 2 and starts[0] == starts[1]
    assert bench.box.started == ["a1"]
    assert bench.of(Refused) == []
    assert bench.last(3).is_on


def test_a_box_that_forgot_the_message_says_that_it_is_on_already(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = OutletFault.LOST_ANSWER
    bench.start(3, "a1")
    bench.box._answers.clear()
    bench.run(ANSWER_MS / 1000 + 1)
    assert (bench.of(Refused), bench.last(3).is_on) == ([], True)


def test_a_start_that_is_never_answered_is_refused_and_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    answer = bench.box._done
    bench.box._done = lambda frame: None if frame.command == Command.SWITCH else answer(frame)  # type: ignore[method-assign]
    bench.start(3, "a1")
    bench.run(2 * ANSWER_MS / 1000 + 1)
    assert [(each.socket, each.order, each.reason) for each in bench.of(Refused)] == [
        (east(3), "a1", StopReason.BOX_SILENT)
    ]
    assert not Switch.read(bench.commands(Command.SWITCH)[-1].data).is_on


def test_a_start_that_was_called_off_is_not_told_again(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = OutletFault.LOST_QUESTION
    bench.start(3, "a1")
    bench.kept.clear()
    bench.keeping.switch_off(3, "a1")
    bench.run(40)
    assert bench.box.started == []
    assert not bench.shelter[3].is_closed


@pytest.mark.parametrize("answer", REPLIES)
def test_each_answer_to_a_start_becomes_its_reason(answer: int, bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box._switch = lambda switch: answer  # type: ignore[method-assign]
    bench.start(3, "a1")
    assert [each.reason for each in bench.of(Refused)] == [REPLIES[answer]]
    assert bench.keeping.order(3) == ""
    smoke = [each.kind for each in bench.of(Alarm)]
    assert smoke == ([AlarmKind.SMOKE] if REPLIES[answer] is StopReason.SMOKE else [])


def test_an_answer_to_something_else_starts_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = OutletFault.LOST_QUESTION
    bench.start(3, "a1")
    (asked,) = bench.commands(Command.SWITCH)
    bench.protocol.heard(Frame(BOX_ID, asked.message, Command.ADJUST, b"\0" * 20))
    bench.run(ANSWER_MS / 1000 + 1)
    assert bench.box.started == ["a1"], "told again, for nobody has answered"


def test_a_settlement_without_an_order_ends_nothing_and_is_acknowledged(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.box.settle_again("", 3)
    bench.run(5)
    assert bench.box.eeprom.settlements == []
    assert bench.keeping.order(3) == "a1"


def test_nothing_plugged_in_is_said_at_once(bench: Bench) -> None:
    bench.start(3, "a1")
    assert [each.reason for each in bench.of(Refused)] == [StopReason.NO_PLUG]


def test_a_settlement_is_said_again_until_it_is_acknowledged(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(700)
    bench.shelter[3].load = None
    bench.run(30)
    assert {(each.order, each.reason, each.energy_wh) for each in bench.of(Ended)} == {
        ("a1", StopReason.UNPLUGGED, 30)
    }
    for _ in range(2):
        bench.cut()
        bench.box.restart()
        bench.connect()
        bench.run(10)
    assert len(bench.of(Ended)) == 3
    bench.protocol.acknowledge("a1")
    bench.run(1)
    assert bench.box.eeprom.settlements == []
    bench.run(30)
    assert len(bench.of(Ended)) == 3


def test_a_settlement_that_comes_days_later_once_more_does_not_end_what_runs_now(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "b2")
    bench.box.settle_again("a1", 3)
    bench.run(10)
    assert [(each.order, each.reason) for each in bench.of(Ended)] == [("a1", StopReason.FULL)]
    assert bench.last(3).is_on
    bench.protocol.acknowledge("a1")
    bench.run(1)
    assert bench.box.eeprom.settlements == []


def test_an_end_while_the_box_was_away_is_told_when_it_is_back(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.cut()
    bench.shelter[3].load = None
    for _ in range(30):
        bench.hands.turn(1)
        bench.box.step()
    bench.connect()
    bench.run(5)
    assert [(each.order, each.reason) for each in bench.of(Ended)] == [("a1", StopReason.UNPLUGGED)]
    assert bench.keeping.order(3) == ""


def test_a_welded_relay_is_told_and_opened_for_ever(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.shelter[3].is_welded = True
    bench.kept.clear()
    bench.keeping.switch_off(3, "a1")
    bench.run(5)
    assert [(each.kind, each.socket, each.is_on) for each in bench.of(Alarm)] == [
        (AlarmKind.RELAY_WELDED, east(3), True)
    ]
    assert bench.keeping.all_seen
    bench.told.clear()
    bench.run(10)
    assert len(bench.commands(Command.SWITCH)) == pytest.approx(5, abs=1)
    bench.shelter[3].is_welded = False
    bench.run(6)
    assert [each.is_on for each in bench.of(Alarm)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "alarm"),
    [
        (1, AlarmKind.POWER_CUT),
        (2, AlarmKind.WATER),
        (4, AlarmKind.SMOKE),
        (5, AlarmKind.HEAT),
        (6, AlarmKind.WATER),
        (7, AlarmKind.TAMPERED),
    ],
)
def test_an_alarm_of_the_box_is_said_once(kind: int, alarm: AlarmKind, bench: Bench) -> None:
    for _ in range(2):
        bench.box.alarm(kind)
        bench.run(1)
    assert [(each.kind, each.socket, each.is_on) for each in bench.of(Alarm)] == [(alarm, None, True)]


def test_melting_glue_names_its_port(bench: Bench) -> None:
    bench.box.alarm(3, 4)
    bench.run(1)
    assert [(each.kind, each.socket) for each in bench.of(Alarm)] == [(AlarmKind.HEAT, east(5))]


def test_a_broken_relay_is_an_alarm_of_its_socket(bench: Bench) -> None:
    bench.shelter[3].is_broken = True
    bench.run(6)
    bench.shelter[3].is_broken = False
    bench.run(6)
    assert [(each.kind, each.socket, each.is_on) for each in bench.of(Alarm)] == [
        (AlarmKind.BOX_FAULT, east(3), True),
        (AlarmKind.BOX_FAULT, east(3), False),
    ]


def test_it_gets_the_time_and_is_registered(bench: Bench) -> None:
    assert bench.commands(Command.TIME)[0].data == NOON_S.to_bytes(4, "little")
    assert {frame.data for frame in bench.commands(Command.REGISTER)} == {b"\0"}
    assert {frame.data for frame in bench.commands(Command.HEARTBEAT)} == {b"\0"}


def test_a_card_at_the_box_is_told_once_however_often_the_box_says_so(bench: Bench) -> None:
    uid = bytes.fromhex("7A8D05DD")
    bench.box.lay_card(uid, 3)
    raw = bench._up[-1]
    bench.run(1)
    bench._up.append(raw)
    bench.run(1)
    assert [(each.socket, each.uid) for each in bench.of(CardAtBox)] == [(east(3), uid)]
    assert [frame.data for frame in bench.commands(Command.CARD)] == [uid + bytes([0, 0, 0, 0, 0, 0, 2])] * 2
    bench.told.clear()
    bench.box.lay_card(uid, None)
    bench.run(1)
    assert bench.of(CardAtBox)[-1].socket is None
    assert bench.commands(Command.CARD) == [], "the kiosk's screen says the balance"


@given(st.integers(0, 255), st.binary(max_size=60))
def test_whatever_a_frame_carries_it_never_raises(command: int, data: bytes) -> None:
    bench = Bench()
    bench.protocol.connected(lambda _: None)
    bench.protocol.heard(Frame(BOX_ID, 7, command, data))
    bench.protocol.step()


def test_frames_that_are_too_short_or_unknown_are_passed_over(bench: Bench) -> None:
    for command in range(256):
        for data in (b"", b"\0", b"\xff" * 3):
            bench.protocol.heard(Frame(BOX_ID, 7, command, data))
    bench.run(6)
    assert bench.last(3).is_on is False


def test_a_box_that_says_nothing_any_more_is_silent(bench: Bench) -> None:
    bench.run(60)
    assert not bench.protocol.is_silent
    for _ in range(SILENT_MS // 100 + 1):
        bench.hands.turn(0.1)
        bench.protocol.step()
    assert bench.protocol.is_silent
    assert MOST_S == 0xFFFF
