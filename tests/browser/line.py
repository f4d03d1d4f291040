"""A line between browser and kiosk that can be cut, and mended, without either of them knowing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """Passes bytes from its own port to the kiosk's and back."""

    def __init__(self, port: int) -> None:
        self._far = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._whole = True
        self.port: int = self._door.getsockname()[1]
        self._start(self._accept)

    def cut(self) -> None:
        """Hang up on everybody, and on whoever calls from now on."""
        self._whole = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in [self._door, *self._ends]:
            end.close()

    def _start(self, work: object, *ends: socket.socket) -> None:
        thread = threading.Thread(target=work, args=ends)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                self._ends.append(near)
                if not self._whole:
                    near.shutdown(socket.SHUT_RDWR)
                    continue
                far = socket.create_connection(self._far)
                self._ends.append(far)
                self._start(_pass_on, near, far)
                self._start(_pass_on, far, near)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line(port: int) -> Iterator[Line]:
    started = Line(port)
    try:
        yield started
    finally:
        started.close()
