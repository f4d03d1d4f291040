"""A network between a kiosk and the office that does to requests and answers what networks do."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

PORTAL = b"<html><body>Welcome to FreeWiFi! Please accept the terms.</body></html>"
DRIP_BYTES, DRIP_S = 64, 0.01
STEP_S = 0.1  # how often whoever waits looks whether all is over
LONGEST_S = 40  # the office may keep whoever waits for news for 25 s


class Link:
    """One request on its way: what it says, the kiosk that sent it, and the office if it is asked."""

    def __init__(self, proxy: Proxy, kiosk: socket.socket, request: bytes) -> None:
        self.proxy, self.kiosk, self.request = proxy, kiosk, request

    def ask(self, request: bytes | None = None) -> bytes:
        """The office's answer to this request, over a connection of its own."""
        with socket.create_connection(self.proxy.office, timeout=LONGEST_S) as office:
            office.sendall(self.request if request is None else request)
            office.shutdown(socket.SHUT_WR)
            return read_message(office)

    def answer(self, answer: bytes) -> None:
        self.kiosk.sendall(answer)

    def reset(self) -> None:
        """End as a router does that has forgotten the connection."""
        self.kiosk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


Fault = Callable[[Link], None]


class Proxy:
    """Listens on `url`; each request meets the fault that is set then, or none."""

    def __init__(self, office: str) -> None:
        host, _, port = office.removeprefix("http://").partition(":")
        self.office = host, int(port)
        self.fault: Fault | None = None
        self.over = threading.Event()
        self.held: list[bytes] = []  # requests that were kept back
        self.hits = 0  # requests that met a fault
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._threads = [threading.Thread(target=self._accept, name="proxy")]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join()

    def deliver_held(self) -> None:
        """Send the office what was kept back, now that newer requests have been answered."""
        while self.held:
            Link(self, self._door, self.held.pop(0)).ask()

    def _accept(self) -> None:
        while True:
            try:
                kiosk, _ = self._door.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(kiosk,), name="link")
            self._threads.append(thread)
            thread.start()

    def _serve(self, kiosk: socket.socket) -> None:
        """Carry what comes over one connection, until it ends or a fault ended it."""
        kiosk.settimeout(STEP_S)
        with kiosk, contextlib.suppress(OSError):
            while request := read_message(kiosk, self.over):
                link, fault = Link(self, kiosk, request), self.fault
                if fault is not None:
                    self.hits += 1
                    fault(link)
                    return
                link.answer(link.ask())


def read_message(connection: socket.socket, over: threading.Event | None = None) -> bytes:
    """A whole HTTP message; less if the other side ended first."""
    heard = b""
    while not _is_whole(heard):
        try:
            some = connection.recv(65536)
        except TimeoutError:
            if over is not None and not over.is_set():
                continue
            return b""
        if not some:
            break
        heard += some
    return heard


def _is_whole(message: bytes) -> bool:
    head, end, body = message.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


# The faults, each by its name.


def lost_request(link: Link) -> None:
    """It never reaches the office; the connection ends."""


def lost_answer(link: Link) -> None:
    """The office did what was asked, and nobody is told."""
    link.ask()


def duplicate(link: Link) -> None:
    """The office is asked twice; the kiosk hears the second answer."""
    link.ask()
    link.answer(link.ask())


def held_back(link: Link) -> None:
    """It is kept, to be delivered after newer ones."""
    link.proxy.held.append(link.request)


def cut_request(link: Link) -> None:
    """The office gets the first half of it."""
    with contextlib.suppress(OSError):
        link.ask(link.request[: len(link.request) // 2])


def cut_answer(link: Link) -> None:
    """The kiosk gets all but the end of it."""
    link.answer(link.ask()[:-20])


def flipped_in_request(link: Link) -> None:
    link.answer(link.ask(_flipped(link.request)))


def flipped_in_answer(link: Link) -> None:
    link.answer(_flipped(link.ask()))


def _flipped(message: bytes) -> bytes:
    """One bit of the body, in its middle."""
    head, end, body = message.partition(b"\r\n\r\n")
    middle = len(body) // 2
    return head + end + body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


def half_open(link: Link) -> None:
    """Nobody answers and nobody hangs up."""
    link.proxy.over.wait(3)


def dead_line(link: Link) -> None:
    """As when a cable is pulled far away: nobody answers or hangs up for as long as it is so."""
    while link.proxy.fault is dead_line and not link.proxy.over.wait(STEP_S):
        pass


def captive_portal(link: Link) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PORTAL)}\r\n\r\n"
    link.answer(head.encode() + PORTAL)


def slow_drip(link: Link) -> None:
    """The answer comes, a few bytes at a time."""
    answer = link.ask()
    for place in range(0, len(answer), DRIP_BYTES):
        link.answer(answer[place : place + DRIP_BYTES])
        time.sleep(DRIP_S)


def reset(link: Link) -> None:
    """The office did what was asked, and the connection breaks off."""
    link.ask()
    link.reset()


FAULTS: tuple[Fault, ...] = (
    lost_request,
    lost_answer,
    duplicate,
    held_back,
    cut_request,
    cut_answer,
    flipped_in_request,
    flipped_in_answer,
    half_open,
    captive_portal,
    slow_drip,
    reset,
)
