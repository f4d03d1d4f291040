"""The control door: a Unix socket that takes one JSON object a line and answers each with one.

Whoever may open the socket may lay any card on the reader, so only its owner may (mode 0600).
"""

from __future__ import annotations

import json
import socketserver
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.sim.commands import Reply, Simulator, execute

OWNER_ONLY = 0o600


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        for line in self.rfile:
            reply = answer_line(self.server.simulator, line)
            self.wfile.write(json.dumps(reply).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, simulator: Simulator) -> None:
        self.simulator, self._path = simulator, path
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Conversation)

    def server_activate(self) -> None:
        self._path.chmod(OWNER_ONLY)  # before anyone can connect: the socket does not listen yet
        super().server_activate()

    def server_close(self) -> None:
        super().server_close()
        self._path.unlink(missing_ok=True)


class ControlDoor:
    """A context manager: within it, `path` takes commands for `simulator`."""

    def __init__(self, path: Path, simulator: Simulator) -> None:
        self._path, self._simulator = path, simulator
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self._path, self._simulator)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="control-door", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None and self._thread is not None
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def answer_line(simulator: Simulator, line: bytes) -> Reply:
    try:
        request = json.loads(line)
    except ValueError:
        return {"ok": False, "error": "one JSON object a line"}
    if not isinstance(request, dict):
        return {"ok": False, "error": "one JSON object a line"}
    return execute(simulator, request)
