"""gunicorn's threaded worker, with threads kept for requests that are whole.

gunicorn's own waits in a thread for the rest of a request, for as long as its sender likes, and in
the loop that watches all sockets for whoever it hangs up on: a hundred clients that begin and do
not end stop everybody. Here the loop gathers requests (`coming`) and hands over what is whole; who
takes too long, to send or to read, is hung up on; who waits for news when the office stops is
answered at once; and a worker whose threads are all stuck is replaced like one that stands still.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from sync.office.serving import refusals
from sync.office.serving.coming import Coming, Unwanted

KEEPALIVE_S = 75.0  # longer than a kiosk waits for news, so that its connection outlives the wait
SEND_WITHIN_S = 10.0  # a whole request, from its first byte or from the connection
READ_WITHIN_S = 10.0  # the whole answer
HANG_UP_WITHIN_S = 1.0
STOP_WITHIN_S = 0.3  # a request that is half here when the office stops
LOOK_EVERY_S = 0.25
MOST_COMING = 800  # of `worker_connections`; beyond it the one that has waited longest makes room
_CHUNK_BYTES = 64 * 1024


util.write_error = refusals.write_error  # in place of the bare page of whatever gunicorn refuses by itself


class _TimedSocket(socket.socket):
    """A client's connection, on which no write lasts for ever."""

    def setblocking(self, flag: bool) -> None:
        self.settimeout(READ_WITHIN_S if flag else 0.0)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Runs in the loop's thread, but for `handle` and `handle_request`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._coming: dict[TConn, Coming] = {}  # the one that has waited longest first
        self._leaving: dict[TConn, float] = {}  # told that it is over; hung up on at that time
        self._next_look_s = 0.0
        self._answered: Future[None] | None = None  # by one of the threads, that it is free

    def notify(self) -> None:
        """Tell the arbiter that requests are answered: this loop goes round, and a thread came free."""
        if self._answered is None or self._answered.done():
            super().notify()
            with contextlib.suppress(RuntimeError):  # it stops, and takes nothing more
                self._answered = self.tpool.submit(_nothing)

    # From the connection to the whole request

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection."""
        conn.sock = _TimedSocket(fileno=conn.sock.detach())
        conn.sock.setblocking(False)
        conn.data_ready = True  # when a thread sees it, all of it is here
        if len(self._coming) >= MOST_COMING:
            self._close(next(iter(self._coming)))
        self._gather(conn, SEND_WITHIN_S)

    def _gather(self, conn: TConn, first_byte_within_s: float, received: bytes = b"") -> None:
        self._coming[conn] = Coming(time.monotonic() + first_byte_within_s)
        self.poller.register(conn.sock, EVENT_READ, partial(self._hear, conn))
        if received:
            self._add(conn, received)

    def _hear(self, conn: TConn, _socket: socket.socket) -> None:
        try:
            some = conn.sock.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            some = b""
        if conn in self._leaving:
            if not some:
                self._close(conn)
        elif some:
            self._add(conn, some)
        else:
            self._broke_off(conn, "broke off")

    def _add(self, conn: TConn, some: bytes) -> None:
        coming = self._coming[conn]
        if not coming.received:
            coming.whole_by_s = time.monotonic() + SEND_WITHIN_S
        try:
            if coming.add(some):
                self._hand_over(conn)
        except Unwanted as unwanted:
            self.log.info("%s sent what is not taken: %s", _name(conn), unwanted.status)
            self._refuse(conn, unwanted.status)

    def _hand_over(self, conn: TConn) -> None:
        received = bytes(self._coming.pop(conn).received)
        self.poller.unregister(conn.sock)
        answering = self.tpool.submit(self.handle, conn, received)
        answering.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    # In a thread

    def handle(self, conn: TConn, received: bytes) -> bool:
        conn.init()
        conn.parser.unreader.unread(received)
        return bool(super().handle(conn))

    def handle_request(self, req: Any, conn: TConn) -> bool:
        try:
            return bool(super().handle_request(req, conn))
        except OSError as error:
            if not isinstance(error, TimeoutError | ConnectionError):
                raise
            room = req.path.split("/")[1:2]  # what follows may be an invitation, as good as a password
            self.log.info("%s broke off its answer: %s /%s", _name(conn), req.method, *room)
            return False

    # From the answer to the next request, or the end

    def finish_request(self, conn: TConn, answering: Future[bool]) -> None:
        goes_on = self.alive and answering.exception() is None and answering.result()
        try:
            conn.sock.setblocking(False)
            if goes_on:
                self._gather(conn, KEEPALIVE_S, conn.parser.unreader.take_buffered())
            else:
                self._leave(conn)
        except (OSError, ValueError, KeyError):  # closed meanwhile
            self._close(conn)

    def _refuse(self, conn: TConn, status: str) -> None:
        with contextlib.suppress(OSError):
            conn.sock.send(refusals.answer(status))
        del self._coming[conn]
        self.poller.unregister(conn.sock)
        self._leave(conn)

    def _leave(self, conn: TConn) -> None:
        """Hang up when the other side has, and soon: sooner might take from it the end of its answer."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
        self._leaving[conn] = time.monotonic() + HANG_UP_WITHIN_S
        self.poller.register(conn.sock, EVENT_READ, partial(self._hear, conn))

    def _broke_off(self, conn: TConn, what: str) -> None:
        received = len(self._coming[conn].received)
        if received:
            self.log.info("%s %s after %d bytes of a request", _name(conn), what, received)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self._coming.pop(conn, None)
        self._leaving.pop(conn, None)
        with contextlib.suppress(OSError, ValueError, KeyError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    # Time

    def murder_pending(self) -> None:
        """Hang up on whoever's time is over."""
        now_s = time.monotonic()
        if now_s < self._next_look_s:
            return
        self._next_look_s = now_s + LOOK_EVERY_S
        for conn in [each for each, until_s in self._leaving.items() if until_s <= now_s]:
            self._close(conn)
        for conn in [each for each, coming in self._coming.items() if coming.whole_by_s <= now_s]:
            if self._coming[conn].received:
                self._broke_off(conn, "took too long")
            else:
                self._close(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        idle = self.alive and not self._coming and not self._leaving
        super().wait_for_and_dispatch_events(timeout if idle else LOOK_EVERY_S)

    def handle_exit(self, sig: int, frame: Any) -> None:
        self.method_queue.defer(self._send_home)
        super().handle_exit(sig, frame)

    def _send_home(self) -> None:
        """Whoever waits for news has it answered now; half a request is waited for a moment."""
        send_home: Callable[[], None] = self.app.callable.extensions["office"].news.close
        send_home()
        until_s = time.monotonic() + STOP_WITHIN_S
        for coming in self._coming.values():
            coming.whole_by_s = min(coming.whole_by_s, until_s)


def _nothing() -> None:
    pass


def _name(conn: TConn) -> str:
    return str(conn.client[0]) if conn.client else "a client"
