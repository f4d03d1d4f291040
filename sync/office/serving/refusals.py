"""What is refused before any page of ours is asked, in both languages: nobody knows yet who reads it.

nginx shows the same files (`systemd/nginx`).
"""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

from gunicorn import util  # type: ignore[import-untyped]

PAGES = Path(__file__).parent / "static"


def answer(status: str) -> bytes:
    """The whole answer for a status such as `411 Length Required`; the connection ends with it."""
    page = _page("away.html" if status.startswith("5") else "refused.html")
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(page)}\r\n\r\n".encode() + page


def write_error(client: socket.socket, status: int, reason: str, _detail: str) -> None:
    """As gunicorn calls it. What exactly was wrong is in the log."""
    util.write_nonblock(client, answer(f"{status} {reason}"))


@cache
def _page(name: str) -> bytes:
    return (PAGES / name).read_bytes()
