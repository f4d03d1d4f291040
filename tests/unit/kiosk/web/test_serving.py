"""The kiosk's web server among clients that do not behave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from flask.testing import FlaskClient

from kiosk.web.serving import Server
from tests.waiting import PATIENCE_S

RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"


@pytest.fixture
def port(client: FlaskClient) -> Iterator[int]:
    server = Server(client.application, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, name="web")
    thread.start()
    yield server.port
    server.close()
    thread.join()


def _answers(port: int) -> bool:
    return requests.get(f"http://127.0.0.1:{port}/display", timeout=PATIENCE_S).ok


def test_clients_that_do_not_end_keep_no_screen_waiting(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(150):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(b"POST /duty/in HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 9\r\n\r\nabc")
        assert _answers(port)


def test_clients_that_break_off_leave_no_trace(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    for sent in (b"GET /dis", b"GET /display HTTP/1.1\r\n\r\n", b"GET /display/events HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(sent)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    assert _answers(port)
    assert "Traceback" not in capfd.readouterr().err


def test_a_server_that_happens_to_wake_up_while_it_is_closed_ends_well(client: FlaskClient) -> None:
    server = Server(client.application, "127.0.0.1", 0)
    trigger = server._server.trigger
    wake = trigger._physical_pull

    def woken_by_another_first() -> None:
        wake()
        thread.join(0.5)  # it must not end before the second one is through
        wake()

    trigger._physical_pull = woken_by_another_first
    thread = threading.Thread(target=server.run, name="web")
    thread.start()
    server.close()
    thread.join()
