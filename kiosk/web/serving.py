"""The kiosk's waitress: a thread for every screen that stays open, and some for everybody else."""

from __future__ import annotations

from typing import Any

import waitress
from flask import Flask

from kiosk.web.application import MAX_STREAMS

THREADS = MAX_STREAMS + 6


def make_server(app: Flask, host: str, port: int) -> Any:
    """A bound server: `run()` serves until `close()`. Port 0 takes a free one, see `effective_port`.

    Looking ahead lets a waiting event stream notice that its browser is gone.
    """
    return waitress.create_server(
        app, host=host, port=port, threads=THREADS, channel_request_lookahead=1, ident=None
    )
