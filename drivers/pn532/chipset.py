"""Talk with the chip so that a damaged frame costs milliseconds, and say nothing twice.

An answer that did not arrive whole is asked for again by NACK (UM0701-02, section 6.2.1). A command that the
chip did not acknowledge, it did not understand: it is sent again. Where the chip was only late, it then
answers twice; so after such a repeat the line is listened to until it is quiet. The card has heard it twice
as well, so that its proof may fail: `sent_again` tells. Zeros before a repeat end a frame whose rest a chip
still waits for.

nfcpy configures the chip anew for every exchange with a card. What the chip has been told, it remembers: the
same RFConfiguration is not sent again, and the registers of a bit rate, which the chip sets itself when it
finds a card, are read once for each technology.
"""

from __future__ import annotations

import errno
import logging
import os
from typing import Any

import nfc.clf.pn532

from drivers.pn532.frames import ACK, LONGEST_DAMAGED_ACK, NACK, SHORTEST_DAMAGED_ANSWER, command_code
from drivers.pn532.line import FrameTTY, Garbled

log = logging.getLogger(__name__)

# The chip takes 15 and an adapter 16, but a busy machine may be late.
ACKNOWLEDGED_MS: tuple[int, ...] = (50, 50, 100, 200)
ANSWER_MS = 400  # at least: dropping a good reader costs more than waiting for a bad one
AGAIN_MS = 100  # what a NACK asks for lies ready
REPEATS = 6
FLUSH = bytes(300)  # longer than any frame
MODES = ("CIU_TxMode", "CIU_RxMode", "CIU_TxAuto")
_IN_LIST_PASSIVE_TARGET = 0x4A
_RF_FIELD, _RETRIES = 0x01, 0x05  # items of RFConfiguration
_TRY_TWICE, _TRY_FOR_EVER = b"\x01\x00\x01", b"\x01\x00\xff"  # ATR, PSL, passive activation
_ERROR_MARK, _MARK_AT = 0x7F, 5


class Chipset(nfc.clf.pn532.Chipset):  # type: ignore[misc,unused-ignore]  # nfcpy has no types
    """nfcpy's commands over a `FrameTTY`."""

    def __init__(self, transport: FrameTTY) -> None:
        super().__init__(transport, log)
        self.acknowledged_ms = ACKNOWLEDGED_MS
        self.sent_again = 0  # how many commands the chip may have carried out twice, since it was opened
        self._asked = ACK
        self._is_heard = self._is_noisy = self._was_repeated = False
        self._is_patient = self._asked_again = False
        self._early: bytearray | None = None
        self._configured: dict[int, bytes] = {}
        self._technology = 0
        self._modes: dict[str, int] = {}
        self._modes_found: dict[int, dict[str, int]] = {}

    def write_frame(self, frame: bytes) -> None:
        if self._was_repeated:
            self.transport.quieten()
        self._asked, self._early = bytes(frame), None
        self._is_heard = self._is_noisy = self._was_repeated = self._asked_again = False
        self.transport.write(frame)

    def read_frame(self, timeout: int) -> bytearray:
        """Return the chip's acknowledgement, then its answer. Raises OSError if it is silent or garbled."""
        if self._is_heard:
            return self._answer(timeout)
        self._await_acknowledgement()
        self._is_heard = True
        return bytearray(ACK)

    def _await_acknowledgement(self) -> None:
        for attempt, wait_ms in enumerate(self.acknowledged_ms):
            if attempt:
                self._was_repeated = True
                self.sent_again += 1
                self.transport.write(FLUSH + self._asked)
            try:
                frame = self._read_ours(wait_ms)
            except Garbled as noise:
                self._is_noisy = not self._is_patient  # a search that finds nobody has no answer to ask for
                if noise.size > LONGEST_DAMAGED_ACK:  # the answer was in it
                    self._ask_again()
                return
            except OSError as fault:
                if fault.errno != errno.ETIMEDOUT:
                    raise
                continue
            self._early = frame if frame != ACK else None
            return
        raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    def _answer(self, timeout_ms: int) -> bytearray:
        if self._early is not None:
            return self._early
        wait_ms = timeout_ms if self._is_patient else max(timeout_ms, ANSWER_MS)
        for _ in range(REPEATS):
            try:
                return self._read_ours(AGAIN_MS if self._asked_again else wait_ms)
            except Garbled as noise:
                self._is_noisy = not self._is_patient
                if noise.size < SHORTEST_DAMAGED_ANSWER:
                    continue
            except OSError as fault:
                if fault.errno != errno.ETIMEDOUT or not (self._asked_again or self._is_noisy):
                    raise
                self._was_repeated = True
            self._ask_again()
        raise OSError(errno.EIO, "no whole answer")

    def _ask_again(self) -> None:
        self.transport.write(FLUSH + NACK if self._asked_again else NACK)
        self._asked_again = True

    def _read_ours(self, timeout_ms: int) -> bytearray:
        """The acknowledgement, or the answer to what was asked; an older frame is passed over."""
        while True:
            frame: bytearray = self.transport.read(timeout_ms)
            if frame == ACK and not self._is_heard:
                return frame
            if frame != ACK and (
                frame[_MARK_AT] == _ERROR_MARK or command_code(frame) == command_code(self._asked) + 1
            ):
                return frame

    def rf_configuration(self, cfg_item: int, cfg_data: bytes) -> None:
        if self._configured.pop(cfg_item, None) != bytes(cfg_data):
            super().rf_configuration(cfg_item, cfg_data)
        self._configured[cfg_item] = bytes(cfg_data)

    def in_list_passive_target(self, max_tg: int, brty: int, initiator_data: bytes) -> bytearray | None:
        self._prepare_search(brty, _TRY_TWICE)
        found: bytearray | None = super().in_list_passive_target(max_tg, brty, initiator_data)
        return found

    def await_target(self, brty: int, waits_s: float) -> bytearray | None:
        """Have the chip look for a card by itself; return what it found within this time."""
        self._prepare_search(brty, _TRY_FOR_EVER)
        self._is_patient = True
        try:
            found = self.command(_IN_LIST_PASSIVE_TARGET, bytearray([1, brty]), waits_s)
        except OSError as fault:
            if fault.errno != errno.ETIMEDOUT:
                raise
            return None  # nfcpy has told the chip to give up
        finally:
            self._is_patient = False
        return found[2:] if found and found[0] else None

    def _prepare_search(self, brty: int, retries: bytes) -> None:
        self.rf_configuration(_RETRIES, retries)
        self._configured.pop(_RF_FIELD, None)  # a search switches the field on
        self._technology, self._modes = brty, dict(self._modes_found.get(brty, {}))

    def read_register(self, *registers: Any) -> Any:
        if not set(registers) <= set(MODES):
            return super().read_register(*registers)
        if not self._modes:
            self._modes = dict(zip(MODES, super().read_register(*MODES), strict=True))
            self._modes_found[self._technology] = dict(self._modes)
        values = [self._modes[register] for register in registers]
        return values if len(values) > 1 else values[0]

    def write_register(self, *settings: Any) -> None:
        pairs = [settings] if isinstance(settings[0], str) else list(settings)
        changed = [(name, value) for name, value in pairs if self._modes.get(name) != value]
        if changed:
            super().write_register(*changed)
        self._modes.update((name, value) for name, value in changed if name in self._modes)
