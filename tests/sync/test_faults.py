"""Everything that can answer in the office's place, and the name that each of them gets."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.errors import NotTheOffice, OfficeFailing, OfficeSilent, OfficeUnreachable, SyncError, UnknownKey
from sync.wire import messages
from sync.wire.messages import Ack, Envelope
from sync.wire.signing import SigningKey
from sync.wire.transport import MAX_ANSWER_BYTES, Transport
from tests.ports import free_port

HTML = b"<html><body>Welcome to FreeWiFi! Please accept the terms.</body></html>"


def _http(status: str, body: bytes, length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


@contextmanager
def _answering(answer: bytes | None) -> Iterator[str]:
    """A server that says the same to everybody and hangs up; None: it never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def run() -> None:
            connection, _ = server.accept()
            with connection:
                _hear(connection)
                if answer is None:
                    done.wait()
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def _hear(connection: socket.socket) -> None:
    """Read a whole request: whoever hangs up with something unread takes back what was said."""
    heard = b""
    while not (request := re.search(rb"Content-Length: (\d+)\r\n\r\n(.*)", heard, re.DOTALL)) or len(
        request[2]
    ) < int(request[1]):
        heard += connection.recv(65536)


ENVELOPE = messages.encode(Envelope(b"k" * 8, b"s" * 64, messages.encode(Ack(1, b"", 1))))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_http("500 Internal Server Error", b"oops"), OfficeFailing),
        (_http("502 Bad Gateway", HTML), OfficeFailing),
        (_http("200 OK", HTML), NotTheOffice),
        (b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n", NotTheOffice),
        (_http("404 Not Found", b""), NotTheOffice),
        (_http("200 OK", b""), NotTheOffice),
        (_http("200 OK", ENVELOPE[:-9]), NotTheOffice),
        (_http("200 OK", ENVELOPE[:-9], len(ENVELOPE)), OfficeUnreachable),
        (_http("200 OK", b"x" * (MAX_ANSWER_BYTES + 1)), NotTheOffice),
        (b"", OfficeUnreachable),
        (b"\x15\x03\x01 no HTTP at all\r\n\r\n", OfficeUnreachable),
        (None, OfficeSilent),
    ],
    ids=[
        "500",
        "proxy",
        "captive portal",
        "redirect",
        "wrong address",
        "nothing in it",
        "cut envelope",
        "half an answer",
        "too much",
        "hangs up",
        "not http",
        "silence",
    ],
)
def test_what_is_no_answer_has_a_name(answer: bytes | None, error: type[SyncError]) -> None:
    patience_s = 0.2 if answer is None else 20.0
    with _answering(answer) as url, Transport(url, answer_timeout_s=patience_s) as transport:
        with pytest.raises(error) as raised:
            transport.exchange("/v1/catalogue", b"hello")
        assert raised.value.transient


def test_nobody_listening_has_a_name() -> None:
    with Transport(f"http://127.0.0.1:{free_port()}") as transport, pytest.raises(OfficeUnreachable):
        transport.exchange("/", b"")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "nonsense", ""])
def test_an_address_that_is_none_has_a_name(url: str) -> None:
    with Transport(url) as transport, pytest.raises(NotTheOffice):
        transport.exchange("/", b"")


def test_a_well_formed_answer_from_anybody_is_not_believed(tmp_path: Path) -> None:
    key = SigningKey(b"d" * 32)
    with _answering(_http("200 OK", ENVELOPE)) as url, Transport(url) as transport, pytest.raises(UnknownKey):
        transport.ask("/", b"", messages.Pull(1, b"", (0, 0)), key, {})
