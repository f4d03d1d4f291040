"""The host's ear for the PN532: a damaged frame is none, and never another one."""

from __future__ import annotations

import pytest

from drivers.pn532.frames import ACK, Ear, command_code
from drivers.sim.readers.pn532_frames import answer_frame

h = bytes.fromhex
FIRMWARE = h("0000FF06FAD50332010607E800")
FULL_OF_ZEROS = answer_frame(0x42, h("0000FF00000000"))
LONG = answer_frame(0x00, bytes(range(256)) + bytes(4))


def heard(data: bytes) -> bytes | None:
    ear = Ear()
    ear.hear(data)
    return ear.frame()


@pytest.mark.parametrize("frame", [ACK, FIRMWARE, FULL_OF_ZEROS, LONG])
def test_a_whole_frame_is_heard_among_noise(frame: bytes) -> None:
    assert heard(frame) == frame
    assert heard(h("55AA00FF13") + frame) == frame


def test_an_acknowledgement_and_an_answer_come_together() -> None:
    ear = Ear()
    ear.hear(ACK + FIRMWARE[:5])
    assert ear.frame() == ACK
    assert ear.frame() is None
    ear.hear(FIRMWARE[5:])
    assert ear.frame() == FIRMWARE
    assert (ear.frame(), ear.unexplained) == (None, 0)


@pytest.mark.parametrize("frame", [FIRMWARE, FULL_OF_ZEROS])
def test_every_flipped_bit_and_every_lost_byte_is_noticed(frame: bytes) -> None:
    """One in the preamble does no harm; a lost zero leaves the checksum right, and the end is missing."""
    for at in range(len(frame)):
        assert heard(frame[:at] + frame[at + 1 :]) in (None, frame)
        for bit in range(8):
            assert heard(frame[:at] + bytes([frame[at] ^ 1 << bit]) + frame[at + 1 :]) in (None, frame)


def test_a_damaged_acknowledgement_does_not_hide_the_answer() -> None:
    for at in range(len(ACK)):
        damaged = ACK[:at] + ACK[at + 1 :]
        ear = Ear()
        ear.hear(damaged + FIRMWARE)
        assert FIRMWARE in (ear.frame(), ear.frame())


def test_an_acknowledgement_with_a_flipped_bit_is_no_frame_that_hides_the_answer() -> None:
    """01 FF is a good length with its checksum, and the zeros behind it have the right sum."""
    ear = Ear()
    ear.hear(h("0000FF01FF00") + FIRMWARE)
    assert ear.frame() == FIRMWARE


def test_the_zero_at_the_end_of_an_acknowledgement_may_come_late() -> None:
    ear = Ear()
    ear.hear(ACK[:-1])
    assert ear.frame() == ACK
    ear.hear(ACK[-1:])
    assert (ear.frame(), ear.unexplained) == (None, 0)


def test_codes() -> None:
    assert command_code(FIRMWARE) == 0x03
    assert command_code(LONG) == 0x01
