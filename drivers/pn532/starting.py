"""Find a PN532 on a serial line, whatever speed it was left at, and raise the speed as far as the line bears.

It powers up at 115200 baud. A process that died leaves the chip at the higher speed, deaf to the next one
even past a reboot: so a chip that does not answer is called at the other speeds and told to come down
(UM0701-02, section 7.2.9, SetSerialBaudrate).

At a speed that the adapter claims and does not carry, the chip cannot be called back: only its power can. So
that is remembered, and the next opening stays slow.
"""

from __future__ import annotations

import errno
import logging
import time
from pathlib import Path

from serial import SerialException

from drivers.pn532.chipset import Chipset
from drivers.pn532.device import Device
from drivers.pn532.line import POWER_UP_BAUD, FrameTTY

log = logging.getLogger(__name__)

HIGHER_BAUDS = (921_600, 460_800, 230_400)
WAKE_UP = bytes(10)
SWITCH_S = 0.001
MINI_UART = "/dev/ttyS0"  # a Raspberry Pi's drifts with the processor's clock above 115200
FIRST_WORD_MS = 1_500  # an old Raspberry Pi's USB may hold up what a serial adapter says first


class Speeds:
    """What is known of a line from earlier openings."""

    def __init__(self) -> None:
        self.may_be_raised = True


def start(transport: FrameTTY, port: str, speeds: Speeds) -> Device:
    """Return the chip, configured and ready. Raises OSError if there is none that answers."""
    chipset = _greet(transport, port)
    chipset.sam_configuration("normal")
    _hurry(chipset, transport, port, speeds)
    return Device(chipset)


def _greet(transport: FrameTTY, port: str) -> Chipset:
    """Wake the chip at the speed it powers up with, calling it back from another if need be."""
    for baud in (POWER_UP_BAUD, *HIGHER_BAUDS):
        transport.open(port, baud)
        chipset = Chipset(transport)
        if baud == POWER_UP_BAUD and _is_late_to_speak(port):
            chipset.acknowledged_ms = (FIRST_WORD_MS,)
        transport.write(WAKE_UP)
        try:
            chipset.get_firmware_version()
            if baud != POWER_UP_BAUD:
                log.info("the PN532 on %s was left at %d baud and has been called back", port, baud)
                _change(chipset, transport, POWER_UP_BAUD)
            return Chipset(transport)
        except SerialException:
            raise
        except OSError as fault:
            if fault.errno not in (errno.EIO, errno.ETIMEDOUT):
                raise
    raise OSError(errno.ENODEV, "no PN532 answers")


def _hurry(chipset: Chipset, transport: FrameTTY, port: str, speeds: Speeds) -> None:
    taken = [baud for baud in HIGHER_BAUDS if transport.takes(baud)]
    if not taken or not speeds.may_be_raised or str(Path(port).resolve()) == MINI_UART:
        return
    speeds.may_be_raised = False  # until it has been shown
    _change(chipset, transport, taken[0])
    if not chipset.diagnose("line"):
        raise OSError(errno.EIO, f"the line does not bear {taken[0]} baud")
    speeds.may_be_raised = True


def _is_late_to_speak(port: str) -> bool:
    try:
        board = Path("/proc/device-tree/model").read_bytes()
    except OSError:
        return False
    return board.startswith(b"Raspberry Pi") and Path(port).resolve().name.startswith("ttyUSB")


def _change(chipset: Chipset, transport: FrameTTY, baud: int) -> None:
    chipset.set_serial_baudrate(baud)
    transport.baudrate = baud
    time.sleep(SWITCH_S)
