"""The kiosk's waitress: a thread for every screen that stays open, and some for everybody else."""

from __future__ import annotations

import threading

import waitress
from flask import Flask
from waitress import wasyncore

from kiosk.web.application import MAX_STREAMS

THREADS = MAX_STREAMS + 6
MOST_CONNECTIONS = 500
SILENT_S = 20  # who asks nothing for so long, or half a question, is hung up on


class Server:
    """Bound on creation, so that a taken port is known at once. Port 0 takes a free one."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._streams = app.extensions["streams"]
        # Looking ahead lets a waiting event stream notice that its browser is gone.
        self._server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            channel_request_lookahead=1,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=SILENT_S,
            cleanup_interval=SILENT_S // 4,
            asyncore_use_poll=True,
            ident=None,
        )
        self.port: int = self._server.effective_port
        self._asked_to_hang_up = threading.Event()

    def run(self) -> None:
        """Serve until somebody calls `close`."""
        self._server.run()

    def close(self) -> None:
        """From another thread: end the streams, let running answers finish, hang up on everybody."""
        self._streams.close()
        self._server.trigger.pull_trigger(self._hang_up)
        self._asked_to_hang_up.set()

    def _hang_up(self) -> None:
        # Another wake-up may bring us here while `close` still has to write to the pipe that is closed below.
        self._asked_to_hang_up.wait()
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._server._map)
