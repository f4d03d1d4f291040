"""A DNY box that dials a server, and dials again for ever."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from enum import StrEnum
from types import TracebackType
from typing import Self

from drivers.ports import address_of
from drivers.sim.faults import Fault, NowAndThen
from drivers.sim.outlets.dny import Box
from drivers.sim.outlets.faults import BoxFault, OutletFault
from drivers.sim.outlets.shelter import Shelter

BOX_ID = 0x04AB373B  # with two sockets
STEP_S = 0.05
AGAIN_S = 0.2  # until it dials anew
DIAL_S = 1.0
ALARMS = {
    OutletFault.SUPPLY: 1,
    OutletFault.WATER: 2,
    OutletFault.SMOKE: 4,
    OutletFault.HEAT: 5,
    OutletFault.TILTED: 7,
}
_ANSWERS = (OutletFault.LOST_ANSWER, OutletFault.LOST_QUESTION, OutletFault.WRONG_SUM)
_LASTING = (Fault.SILENT, Fault.DROPPED, Fault.UNPLUGGED, OutletFault.IN_PIECES, OutletFault.TOGETHER)


class DnySimulator:
    """A context manager: within it, the box at work dials `port`, such as tcp://127.0.0.1:9000."""

    device_file = ""

    def __init__(self, port: str, box_id: int = BOX_ID, shelter: Shelter | None = None) -> None:
        self.path = port
        self._fault: StrEnum | None = None
        self._now_and_then = NowAndThen()
        self._held = b""  # what is to be sent together with the next
        self._cuts = False
        self._channel: socket.socket | None = None
        self._talking = threading.RLock()
        self._ends = threading.Event()
        self.box = Box(box_id, self._send, shelter)
        self.shelter = self.box.shelter
        self._thread = threading.Thread(target=self._run, name=f"box-{box_id:08x}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()

    @property
    def current_fault(self) -> StrEnum | None:
        return self._fault

    def fail(self, fault: BoxFault, socket: int | None = None) -> None:
        """Begin to misbehave; what happens once is over at once. Raises ValueError for what no box does."""
        with self._talking:
            if fault in _LASTING:
                self._fault = fault
            elif fault in _ANSWERS:
                self.box.next_answer = fault
            elif fault in ALARMS:
                self.box.alarm(ALARMS[OutletFault(fault)])
            else:
                self._happens(fault, socket or 1)

    def recover(self) -> None:
        with self._talking:
            self._fault = self.box.next_answer = None
            for each in self.shelter:
                each.is_welded, each.is_broken, each.has_mains = False, False, True

    def cut(self) -> None:
        """Lose the connection now."""
        with self._talking:
            if self._channel is not None:
                with contextlib.suppress(OSError):
                    self._channel.shutdown(socket.SHUT_RDWR)

    def _happens(self, fault: BoxFault, number: int) -> None:
        match fault:
            case OutletFault.RESTART:
                self.box.restart()
                self.cut()
            case OutletFault.WELDED:
                self.shelter[number].is_welded = True
            case OutletFault.BROKEN:
                self.shelter[number].is_broken = True
            case OutletFault.OVERLOAD:
                self.box.overload()
            case OutletFault.NO_MAINS:
                for each in self.shelter:
                    each.has_mains = False
            case OutletFault.CUT_IN_FRAME:
                self._cuts = True
            case _:
                raise ValueError(f"a DNY box cannot be {fault}")

    def _run(self) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(OSError):
                if self._fault is not Fault.UNPLUGGED:
                    self._talk()
            with self._talking:
                self.box.step()
            self._ends.wait(AGAIN_S)

    def _talk(self) -> None:
        with socket.create_connection(address_of(self.path), DIAL_S) as channel:
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._talking:
                self._channel, self._held = channel, b""
                self.box.connected()
            try:
                self._listen(channel)
            finally:
                with self._talking:
                    self._channel = None
                    self.box.disconnected()

    def _listen(self, channel: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(channel, selectors.EVENT_READ)
            while not self._ends.is_set() and self._fault is not Fault.UNPLUGGED:
                if selector.select(STEP_S):
                    data = channel.recv(4096)
                    if not data:
                        return
                    with self._talking:
                        if self._fault is not Fault.SILENT:
                            self.box.received(data)
                with self._talking:
                    self._flush()
                    self.box.step()

    def _send(self, data: bytes) -> None:
        """Raises OSError, which ends the connection."""
        if self._channel is None or self._fault is Fault.SILENT:
            return
        if self._fault is Fault.DROPPED and self._now_and_then:
            return
        if self._cuts and data.startswith(b"DNY"):
            self._cuts = False
            self._channel.sendall(data[: len(data) // 2])
            raise ConnectionResetError("cut in the midst of a frame")
        if self._fault is OutletFault.TOGETHER and not self._held:
            self._held = data
            return
        if self._fault is OutletFault.IN_PIECES:
            for octet in data:
                self._channel.sendall(bytes([octet]))
        else:
            self._held += data
            self._flush()

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if self._channel is not None:
            self._channel.sendall(held)
