"""The Unix socket on which the counter asks at the moment of a tap: for a right, or for a card's proof.

A few threads answer, each with its own connection to the office. When the office is slow they may all be
waiting for it; then a question waits in line until nobody wants its answer any more, and is passed over.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec
import structlog

from kiosk.common.sync_process import CardSaid, Question
from kiosk.store.files import decode_json
from sync.errors import SyncError
from sync.wire.transport import Transport

ANSWERERS = 3
IN_LINE = 8
MODE = 0o660  # the counter runs as another user of the same group
MAX_QUESTION_BYTES = 4096
READ_TIMEOUT_S = 1.0
LOOK_EVERY_S = 0.5  # whether to stop

Asked = Question | CardSaid
Answering = Callable[[Asked, Transport], msgspec.Struct]

_log = structlog.get_logger()


class CounterSocket:
    """Listens at `path` while it is entered. A socket file left by a process that died is replaced."""

    def __init__(self, path: Path, connect: Callable[[], Transport], answer: Answering) -> None:
        self._path, self._connect, self._answer = path, connect, answer
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def __enter__(self) -> Self:
        """Listen. Where nobody can, the counter goes without: sales are sent all the same.

        The socket stands at its path once it listens: a counter that finds it is never turned away.
        """
        made = self._path.with_name(f"{self._path.name}~")
        try:
            made.unlink(missing_ok=True)
            self._listener.bind(str(made))
            made.chmod(MODE)
            self._listener.listen(IN_LINE)
            made.replace(self._path)
        except OSError as error:
            _log.error("counter_socket_unusable", path=str(self._path), reason=str(error))
            return self
        self._listener.settimeout(LOOK_EVERY_S)
        for n in range(ANSWERERS):
            thread = threading.Thread(target=self._serve, name=f"counter-{n}", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        until_s = time.monotonic() + LOOK_EVERY_S + READ_TIMEOUT_S
        for thread in self._threads:
            thread.join(max(until_s - time.monotonic(), 0))
        self._listener.close()
        if self._threads:
            self._path.unlink(missing_ok=True)

    def touch(self) -> None:
        """Leave word that this process is at work, in the time of the socket's file."""
        with suppress(OSError):
            os.utime(self._path)

    def _serve(self) -> None:
        with self._connect() as transport:
            while not self._stopping.is_set():
                try:
                    counter, _ = self._listener.accept()
                except OSError:  # nobody came, or nobody listens any more
                    continue
                with counter:
                    self._serve_one(counter, transport)

    def _serve_one(self, counter: socket.socket, transport: Transport) -> None:
        try:
            counter.settimeout(READ_TIMEOUT_S)
            question: Asked = decode_json(_line(counter), Asked)  # type: ignore[arg-type]
            if time.monotonic() >= question.until_s:
                return
            answer = self._answered(question, transport)
            if answer is not None:
                counter.sendall(msgspec.json.encode(answer) + b"\n")
        except (OSError, msgspec.MsgspecError) as error:
            _log.info("question_dropped", reason=str(error))

    def _answered(self, question: Asked, transport: Transport) -> msgspec.Struct | None:
        """None where there is no answer: the counter sees the line end, and waits no longer."""
        try:
            return self._answer(question, transport)
        except SyncError as error:
            _log.info("question_unanswered", code=error.code, detail=error.detail)
        except Exception:
            _log.exception("question_defect")  # of one answer; the counter goes on without it
        return None


def _line(counter: socket.socket) -> bytes:
    """Raises `OSError` if no line comes."""
    asked = b""
    while not asked.endswith(b"\n"):
        some = counter.recv(MAX_QUESTION_BYTES)
        asked += some
        if not some or len(asked) > MAX_QUESTION_BYTES:
            raise ConnectionError("no question")
    return asked
