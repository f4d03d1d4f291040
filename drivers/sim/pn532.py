"""A PN532 on a pseudo terminal, good enough for nfcpy's driver to run on it unchanged.

Like the chip it powers up at 115200 baud, acknowledges a command before it answers, and is deaf to whoever
talks at another speed than it was last told.
"""

from __future__ import annotations

from pathlib import Path

from drivers.sim.cards.card import VirtualCard
from drivers.sim.cards.making import make_card
from drivers.sim.cards.spec import CardSpec
from drivers.sim.faults import PRINTERS_OWN, Fault, NowAndThen
from drivers.sim.field import Field
from drivers.sim.on_a_line import OnALine
from drivers.sim.pn532_chip import InvalidCommand, Pn532Chip
from drivers.sim.pn532_frames import ACK, ERROR, Command, Frame, FrameReader, HostAck, answer_frame

SET_SERIAL_BAUDRATE, SAM_CONFIGURATION = 0x10, 0x14


class Pn532Simulator(OnALine):
    """Cards can be laid on it."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self.field = Field()
        self._cards: dict[CardSpec, VirtualCard] = {}
        self._chip = Pn532Chip(self.field)
        self._frames = FrameReader()
        self._now_and_then = NowAndThen()
        self._changes_speed = False
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

    def _lose_power(self) -> None:
        self._chip.reset()
        self._frames.forget()
        self._changes_speed = False

    def _received(self, data: bytes) -> None:
        if self._line.baudrate != self._chip.baudrate and not self._changes_speed:
            self._frames.forget()
            return
        for frame in self._frames.feed(data):
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        match frame:
            case HostAck():
                self._changes_speed = False
            case Command(code, data) if self._hears():
                self._line.send(ACK)
                self._line.send(self._spoil(self._answer(code, data)))

    def _answer(self, code: int, data: bytes) -> bytes:
        try:
            answer = self._chip.execute(code, data)
        except InvalidCommand:
            return ERROR
        self.openings += code == SAM_CONFIGURATION
        if code == SET_SERIAL_BAUDRATE:
            self._changes_speed = True  # the host's ACK still comes at the old speed
        return answer_frame(code, answer)

    def _hears(self) -> bool:
        if self._fault is Fault.SILENT:
            return False
        return not (self._fault is Fault.DROPPED and self._now_and_then)

    def _spoil(self, frame: bytes) -> bytes:
        if self._fault is Fault.GARBLED and self._now_and_then:
            return frame[:-2] + bytes([frame[-2] ^ 0xFF]) + frame[-1:]
        return frame
