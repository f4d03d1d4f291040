"""The PN532 simulator's serial line, frame by frame. UM0701-02; all hex."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import NOW_AND_THEN, Fault
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.sim.readers.pn532_chip import crc_a
from drivers.sim.readers.pn532_frames import answer_frame

h = bytes.fromhex
ACK = "0000FF00FF00"
NACK = "0000FFFF0000"
WAKE_UP = "00" * 10
GET_FIRMWARE_VERSION = "0000FF02FED4022A00"
FIRMWARE = "0000FF06FAD5033201060" + "7E800"


def frame(command: str) -> str:
    """A command of the host, framed."""
    body = h("D4" + command)
    head = bytes([len(body), -len(body) & 0xFF])
    return (h("0000FF") + head + body + bytes([-sum(body) & 0xFF, 0])).hex()


def answer(body: str) -> str:
    """An answer of the chip: its acknowledgement, then the frame."""
    code, data = h(body)[0], h(body)[1:]
    return ACK + answer_frame(code - 1, data).hex()


TRY_TWICE = ("RFConfiguration, a search is tried twice", frame("32 05 010001"), answer("33"))


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Pn532Simulator]:
    with Pn532Simulator(tmp_path / "reader") as simulator:
        yield simulator


@pytest.fixture
def line(chip: Pn532Simulator) -> Iterator[serial.Serial]:
    with serial.Serial(chip.device_file, 115200, timeout=2) as opened:
        yield opened


def check(line: serial.Serial, transcript: list[tuple[str, str, str]]) -> None:
    for name, sent, expected in transcript:
        line.write(h(sent))
        assert line.read(len(h(expected))).hex().upper() == h(expected).hex().upper(), name
        assert not line.in_waiting, name


def test_start(line: serial.Serial) -> None:
    check(
        line,
        [
            ("wake up, GetFirmwareVersion", WAKE_UP + GET_FIRMWARE_VERSION, ACK + FIRMWARE),
            ("SAMConfiguration", WAKE_UP + "0000FF05FBD4140100001700", ACK + "0000FF02FED5151600"),
            ("SetParameters", frame("12 00"), answer("13")),
            ("RFConfiguration, time-outs", frame("32 02 000B0A"), answer("33")),
            ("Diagnose, line test", frame("00 00 A1B2C3"), answer("01 00 A1B2C3")),
            ("Diagnose, ROM test", frame("00 01"), answer("01 00")),
            ("unknown command: error frame", frame("EE"), ACK + "0000FF01FF7F8100"),
            ("PowerDown", frame("16 F0 00"), answer("17 00")),
        ],
    )


def test_extended_frames(line: serial.Serial) -> None:
    body = h("D40000") + bytes(260)
    size = len(body).to_bytes(2)
    head = h("FFFF") + size + bytes([-sum(size) & 0xFF])
    sent = h("0000FF") + head + body + bytes([-sum(body) & 0xFF, 0])
    check(line, [("Diagnose, line test of 261 bytes", sent.hex(), answer("01 00" + "00" * 260))])


def test_noise_and_damaged_frames_are_passed_over(line: serial.Serial) -> None:
    check(
        line,
        [
            ("noise", "FFAA00FF" + WAKE_UP + GET_FIRMWARE_VERSION, ACK + FIRMWARE),
            ("wrong length checksum", "0000FF02FDD4022A00" + GET_FIRMWARE_VERSION, ACK + FIRMWARE),
            ("wrong data checksum", "0000FF02FED4022B00" + GET_FIRMWARE_VERSION, ACK + FIRMWARE),
            ("the host's ACK", ACK + GET_FIRMWARE_VERSION, ACK + FIRMWARE),
        ],
    )


def test_an_answer_is_given_again_for_a_nack(line: serial.Serial) -> None:
    check(
        line,
        [
            ("heard", GET_FIRMWARE_VERSION, ACK + FIRMWARE),
            ("NACK", NACK, FIRMWARE),
            ("and again", NACK, FIRMWARE),
        ],
    )


def test_a_search_for_ever_ends_when_a_card_comes(chip: Pn532Simulator, line: serial.Serial) -> None:
    check(line, [("nobody there", frame("4A 01 00"), ACK)])
    chip.place(CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6")))
    found = answer("4B 01 01 0044 00 07 04A1B2C3D4E5F6").removeprefix(ACK)
    assert line.read(len(h(found))).hex() == found


def test_a_search_for_ever_ends_when_the_host_gives_up(chip: Pn532Simulator, line: serial.Serial) -> None:
    check(
        line,
        [
            ("nobody there", frame("4A 01 00"), ACK),
            ("the host's ACK", ACK + GET_FIRMWARE_VERSION, ACK + FIRMWARE),
        ],
    )
    chip.place(CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6")))
    check(line, [("still given up", GET_FIRMWARE_VERSION, ACK + FIRMWARE)])


def test_an_empty_field(line: serial.Serial) -> None:
    check(
        line,
        [
            TRY_TWICE,
            ("InListPassiveTarget 106A: none", frame("4A 01 00"), answer("4B 00")),
            ("SENS_REQ is still in the FIFO", frame("06 6339"), answer("07 26")),
            ("InListPassiveTarget 212F: none", frame("4A 01 01 00FFFF0100"), answer("4B 00")),
            ("InListPassiveTarget 106B: none", frame("4A 01 03 00"), answer("4B 00")),
            ("the field is on", frame("06 6304"), answer("07 03")),
            ("RFConfiguration, field off", frame("32 01 02"), answer("33")),
            ("the field is off", frame("06 6304"), answer("07 00")),
        ],
    )


def test_a_type_2_card(chip: Pn532Simulator, line: serial.Serial) -> None:
    chip.place(CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6")))
    version = "0004040201001103"
    check(
        line,
        [
            TRY_TWICE,
            ("InListPassiveTarget 106A", frame("4A 01 00"), answer("4B 01 01 0044 00 07 04A1B2C3D4E5F6")),
            ("InCommunicateThru GET_VERSION", frame("42 60"), answer("43 00" + version)),
            ("CRC check off", frame("08 6303 00"), answer("09")),
            ("now with its CRC", frame("42 60"), answer("43 00" + version + crc_a(h(version)).hex())),
            ("a NAK has none", frame("42 1A00"), answer("43 00 00")),
            ("idle: time-out", frame("42 60"), answer("43 01")),
            ("select it by its UID", frame("4A 01 00 8804A1B2C3D4E5F6"),
             answer("4B 01 01 0044 00 07 04A1B2C3D4E5F6")),
            ("with CRC check on, a NAK is an error", frame("42 1A00"), answer("43 02")),
            ("another UID: none", frame("4A 01 00 8804A1B2C3D4E5F7"), answer("4B 00")),
        ],
    )  # fmt: skip


def test_felica(chip: Pn532Simulator, line: serial.Serial) -> None:
    chip.place(CardSpec(CardKind.FELICA, h("0102030405060708")))
    found = "01 0102030405060708 0120220427674EFF 12FC"
    check(
        line,
        [
            TRY_TWICE,
            ("InListPassiveTarget 106A: none", frame("4A 01 00"), answer("4B 00")),
            ("InListPassiveTarget 212F", frame("4A 01 01 00FFFF0100"), answer("4B 01 01 14" + found)),
            ("InCommunicateThru polling", frame("42 0600FFFF0100"), answer("43 00 14" + found)),
            ("InDataExchange likewise", frame("40 01 0600FFFF0100"), answer("41 00 14" + found)),
            ("InRelease", frame("52 00"), answer("53 00")),
        ],
    )


def test_a_change_of_speed(chip: Pn532Simulator, line: serial.Serial) -> None:
    check(line, [("SetSerialBaudrate 921600", frame("10 07"), answer("11"))])
    line.write(h(ACK))
    line.flush()
    line.baudrate = 921600
    check(line, [("heard at the new speed", GET_FIRMWARE_VERSION, ACK + FIRMWARE)])
    line.baudrate = 115200
    line.timeout = 0.1
    line.write(h(GET_FIRMWARE_VERSION))
    assert line.read(1) == b"", "deaf at the old one"


def test_crc_a() -> None:
    assert crc_a(h("0000")) == h("A01E")  # ISO/IEC 14443-3 annex B
    assert crc_a(h("1234")) == h("26CF")


def test_fault_silent(chip: Pn532Simulator, line: serial.Serial) -> None:
    chip.fail(Fault.SILENT)
    line.timeout = 0.1
    line.write(h(GET_FIRMWARE_VERSION))
    assert line.read(1) == b""
    chip.recover()
    line.timeout = 2
    check(line, [("answers again", GET_FIRMWARE_VERSION, ACK + FIRMWARE)])


def test_fault_dropped(chip: Pn532Simulator, line: serial.Serial) -> None:
    chip.fail(Fault.DROPPED)
    whole = [("heard", GET_FIRMWARE_VERSION, ACK + FIRMWARE)]
    check(line, whole * (NOW_AND_THEN - 1))
    line.write(h(GET_FIRMWARE_VERSION))
    check(line, whole)


def test_fault_garbled(chip: Pn532Simulator, line: serial.Serial) -> None:
    chip.fail(Fault.GARBLED)
    check(line, [("whole", GET_FIRMWARE_VERSION, ACK + FIRMWARE)] * (NOW_AND_THEN - 1))
    check(line, [("damaged", GET_FIRMWARE_VERSION, ACK + FIRMWARE[:-4] + "1700")])
