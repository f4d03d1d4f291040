"""The counter's end of the socket on which the sync process answers for the office.

A Unix socket of this machine: the kiosk itself opens no network connection. One question and one answer, each
a line of JSON; see `kiosk.ledger.asking` for what they mean.
"""

from __future__ import annotations

import socket
import time

import msgspec

from kiosk.ledger.accounts import Account
from kiosk.ledger.asking import UNREACHABLE, Answer
from kiosk.store.files import decode_json

DEADLINE_S = 0.8  # from the question to the whole of the answer
MAX_ANSWER_BYTES = 64 * 1024


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What `Asking.ask` was asked. `until_s`: this machine's monotonic time when nobody waits any more."""

    account: Account
    need_fen: int
    resident_id: int
    day: str
    meal: str
    until_s: float


class SyncProcess:
    """Asks through the sync process; see `kiosk.ledger.asking.Asking`."""

    def __init__(self, path: str, deadline_s: float = DEADLINE_S) -> None:
        self._path, self._deadline_s = path, deadline_s

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Answer:
        until_s = time.monotonic() + self._deadline_s
        question = Question(
            account=account, need_fen=need_fen, resident_id=resident_id, day=day, meal=meal, until_s=until_s
        )
        try:
            return decode_json(self._exchange(msgspec.json.encode(question), until_s), Answer)
        except (OSError, msgspec.MsgspecError):
            return UNREACHABLE

    def _exchange(self, line: bytes, until_s: float) -> bytes:
        """Raises `OSError` when there is no whole answer in time."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as desk:
            desk.settimeout(_left_s(until_s))
            desk.connect(self._path)
            desk.sendall(line + b"\n")
            answered = b""
            while not answered.endswith(b"\n"):
                desk.settimeout(_left_s(until_s))
                some = desk.recv(4096)
                answered += some
                if not some or len(answered) > MAX_ANSWER_BYTES:
                    raise ConnectionError("no whole answer")
            return answered


def _left_s(until_s: float) -> float:
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s
