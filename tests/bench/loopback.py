"""A real PostgreSQL, the office under gunicorn, and a relay that counts bytes: all on loopback."""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
import psycopg

from sync.office.serving.serve import serve
from sync.office.settings import OfficeSettings
from tests.ports import free_port


def new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


@dataclass(frozen=True, slots=True)
class Running:
    """An office that answers."""

    url: str
    pid: int


@contextmanager
def office(settings: OfficeSettings) -> Iterator[str]:
    with _running(settings) as running:
        yield running.url


@contextmanager
def offices(settings: OfficeSettings, count: int) -> Iterator[list[Running]]:
    """So many of them on the same books, each at an address of its own."""
    with ExitStack() as stack:
        addresses = [f"127.0.0.1:{free_port()}" for _ in range(count)]
        yield [
            stack.enter_context(_running(msgspec.structs.replace(settings, listen=address)))
            for address in addresses
        ]


@contextmanager
def _running(settings: OfficeSettings) -> Iterator[Running]:
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(settings,))
    process.start()
    host, _, port = settings.listen.rpartition(":")
    while not listens(host, int(port)):
        time.sleep(0.05)
    try:
        assert process.pid is not None, "it was started"
        yield Running(f"http://{settings.listen}", process.pid)
    finally:
        process.terminate()
        process.join()


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port)).close()
    except OSError:
        return False
    return True


@contextmanager
def relay(url: str) -> Iterator[tuple[str, dict[str, int]]]:
    """A way to `url` for one connection, counting the bytes both ways."""
    counts = {"up": 0, "down": 0}
    target = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            near, _ = server.accept()
            far = socket.create_connection((target.hostname, target.port))
            with near, far:
                back = threading.Thread(target=pump, args=(far, near, counts, "down"))
                back.start()
                pump(near, far, counts, "up")
                back.join()

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", counts
        thread.join()


def pump(source: socket.socket, target: socket.socket, counts: dict[str, int], direction: str) -> None:
    while some := source.recv(65536):
        counts[direction] += len(some)
        target.sendall(some)
    target.shutdown(socket.SHUT_WR)
