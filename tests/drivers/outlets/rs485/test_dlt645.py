"""DL/T 645-2007, judged by a library that others made."""

from __future__ import annotations

import pytest
from dlt645.protocol.protocol import DLT645Protocol
from hypothesis import given
from hypothesis import strategies as st

from drivers.outlets.dlt645.frames import PREAMBLE, READ, READ_ADDRESS, Frame, NoFrame, decode, number
from drivers.outlets.dlt645.meter import ENERGY, POWER, SETTINGS, Dlt645Bus, Dlt645Meter
from drivers.outlets.metering import Reading
from drivers.outlets.rs485 import NoAnswer
from drivers.sim.outlets.battery import Appliance
from drivers.sim.outlets.faults import SlaveFault
from drivers.sim.outlets.rs485.dlt645 import Dlt645Slave, split
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.outlets.rs485.virtual_line import VirtualClock, VirtualPort, virtual_line

METER, OTHER = "202309120001", "202309120002"

# As a meter was asked: for its address, and for what it has counted.
ASKS_ADDRESS = "68aaaaaaaaaaaa681300df16"
ASKS_ENERGY = "68010012092320681104333334331116"

addresses = st.text("0123456789", min_size=12, max_size=12)
frames = st.builds(Frame, addresses, st.integers(0, 255), st.binary(max_size=50))


def test_frames_as_they_were_captured() -> None:
    assert Frame("AA" * 6, READ_ADDRESS).encode().hex() == PREAMBLE.hex() + ASKS_ADDRESS
    asked = Frame(METER, READ, ENERGY.to_bytes(4, "little"))
    assert asked.encode().hex() == PREAMBLE.hex() + ASKS_ENERGY
    assert decode(bytes.fromhex(ASKS_ENERGY)) == asked


@given(frames)
def test_a_frame_is_the_one_that_the_library_builds(frame: Frame) -> None:
    built = DLT645Protocol.build_frame(bytes.fromhex(frame.address)[::-1], frame.control, frame.data)
    assert frame.encode() == bytes(built)
    assert decode(bytes(built).removeprefix(PREAMBLE)) == frame


@given(frames, st.data())
def test_a_frame_with_one_wrong_bit_is_none(frame: Frame, data: st.DataObject) -> None:
    raw = frame.encode().removeprefix(PREAMBLE)
    at = data.draw(st.integers(0, len(raw) - 1))
    damaged = raw[:at] + bytes([raw[at] ^ 1 << data.draw(st.integers(0, 7))]) + raw[at + 1 :]
    with pytest.raises(NoFrame):
        decode(damaged)


@given(st.integers(0, 99_999_999))
def test_figures_are_decimal_digits(value: int) -> None:
    assert number(bytes.fromhex(f"{value:08d}")[::-1]) == value


def test_letters_are_no_figure() -> None:
    with pytest.raises(NoFrame, match="no decimal digits"):
        number(b"\x0a")


@pytest.fixture
def shelter(clock: VirtualClock) -> Shelter:
    shelter = Shelter(2, clock)
    for socket in shelter:
        socket.load, socket.is_closed = Appliance(most_dw=4_800), True
    return shelter


@pytest.fixture
def wire(shelter: Shelter) -> Wire:
    return Wire(
        [Dlt645Slave(METER, shelter, 1, 1_234_560), Dlt645Slave(OTHER, shelter, 2)], split, late_s=0.8
    )


@pytest.fixture
def line(wire: Wire, clock: VirtualClock) -> tuple[Dlt645Bus, VirtualPort]:
    line, port = virtual_line(wire, clock, SETTINGS)
    return Dlt645Bus(line), port


Line = tuple[Dlt645Bus, VirtualPort]


def test_a_meter_says_what_flows_and_what_flowed(line: Line, shelter: Shelter) -> None:
    assert Dlt645Meter(line[0], METER).read() == Reading(power_dw=4_800, wh=1_234_560)
    shelter.pass_time(3600)
    assert Dlt645Meter(line[0], METER).read() == Reading(power_dw=4_800, wh=1_234_560 + 480)
    assert Dlt645Meter(line[0], OTHER).read() == Reading(power_dw=4_800, wh=480)


def test_the_only_meter_on_a_line_says_its_address(wire: Wire, line: Line) -> None:
    wire.faults[OTHER] = SlaveFault.ABSENT
    assert line[0].address() == METER


def test_the_simulated_meter_speaks_as_the_library_reads(wire: Wire) -> None:
    asked = DLT645Protocol.build_frame(bytes.fromhex(METER)[::-1], READ, POWER.to_bytes(4, "little"))
    (said,) = wire.hear(bytes(asked))
    frame = DLT645Protocol.deserialize(said.data)
    assert frame is not None
    assert (bytes(frame.addr)[::-1].hex(), frame.ctrl_code) == (METER, 0x91)
    assert bytes(frame.data) == POWER.to_bytes(4, "little") + bytes.fromhex("004800")


def test_power_that_flows_back_is_power(line: Line, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A meter that was wired the wrong way round sets the top bit."""
    monkeypatch.setattr(Dlt645Slave, "_value", lambda *_: bytes.fromhex("000880"))
    assert Dlt645Meter(line[0], METER)._figure(POWER) == 800


@pytest.mark.parametrize("fault", [each for each in SlaveFault if each is not SlaveFault.TWICE])
def test_a_meter_that_misbehaves_says_nothing_that_counts(fault: SlaveFault, wire: Wire, line: Line) -> None:
    wire.faults[METER] = fault
    with pytest.raises(NoAnswer):
        Dlt645Meter(line[0], METER).read()
    assert Dlt645Meter(line[0], OTHER).read().power_dw == 4_800


def test_an_item_that_it_does_not_know_is_no_answer(line: Line) -> None:
    with pytest.raises(NoAnswer, match="control code d1"):
        line[0].item(METER, 0x02800001)


def test_the_answer_of_another_meter_is_none(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Dlt645Slave.answer
    other = Frame(OTHER, READ, POWER.to_bytes(4, "little")).encode().removeprefix(PREAMBLE)
    monkeypatch.setattr(Dlt645Slave, "answer", lambda self, _: answers(self, other))
    with pytest.raises(NoAnswer, match=OTHER):
        line[0].item(METER, POWER)


def test_the_answer_to_another_item_is_none(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Dlt645Slave.answer
    other = Frame(METER, READ, ENERGY.to_bytes(4, "little")).encode().removeprefix(PREAMBLE)
    monkeypatch.setattr(Dlt645Slave, "answer", lambda self, _: answers(self, other))
    with pytest.raises(NoAnswer):
        line[0].item(METER, POWER)
