"""The server that DNY boxes dial on the site's own network: one thread for all boxes at one address.

A box is known by the physical id in its frames, not by its connection: when it dials anew, the connection of
before is closed. One that the settings do not name is refused, and the log says its id.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import Emit
from drivers.outlets.dny.frames import Frame, Splitter
from drivers.outlets.dny.words import REFUSED, Command
from drivers.ports import address_of
from drivers.supervision import Health, Patience, Reason, Supervisor

log = logging.getLogger(__name__)

TICK_S = 0.1  # commands to a box are half a second apart
MOST_CONNECTIONS = 64
NAMELESS_MS = 60_000  # a connection on which no box of ours has spoken so long is closed
QUIET_MS = 5_000  # a frame that does not end so long never does
READ_BYTES = 4096
DIAGNOSES = {
    errno.EADDRINUSE: Reason.OCCUPIED,
    errno.EADDRNOTAVAIL: Reason.ABSENT,
    errno.EACCES: Reason.FORBIDDEN,
}


class Box(Protocol):
    """What the server's thread does with a box."""

    def connected(self, send: Callable[[Frame], None]) -> None: ...

    def lost(self, reason: Reason) -> None: ...

    def heard(self, frame: Frame) -> None: ...

    def step(self) -> None: ...

    @property
    def is_silent(self) -> bool: ...


class DnyServer:
    """Listens while one of its boxes is started. `boxes`: by physical id, filled before the first is."""

    def __init__(
        self,
        port: str,
        emit: Emit,
        *,
        clock: MonotonicMs = monotonic_ms,
        patience: Patience | None = None,
    ) -> None:
        self.port, self.boxes = port, dict[int, Box]()
        self.address: tuple[str, int] | None = None  # where it listens now
        self._clock = clock
        self._users, self._counting = 0, threading.Lock()
        self._session: _Listening | None = None
        self._supervisor = Supervisor(
            port, port, self._new_session, emit, patience=patience or Patience(), clock=clock
        )

    def start(self) -> None:
        with self._counting:
            self._users += 1
            if self._users == 1:
                self._supervisor.start()

    def stop(self) -> None:
        with self._counting:
            self._users -= 1
            if self._users == 0:
                self._supervisor.stop()

    def health(self) -> Health:
        return self._supervisor.health()

    def wake(self) -> None:
        """Have the boxes looked after at once. May come from any thread."""
        if self._session is not None:
            self._session.wake()

    def _new_session(self) -> _Listening:
        self._session = _Listening(self, self._clock)
        return self._session


class _Connection:
    """One box, or a master with several, at the other end."""

    def __init__(self, channel: socket.socket, peer: str, now_ms: int) -> None:
        self.channel, self.peer = channel, peer
        self.splitter = Splitter()
        self.since_ms = self.heard_ms = now_ms
        self.boxes: set[int] = set()

    def send(self, frame: Frame) -> None:
        """Raises OSError; a box that takes nothing is as good as gone."""
        self.channel.sendall(frame.encode())


class _Listening:
    """See `drivers.supervision.Session`."""

    at_rest = True
    condition = Reason.READY

    def __init__(self, server: DnyServer, clock: MonotonicMs) -> None:
        self._server, self._clock = server, clock
        self._selector = selectors.DefaultSelector()
        self._waking, self._waker = socket.socketpair()
        self._listener: socket.socket | None = None
        self._connections: dict[int, _Connection] = {}  # by file descriptor
        self._of_box: dict[int, _Connection] = {}

    def open(self) -> None:
        for each in (self._waking, self._waker):
            each.setblocking(False)
        self._selector.register(self._waking, selectors.EVENT_READ)
        host, port = address_of(self._server.port)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._server.address = self._listener.getsockname()[:2]

    def step(self) -> float:
        for key, _ in self._selector.select(TICK_S):
            if key.fileobj is self._listener:
                self._accept()
            elif key.fileobj is self._waking:
                self._waking.recv(READ_BYTES)
            elif key.fd in self._connections:
                self._read(self._connections[key.fd])
        self._tidy()
        for number, box in self._server.boxes.items():
            try:
                box.step()
            except OSError as fault:
                self._drop(self._of_box[number], Reason.UNPLUGGED, str(fault))
        return 0

    def close(self) -> None:
        for each in list(self._connections.values()):
            self._drop(each, Reason.ABSENT, "the server ends")
        self._server.address = None
        self._selector.close()
        for channel in (self._listener, self._waking, self._waker):
            if channel is not None:
                channel.close()

    def abort(self) -> None:
        """Nothing here blocks for long."""

    def wake(self) -> None:
        with contextlib.suppress(OSError):
            self._waker.send(b"w")

    def diagnose(self, fault: Exception) -> Reason:
        code = fault.errno if isinstance(fault, OSError) else None
        return DIAGNOSES.get(code or 0, Reason.SILENT)

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(BlockingIOError):
            channel, peer = self._listener.accept()
            if len(self._connections) >= MOST_CONNECTIONS:
                channel.close()
                return
            channel.setblocking(False)
            self._selector.register(channel, selectors.EVENT_READ)
            self._connections[channel.fileno()] = _Connection(channel, peer[0], self._clock())

    def _read(self, connection: _Connection) -> None:
        try:
            data = connection.channel.recv(READ_BYTES)
            if not data:
                self._drop(connection, Reason.UNPLUGGED, "closed")
                return
        except BlockingIOError:
            return
        except OSError as fault:
            self._drop(connection, Reason.UNPLUGGED, str(fault))
            return
        connection.heard_ms = self._clock()
        self._take_all(connection, connection.splitter.feed(data))

    def _take_all(self, connection: _Connection, frames: list[Frame]) -> None:
        try:
            for frame in frames:
                self._take(connection, frame)
        except OSError as fault:  # an answer could not be sent
            self._drop(connection, Reason.UNPLUGGED, str(fault))

    def _take(self, connection: _Connection, frame: Frame) -> None:
        box = self._server.boxes.get(frame.box)
        if box is None:
            self._refuse(connection, frame)
            return
        earlier = self._of_box.get(frame.box)
        if earlier is not connection:
            if earlier is not None:
                self._drop(earlier, Reason.UNPLUGGED, "it dialled anew")
            self._of_box[frame.box] = connection
            connection.boxes.add(frame.box)
            log.info("box %08X at %s, SIM %s", frame.box, connection.peer, connection.splitter.iccid or "?")
            box.connected(connection.send)
        box.heard(frame)

    def _refuse(self, connection: _Connection, frame: Frame) -> None:
        """Not in the settings. Others behind the same connection go on."""
        log.warning("box %08X at %s is not in kiosk.toml: refused", frame.box, connection.peer)
        if frame.command == Command.REGISTER:
            connection.send(frame.answer(REFUSED))
        if not connection.boxes:
            self._drop(connection, Reason.ABSENT, "not in kiosk.toml")

    def _tidy(self) -> None:
        """Close what says nothing, and find frames behind what began and never ended."""
        now_ms = self._clock()
        for each in list(self._connections.values()):
            boxes = [self._server.boxes[number] for number in each.boxes]
            if now_ms - each.heard_ms >= QUIET_MS:
                each.heard_ms = now_ms
                self._take_all(each, each.splitter.quiet())
            if boxes and all(box.is_silent for box in boxes):
                self._drop(each, Reason.SILENT, "silent")
            elif not boxes and now_ms - each.since_ms > NAMELESS_MS:
                self._drop(each, Reason.SILENT, "nobody of ours")

    def _drop(self, connection: _Connection, reason: Reason, why: str) -> None:
        if self._connections.pop(connection.channel.fileno(), None) is None:
            return
        self._selector.unregister(connection.channel)
        connection.channel.close()
        for number in connection.boxes:
            log.info("box %08X at %s: %s", number, connection.peer, why)
            if self._of_box.get(number) is connection:
                del self._of_box[number]
                self._server.boxes[number].lost(reason)
