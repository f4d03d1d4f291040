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
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts, and then closes it

    def _accept(self) -> None:
        with self._listener, contextlib.suppress(OSError):
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
        threading.Thread(target=self._carry, args=(kiosk, office), daemon=True).start()

    def _carry(self, kiosk: socket.socket, office: socket.socket) -> None:
        """Both ways until either end or the cable is gone."""
        with kiosk, office:
            with self._lock:
                if not self._whole:  # cut while the office was being called
                    return
                self._open |= {kiosk, office}
            back = threading.Thread(target=self._pass_on, args=(office, kiosk), daemon=True)
            back.start()
            self._pass_on(kiosk, office)
            back.join()
            with self._lock:
                self._open -= {kiosk, office}

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                sink.sendall(chunk)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
