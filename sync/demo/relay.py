"""The demo's network cable between kiosk and office: a TCP relay that can be cut and mended."""

from __future__ import annotations

import contextlib
import socket
import threading

CHUNK_BYTES = 65536


class Relay:
    """Listens on a loopback port of its own and passes bytes on to the office while it is whole."""

    def __init__(self, office_port: int) -> None:
        self._office_port = office_port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._whole = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    @property
    def whole(self) -> bool:
        return self._whole

    def cut(self) -> None:
        """Drop what is under way and let nothing through."""
        with self._lock:
            self._whole = False
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._lock:
            self._whole = True

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                kiosk, _ = self._listener.accept()
                self._join(kiosk)

    def _join(self, kiosk: socket.socket) -> None:
        if not self._whole:
            kiosk.close()
            return
        try:
            office = socket.create_connection(("127.0.0.1", self._office_port), timeout=5)
        except OSError:
            kiosk.close()
            return
        office.settimeout(None)
        with self._lock:
            self._open |= {kiosk, office}
        for source, sink in ((kiosk, office), (office, kiosk)):
            threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                sink.sendall(chunk)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open -= {source, sink}
