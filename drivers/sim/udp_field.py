"""The card's side of nfcpy's UDP link: a field without a reader chip.

nfcpy's own card side closes its socket after every card and misses half of the taps that follow quickly;
this one keeps one socket, bound to the loopback address. The wire is text, `106A <hex>`, `212F <hex>`,
`RFOFF`, without CRCs; anticollision is spoken in full (ISO/IEC 14443-3, section 6.5).

A reader waits a second for an answer to an empty field, so a card that is laid down answers the question that
is still open.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from functools import reduce
from operator import xor
from types import TracebackType
from typing import Self

from drivers.sim.cards.card import TypeACard
from drivers.sim.cards.making import make_card
from drivers.sim.cards.spec import CardSpec
from drivers.sim.faults import PRINTERS_OWN, Fault, NowAndThen
from drivers.sim.field import Field

Address = tuple[str, int]

_SENS_REQ, _ALL_REQ = b"\x26", b"\x52"
_CASCADE_TAG, _SAK_CASCADE = 0x88, 0x04
_LEVELS = {0x93: 0, 0x95: 1}
_ANTICOLLISION, _SELECT = 0x20, 0x70
_STILL_WAITING_S = 0.9  # nfcpy waits one second


@dataclass(frozen=True, slots=True)
class Datagram:
    technology: str
    frame: bytes
    sender: Address

    @classmethod
    def parse(cls, text: bytes, sender: Address) -> Datagram:
        """Raises ValueError for what is no frame."""
        technology, _, frame = text.decode("ascii").partition(" ")
        return cls(technology, bytes.fromhex(frame), sender)


class UdpField:
    """A context manager: within it, the field at `path` exists and cards can be laid on it."""

    def __init__(self) -> None:
        self.field = Field()
        self._socket: socket.socket | None = None
        self._address: Address = ("127.0.0.1", 0)
        self._thread: threading.Thread | None = None
        self._open_question: tuple[Datagram, float] | None = None
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._now_and_then = NowAndThen()

    @property
    def path(self) -> str:
        """What to write under `[reader] path`."""
        return f"udp:{self._address[0]}:{self._address[1]}"

    @property
    def device_file(self) -> str:
        return ""

    @property
    def current_fault(self) -> Fault | None:
        return self._fault

    def __enter__(self) -> Self:
        self._plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unplug()

    def place(self, spec: CardSpec) -> None:
        """Lay a card down, in place of any other. Raises ValueError for an impossible card."""
        card = make_card(spec)
        with self._lock:
            self.field.place(card)
            question, self._open_question = self._open_question, None
            if question is not None and time.monotonic() - question[1] < _STILL_WAITING_S:
                self._reply(question[0])

    def lift(self) -> None:
        self.field.lift()

    def fail(self, fault: Fault) -> None:
        """Begin to misbehave. Raises ValueError for what only others can do wrong."""
        if fault in (Fault.STUCK, *PRINTERS_OWN):
            raise ValueError(f"a datagram link cannot be {fault}")
        self.recover()
        self._fault = fault
        if fault is Fault.UNPLUGGED:
            self._unplug()
        self.field.lift_next_in_mid_read(fault is Fault.LIFTED_MID_READ)
        self.field.lose_exchanges(fault is Fault.LOSSY)

    def recover(self) -> None:
        fault, self._fault = self._fault, None
        if fault is Fault.UNPLUGGED:
            self._plug()
        self.field.lift_next_in_mid_read(False)
        self.field.lose_exchanges(False)

    def _plug(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(self._address)
        self._address = self._socket.getsockname()
        self._thread = threading.Thread(target=self._listen, name="udp-field", daemon=True)
        self._thread.start()

    def _unplug(self) -> None:
        if self._socket is None or self._thread is None:
            return
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as last:
            last.sendto(b"", self._address)
        self._thread.join()
        self._socket.close()
        self._socket = self._thread = self._open_question = None

    def _listen(self) -> None:
        assert self._socket is not None
        while True:
            text, sender = self._socket.recvfrom(1024)
            if not text:
                return
            with contextlib.suppress(ValueError), self._lock:
                self._take(Datagram.parse(text, sender))

    def _take(self, datagram: Datagram) -> None:
        self._open_question = None
        if datagram.technology == "RFOFF":
            self.field.switch(False)
            return
        if _opens(datagram):
            self.field.switch(False)  # every search begins with the field off
        self.field.switch(True)
        if not self._reply(datagram) and _opens(datagram):
            self._open_question = (datagram, time.monotonic())

    def _reply(self, datagram: Datagram) -> bool:
        if self._fault is Fault.SILENT or (self._fault is Fault.DROPPED and self._now_and_then):
            return True
        answer = self._answer(datagram)
        if answer is None:
            return False
        if self._fault is Fault.GARBLED and self._now_and_then:
            answer = answer[:-1]
        assert self._socket is not None
        with contextlib.suppress(OSError):
            self._socket.sendto(f"{datagram.technology} {answer.hex()}".encode(), datagram.sender)
        return True

    def _answer(self, datagram: Datagram) -> bytes | None:
        if datagram.technology == "106A":
            card = self.field.type_a()
            if card is None:
                return None
            found = _find(card, datagram.frame)
            return found if found is not None else self.field.exchange(datagram.frame)
        if datagram.technology == "212F" and self.field.type_f() is not None:
            return self.field.exchange(datagram.frame)
        return None


def _opens(datagram: Datagram) -> bool:
    """Whether this is the first frame of a search for cards."""
    return datagram.frame in (_SENS_REQ, _ALL_REQ) or datagram.frame.startswith(b"\x06\x00")


def _find(card: TypeACard, frame: bytes) -> bytes | None:
    """Answer a frame of anticollision and selection, None for any other."""
    if frame in (_SENS_REQ, _ALL_REQ):
        return card.sens_res
    if len(frame) < 2 or frame[0] not in _LEVELS:
        return None
    levels = _cascade(card.uid)
    level = _LEVELS[frame[0]]
    if level >= len(levels):
        return None
    if frame[1] == _ANTICOLLISION:
        return levels[level]
    if frame[1] != _SELECT or frame[2:] != levels[level]:
        return None
    if level + 1 < len(levels):
        return bytes([card.sel_res | _SAK_CASCADE])
    card.selected()
    return bytes([card.sel_res])


def _cascade(uid: bytes) -> list[bytes]:
    """The UID in pieces of four bytes, each with its check byte."""
    pieces = [uid] if len(uid) == 4 else [bytes([_CASCADE_TAG]) + uid[:3], uid[3:]]
    return [piece + bytes([reduce(xor, piece)]) for piece in pieces]
