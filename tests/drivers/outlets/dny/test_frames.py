"""The wire of DNY v8.6: every frame of its maker's document made again, noise, and what its numbers mean."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.dny.bodies import (
    Card,
    Heartbeat,
    Power,
    Settlement,
    Switch,
    Switched,
    adjust,
    order_bytes,
    order_text,
)
from drivers.outlets.dny.frames import LONGEST, Frame, Splitter
from drivers.outlets.dny.words import ALARMS, DONE, PORT_STATES, REASONS, REPLIES, SOCKETS, Command
from drivers.outlets.reasons import StopReason

h = bytes.fromhex
BOX = 0x04AB373B
ORDER = "12345678" * 4
BEGAN = "20190901180000130030380102030405"
SWITCH = Switch(1, True, ORDER, longest_s=28_800, most_dw=5_000, balance_fen=356)

# As the document has them: D is what the box says, S what the server says.
DOCUMENT = {
    "D20 444E5913003B37AB04B900207E00021421000000E4009104": Frame(
        BOX, 0xB9, Command.REGISTER, h("7E00021421000000E400")
    ),
    "S20 444E590A003B37AB04B9002000EF02": Frame(BOX, 0xB9, Command.REGISTER, DONE),
    "D22 444E5909003B37AB04B90022F002": Frame(BOX, 0xB9, Command.TIME),
    "S22 444E590D003B37AB04B90022090EA95F1304": Frame(BOX, 0xB9, Command.TIME, struct.pack("<I", 0x5FA90E09)),
    "D21 444E5910003B37AB0401002198080200000905EE02": Frame(BOX, 1, Command.HEARTBEAT, h("98080200000905")),
    "S21 444E590A003B37AB04010021003802": Frame(BOX, 1, Command.HEARTBEAT, DONE),
    "D02 444E5911003B37AB040100027A8D05DD000100000A04": Frame(BOX, 1, Command.CARD, h("7A8D05DD00010000")),
    "S02 444E5914003B37AB040100027A8D05DD000010270000014404": Frame(
        BOX, 1, Command.CARD, h("7A8D05DD00001027000001")
    ),
    "D03 444E5928003B37AB04010003100EE80330000101000000000120190901180000130030380102030405E8034405": Frame(
        BOX,
        1,
        Command.SETTLEMENT,
        struct.pack("<HHHBBIB", 3600, 1000, 48, 1, 1, 0, 1) + order_bytes(BEGAN) + h("E803"),
    ),
    "S03 444E590A003B37AB04010003001A02": Frame(BOX, 1, Command.SETTLEMENT, DONE),
    "D06 444E5932003B37AB040A00060101100E300001E803B0042003E803201909011800001300303801020304050100E803"
    "9808C7015500DA08": Frame(
        BOX,
        10,
        Command.POWER,
        struct.pack("<BBHHBHHHH", 1, 1, 3600, 48, 1, 1000, 1200, 800, 1000)
        + order_bytes(BEGAN)
        + struct.pack("<HHHHBB", 1, 1000, 2200, 455, 85, 0),
    ),
    "S81 444E5909003B37AB040100819702": Frame(BOX, 1, Command.ASK),
    "S82 444E5926003B37AB040200820064010000010100001234567812345678123456781234567880708813F808": Frame(
        BOX, 2, Command.SWITCH, SWITCH.data()
    ),
    "D82 444E591D003B37AB040200820012345678123456781234567812345678010000FE06": Frame(
        BOX, 2, Command.SWITCH, Switched(0, ORDER, 1).data()
    ),
    "S8A 444E590D003B37AB0402008A000180709603": Frame(BOX, 2, Command.ADJUST, adjust(1, 28_800, mode=0)),
    "D8A 444E590A003B37AB0402008A00A202": Frame(BOX, 2, Command.ADJUST, DONE),
    "S85 444E590D003B37AB04020085A08C204E3A04": Frame(
        BOX, 2, Command.PARAMETERS, struct.pack("<HH", 36_000, 20_000)
    ),
    "D85 444E590A003B37AB04020085009D02": Frame(BOX, 2, Command.PARAMETERS, DONE),
    "S87 444E5909003B37AB040100879D02": Frame(BOX, 1, Command.RESTART),
    "D01 444E591D003B37AB04B900017E008C0802000300 00E4000000 3B02290702 2000 6D05": Frame(
        BOX, 0xB9, Command.OLD_HEARTBEAT, h("7E008C08020003 0000E400 00003B02 29 07 02 20 00")
    ),
    "S01 444E590A003B37AB04B9000100D002": Frame(BOX, 0xB9, Command.OLD_HEARTBEAT, DONE),
}


def wire(named: str) -> bytes:
    return h(named.partition(" ")[2])


@pytest.mark.parametrize("named", DOCUMENT)
def test_a_frame_of_the_document_is_made_again_byte_for_byte_and_read(named: str) -> None:
    assert DOCUMENT[named].encode() == wire(named)
    assert Splitter().feed(wire(named)) == [DOCUMENT[named]]


def data_of(short: str) -> bytes:
    return next(frame.data for named, frame in DOCUMENT.items() if named.startswith(short))


def test_what_they_carry() -> None:
    assert Heartbeat.read(data_of("D21")) == Heartbeat(b"\0\0", (), -60)
    assert Heartbeat.read(data_of("D21")[:5]) == Heartbeat(b"\0\0"), "boxes that say no more"
    assert Heartbeat.read_old(data_of("D01")) == Heartbeat(b"\0\3", (0, 228))
    assert Card.read(data_of("D02")) == Card(h("7A8D05DD"), 1)
    assert Settlement.read(data_of("D03")) == Settlement(3600, 480, 1, 1, BEGAN)
    assert Power.read(data_of("D06")) == Power(1, 1, 3600, 480, 1000, BEGAN, None)
    assert Switch.read(data_of("S82")) == SWITCH
    assert Switched.read(data_of("D82")) == Switched(0, ORDER, 1)


@pytest.mark.parametrize("read", [Heartbeat.read, Heartbeat.read_old, Card.read, Settlement.read, Power.read])
def test_what_is_too_short_is_said_to_be(read: object) -> None:
    for size in range(3):
        with pytest.raises(ValueError, match="bytes"):
            read(bytes(size))  # type: ignore[operator]


def test_orders_of_ours_and_of_others_are_kept_as_they_are() -> None:
    for order in ("0123456789abcdef", "a1", ORDER, BEGAN):
        assert order_text(order_bytes(order)) == order
    assert order_text(bytes(16)) == ""
    with pytest.raises(ValueError, match="at most 16"):
        order_bytes("0123456789abcdef0")


def test_text_between_frames_is_passed_over_and_the_sim_card_known() -> None:
    splitter = Splitter()
    first, second = (wire(each) for each in list(DOCUMENT)[:2])
    assert splitter.feed(b"89860404D91623904882" + first + b"link" + second[:7]) == [
        Splitter().feed(first)[0]
    ]
    assert splitter.iccid == "89860404D91623904882"
    assert splitter.feed(second[7:] + b"linkD") == Splitter().feed(second)
    assert splitter.feed(first[1:]) == Splitter().feed(first)


def test_frames_come_in_pieces_and_together() -> None:
    all_of_it, splitter = b"".join(wire(each) for each in DOCUMENT), Splitter()
    assert [frame for octet in all_of_it for frame in splitter.feed(bytes([octet]))] == list(
        DOCUMENT.values()
    )
    assert Splitter().feed(all_of_it) == list(DOCUMENT.values())


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from(list(DOCUMENT)))
def test_noise_never_raises_and_a_true_frame_after_it_is_found(pieces: list[bytes], named: str) -> None:
    splitter = Splitter()
    for piece in pieces:
        splitter.feed(piece)
        splitter.feed(b"DNY" + piece)
    splitter.quiet()
    assert splitter.feed(wire(named)) == [DOCUMENT[named]]


@given(st.binary(max_size=LONGEST), st.sampled_from(list(DOCUMENT)))
def test_a_frame_right_behind_noise_is_found(noise: bytes, named: str) -> None:
    splitter = Splitter()
    assert DOCUMENT[named] in splitter.feed(noise + wire(named)) + splitter.quiet()


@given(
    st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFF), st.integers(0, 255), st.binary(max_size=LONGEST - 14)
)
def test_what_is_made_is_read_again(box: int, message: int, command: int, data: bytes) -> None:
    frame = Frame(box, message, command, data)
    assert Splitter().feed(frame.encode()) == [frame]


def test_every_number_that_the_document_names_has_a_word() -> None:
    assert sorted(PORT_STATES) == [*range(0x0C), 0x0D, 0x0E, 0x0F, 0x10]
    assert sorted(REASONS) == list(range(0x01, 0x1D))
    assert sorted(REPLIES) == list(range(1, 0x0F))
    assert sorted(ALARMS) == list(range(1, 8))
    assert all(isinstance(each, StopReason) for each in (*REASONS.values(), *REPLIES.values()))
    assert all(isinstance(each, AlarmKind) for each in ALARMS.values())
    assert [each for each in PORT_STATES if PORT_STATES[each].is_on] == [1, 5, 9, 0x0E]
    assert [each for each in PORT_STATES if PORT_STATES[each].alarm is AlarmKind.RELAY_WELDED] == [9, 0x0E]
    assert SOCKETS == {3: 1, 4: 2, 5: 10, 6: 16, 7: 12}
