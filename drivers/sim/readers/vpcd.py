"""A PC/SC reader behind `vpcd`, the driver that lets the PC/SC service take a card from a TCP connection.

vpcd listens, and a connection is a card on the reader. On it each message has its length in two bytes before
it; of one byte are 00 power off, 01 power on, 02 reset, 04 tell the ATR; all others are commands. Only the
ATR and commands are answered.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from drivers.sim.cards.card import VirtualCard
from drivers.sim.cards.making import make_card
from drivers.sim.cards.spec import CardSpec
from drivers.sim.faults import Fault
from drivers.sim.field import Field
from drivers.sim.readers.pcsc_firmware import CardLost, Firmware, Model

DEFAULT_PORT = 35963  # of the first reader, as Debian sets vpcd up
_POWER_OFF, _POWER_ON, _RESET, _GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"


class VpcdSimulator:
    """A context manager: within it, cards can be laid on the reader whose vpcd listens at `port`.

    `name` is what the service calls that reader, or part of it.
    """

    device_file = ""

    def __init__(self, port: int = DEFAULT_PORT, name: str = "", model: Model = Model.ACR1252U) -> None:
        self.field = Field()
        self._firmware = Firmware(self.field, model)
        self._port, self._name = port, name
        self._cards: dict[CardSpec, VirtualCard] = {}
        self._fault: Fault | None = None
        self._connection: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def path(self) -> str:
        """What to write under `[reader] path`."""
        return f"pcsc:{self._name}"

    @property
    def current_fault(self) -> Fault | None:
        return self._fault

    def place(self, spec: CardSpec) -> None:
        """Lay a card on the reader, in place of any other. Raises ValueError for an impossible card.

        The same description again is the same card: what was written on it is still there.
        """
        if spec not in self._cards:
            self._cards[spec] = make_card(spec)
        self.lift()
        self.field.place(self._cards[spec])
        self._firmware.select()
        self._connection = socket.create_connection(("127.0.0.1", self._port), timeout=5)
        self._connection.settimeout(None)
        self._thread = threading.Thread(
            target=self._serve, args=(self._connection,), name="vpcd", daemon=True
        )
        self._thread.start()

    def lift(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._thread is not None:
            _hang_up(connection)
            self._thread.join()
        self.field.lift()

    def fail(self, fault: Fault) -> None:
        """Begin to misbehave. Raises ValueError for what belongs to the service, or to other devices."""
        if fault is not Fault.LIFTED_MID_READ:
            raise ValueError(f"a reader behind vpcd cannot be {fault}")
        self._fault = fault
        self.field.lift_next_in_mid_read(True)

    def recover(self) -> None:
        self._fault = None
        self.field.lift_next_in_mid_read(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lift()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while head := stream.read(2):
                    _acknowledge_at_once(connection)
                    answer = self._answer(stream.read(int.from_bytes(head)))
                    if answer is not None:
                        connection.sendall(len(answer).to_bytes(2) + answer)
            except (OSError, CardLost):
                _hang_up(connection)

    def _answer(self, message: bytes) -> bytes | None:
        if message in (_POWER_ON, _RESET):
            self._firmware.select()
        elif message == _POWER_OFF:
            self._firmware.power_off()
        elif message == _GET_ATR:
            return self._firmware.atr
        else:
            return self._firmware.execute(message)
        return None


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _acknowledge_at_once(connection: socket.socket) -> None:
    """vpcd sends length and command apart, and TCP would keep the second until the first is acknowledged."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
