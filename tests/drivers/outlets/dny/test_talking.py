"""How the driver speaks with a DNY box, and what it makes of nonsense."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from drivers.outlets.contracts import (
    CardAtBox,
)
from drivers.outlets.dny.commands import GAP_MS
from drivers.outlets.dny.frames import Frame
from drivers.outlets.dny.protocol import MOST_S, SILENT_MS
from drivers.outlets.dny.words import Command
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dny.bench import BOX_ID, LIMITS, NOON_S, Bench, east


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
