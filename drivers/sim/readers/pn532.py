"""A PN532 on a pseudo terminal, good enough for nfcpy's driver to run on it unchanged.

Like the chip it powers up at 115200 baud, acknowledges a command before it answers, gives its last answer
again for a NACK, is deaf to whoever talks at another speed than it was last told, and when it is told to look
for a card for ever, does so until one comes or the host gives up.
"""

from __future__ import annotations

import time
from pathlib import Path

from drivers.sim.cards.card import VirtualCard
from drivers.sim.cards.making import make_card
from drivers.sim.cards.spec import CardSpec
from drivers.sim.faults import PRINTERS_OWN, Fault, NowAndThen
from drivers.sim.field import Field
from drivers.sim.lines.noise import Noise
from drivers.sim.lines.on_a_line import OnALine
from drivers.sim.lines.pace import Pace, exchange_s, search_s, silence_s
from drivers.sim.readers.pn532_chip import TIMED_OUT, InvalidCommand, Pn532Chip
from drivers.sim.readers.pn532_frames import (
    ACK,
    ERROR,
    Command,
    Frame,
    FrameReader,
    HostAck,
    HostNack,
    answer_frame,
)

SET_SERIAL_BAUDRATE, SAM_CONFIGURATION = 0x10, 0x14
IN_LIST_PASSIVE_TARGET, IN_COMMUNICATE_THRU = 0x4A, 0x42
NONE_FOUND = b"\x00"
NEXT_TRY_S = 0.005  # a card that lies there and did not answer is asked again


class Pn532Simulator(OnALine):
    """Cards can be laid on it. `noise` damages frames; with a `pace` it takes as long as a real one."""

    def __init__(self, link: Path, pace: Pace | None = None, noise: Noise | None = None) -> None:
        super().__init__(link, pace)
        self._line.work_meanwhile(self._go_on_searching)
        self._pace, self._noise = pace, noise
        self.field = Field(self._line.wake)
        self._cards: dict[CardSpec, VirtualCard] = {}
        self._chip = Pn532Chip(self.field)
        self._frames = FrameReader()
        self._now_and_then = NowAndThen()
        self._changes_speed = False
        self._search: Command | None = None
        self._last_answer = b""
        self.commands = 0  # how many the chip has taken
        self.openings = 0  # how often a host has set the chip up

    @property
    def baudrate(self) -> int:
        """The speed the chip listens at."""
        return self._chip.baudrate

    @property
    def path(self) -> str:
        """What to write under `[reader] path`."""
        return f"tty:{self._line.link}:pn532"

    def place(self, spec: CardSpec) -> None:
        """Lay a card on the reader, in place of any other. Raises ValueError for an impossible card.

        The same description again is the same card: what was written on it is still there.
        """
        if spec not in self._cards:
            self._cards[spec] = make_card(spec)
        self.field.place(self._cards[spec])

    def lift(self) -> None:
        self.field.lift()

    def fail(self, fault: Fault) -> None:
        """Begin to misbehave in one way, in place of any other. Raises ValueError for a printer's way."""
        if fault in PRINTERS_OWN:
            raise ValueError(f"a reader cannot be {fault}")
        self.recover()
        self._fault = fault
        match fault:
            case Fault.UNPLUGGED:
                self._line.unplug()
                self._lose_power()
            case Fault.STUCK:
                self._line.hold(True)
            case Fault.LIFTED_MID_READ:
                self.field.lift_next_in_mid_read(True)
            case Fault.LOSSY:
                self.field.lose_exchanges(True)

    def recover(self) -> None:
        """Behave again; plug the reader in if it was out."""
        fault, self._fault = self._fault, None
        match fault:
            case Fault.UNPLUGGED:
                self._line.plug()
            case Fault.STUCK:
                self._line.hold(False)
            case Fault.LIFTED_MID_READ:
                self.field.lift_next_in_mid_read(False)
            case Fault.LOSSY:
                self.field.lose_exchanges(False)

    def _lose_power(self) -> None:
        self._chip.reset()
        self._frames.forget()
        self._changes_speed = False
        self._search = None

    def _received(self, data: bytes) -> None:
        if self._line.baudrate != self._chip.baudrate and not self._changes_speed:
            self._frames.forget()
            return
        for frame in self._frames.feed(self._carry(data)):
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        match frame:
            case HostAck():
                self._changes_speed = False
                self._search = None
            case HostNack():
                self._send(self._last_answer)
            case Command() if self._hears():
                self.commands += 1
                self._send(ACK)
                self._execute(frame)

    def _execute(self, command: Command) -> None:
        self._search = None
        answer = self._answer(command)
        if command.code == IN_LIST_PASSIVE_TARGET and answer == NONE_FOUND and self._chip.searches_for_ever:
            self._search = command
            return
        self._last_answer = ERROR if answer is None else answer_frame(command.code, answer)
        self._send(self._spoil(self._last_answer))

    def _go_on_searching(self) -> float | None:
        """A search for ever, once more; return when to try again."""
        if self._search is None or self.field.is_empty or self._fault is Fault.SILENT:
            return None
        self._execute(self._search)
        return NEXT_TRY_S if self._search is not None else None

    def _answer(self, command: Command) -> bytes | None:
        """None: this is no command."""
        was_off = not self.field.is_on
        try:
            answer = self._chip.execute(command.code, command.data)
        except InvalidCommand:
            return None
        self.openings += command.code == SAM_CONFIGURATION
        if command.code == SET_SERIAL_BAUDRATE:
            self._changes_speed = True  # the host's ACK still comes at the old speed
        if self._pace is not None:
            self._take_time(command, answer, was_off)
        return answer

    def _take_time(self, command: Command, answer: bytes, was_off: bool) -> None:
        if command.code == IN_LIST_PASSIVE_TARGET:
            time.sleep(search_s(answer != NONE_FOUND, was_off))
        elif command.code == IN_COMMUNICATE_THRU and answer[0] == TIMED_OUT:
            time.sleep(silence_s(self._chip.card_timeout_index))
        elif command.code == IN_COMMUNICATE_THRU:
            time.sleep(exchange_s(len(command.data), len(answer) - 1))

    def _send(self, frame: bytes) -> None:
        self._line.send(self._carry(frame))

    def _carry(self, frame: bytes) -> bytes:
        return frame if self._noise is None else self._noise.carry(frame)

    def _hears(self) -> bool:
        if self._fault is Fault.SILENT:
            return False
        return not (self._fault is Fault.DROPPED and self._now_and_then)

    def _spoil(self, frame: bytes) -> bytes:
        if self._fault is Fault.GARBLED and self._now_and_then:
            return frame[:-2] + bytes([frame[-2] ^ 0xFF]) + frame[-1:]
        return frame
