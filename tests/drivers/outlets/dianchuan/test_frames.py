"""The wire of the 电川 board: frames captured from a real one, noise, and what its numbers mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.dianchuan.frames import LONGEST, REPLY, REQUEST, Frame, Splitter
from drivers.outlets.dianchuan.words import ALARMS, REASONS, Command
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.dianchuan import ITS_SESSION, SETTINGS

h = bytes.fromhex
CAPTURED = {
    "EE09010000000000000008": Frame(REQUEST, Command.STATES, b"\0"),
    "6613010000000000000A0101010101010101010118": Frame(REPLY, Command.STATES, b"\x0a" + b"\1" * 10),
    "EE0D0200000000000001000000030D": Frame(REQUEST, Command.START, h("0100000003")),
    "660A02000000000000010108": Frame(REPLY, Command.START, h("0101")),
    "660D0600000000000001000000000A": Frame(REPLY, Command.PORT, h("0100000000")),
    "EE090C0000000000000005": Frame(REQUEST, 0x0C, b"\0"),
    "66110C00000000000001F40000FF00FF00FF17": Frame(REPLY, 0x0C, SETTINGS),
    "EE0C053030303030300100010108": Frame(REQUEST, Command.ENDED, h("01000101"), ITS_SESSION),
}
WRONG = h("6609050000000000000108")  # as it stands in the log: its sum is wrong


@pytest.mark.parametrize("captured", CAPTURED)
def test_a_captured_frame_is_read_and_made_again_byte_for_byte(captured: str) -> None:
    assert Splitter().feed(h(captured)) == [CAPTURED[captured]]
    assert CAPTURED[captured].encode() == h(captured)


def test_the_captured_frame_with_a_wrong_sum_is_none() -> None:
    splitter = Splitter()
    assert splitter.feed(WRONG) + splitter.quiet() == []


def test_frames_come_in_pieces_and_together() -> None:
    wire, splitter = b"".join(h(each) for each in CAPTURED), Splitter()
    assert [frame for octet in wire for frame in splitter.feed(bytes([octet]))] == list(CAPTURED.values())
    assert Splitter().feed(wire) == list(CAPTURED.values())


def test_a_frame_behind_one_that_never_ends_is_found_once_it_is_quiet() -> None:
    splitter = Splitter()
    begun = h("EE3002")  # claims fifty bytes
    first, second = (h(each) for each in list(CAPTURED)[:2])
    assert splitter.feed(begun + first) == []
    assert splitter.feed(b"") == []
    assert splitter.quiet() == [CAPTURED[first.hex().upper()]]
    assert splitter.feed(second) == [CAPTURED[second.hex().upper()]]


@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from(list(CAPTURED)))
def test_noise_never_raises_and_a_true_frame_after_it_is_found(pieces: list[bytes], captured: str) -> None:
    splitter = Splitter()
    for piece in pieces:
        splitter.feed(piece)
    splitter.quiet()
    assert splitter.feed(h(captured)) == [CAPTURED[captured]]


@given(st.binary(max_size=120), st.sampled_from(list(CAPTURED)))
def test_a_frame_right_behind_noise_is_found_unless_the_noise_makes_it_part_of_a_frame(
    noise: bytes, captured: str
) -> None:
    splitter = Splitter()
    found = splitter.feed(noise + h(captured))
    found += splitter.quiet()
    assert CAPTURED[captured] in found or found, "swallowed by a frame that the noise happens to begin"


@given(
    st.sampled_from([REQUEST, REPLY]),
    st.integers(0, 255),
    st.binary(min_size=6, max_size=6),
    st.binary(min_size=1, max_size=LONGEST - 10),
)
def test_what_is_made_is_read_again(sop: int, command: int, session: bytes, data: bytes) -> None:
    frame = Frame(sop, command, data, session)
    assert Splitter().feed(frame.encode()) == [frame]


def test_every_reason_and_every_fault_that_the_board_knows_has_a_word() -> None:
    assert sorted(REASONS) == list(range(7))
    assert all(isinstance(each, StopReason) for each in REASONS.values())
    assert sorted(ALARMS) == [1, 2, 3]
    assert all(isinstance(each, AlarmKind) for each in ALARMS.values())
    assert {code: REASONS[code] for code in (0, 1, 2, 4)} == {
        0: StopReason.TIME_UP,
        1: StopReason.UNPLUGGED,
        2: StopReason.FULL,
        4: StopReason.OVERLOAD,
    }
