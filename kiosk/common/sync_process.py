"""The counter's end of the socket on which the sync process answers for the office.

A Unix socket of this machine: the kiosk itself opens no network connection. One question and one answer, each
a line of JSON: `kiosk.ledger.asking` says what is asked about money, `drivers.contracts.Relay` what is asked
about cards that prove themselves.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial

import msgspec

from drivers.contracts import Relayed
from kiosk.ledger.accounts import Account
from kiosk.ledger.asking import UNREACHABLE, Answer
from kiosk.store.files import decode_json

DEADLINE_S = 0.8  # from the question to the whole of the answer
MAX_ANSWER_BYTES = 64 * 1024


class Question(msgspec.Struct, frozen=True, kw_only=True, tag="right"):
    """What `Asking.ask` was asked. `until_s`: this machine's monotonic time when nobody waits any more."""

    account: Account
    need_fen: int
    resident_id: int
    day: str
    meal: str
    until_s: float


class CardSaid(msgspec.Struct, frozen=True, kw_only=True, tag="proof"):
    """What a card said that proves itself to the office: its challenge, or with a `ticket` its proof."""

    token: str
    said: bytes
    ticket: bytes = b""  # of the answer to the challenge
    until_s: float


class CardTold(msgspec.Struct, frozen=True, kw_only=True):
    """The office's word on that: an `answer` for the card and its `ticket`, or with neither the verdict."""

    answer: bytes = b""
    ticket: bytes = b""
    proved: bool = False


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

    def relay(self, token: str) -> CardRelay:
        """Who answers for the holder of a card's key, from now on and no longer than for any question."""
        return CardRelay(self.hear, token, time.monotonic() + self._deadline_s)

    def hear(self, said: CardSaid) -> CardTold | None:
        """What the office says to a card; None where nobody answered in time."""
        try:
            return decode_json(self._exchange(msgspec.json.encode(said), said.until_s), CardTold)
        except (OSError, msgspec.MsgspecError):
            return None

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


class CardRelay:
    """One card's way to the office; see `drivers.contracts.Relay`."""

    def __init__(self, hear: Callable[[CardSaid], CardTold | None], token: str, until_s: float) -> None:
        self._hear, self._token, self._until_s = hear, token, until_s

    def __call__(self, challenge: bytes) -> Relayed | None:
        told = self._hear(CardSaid(token=self._token, said=challenge, until_s=self._until_s))
        return Relayed(told.answer, partial(self._judge, told.ticket)) if told else None

    def _judge(self, ticket: bytes, proof: bytes) -> bool | None:
        told = self._hear(CardSaid(token=self._token, said=proof, ticket=ticket, until_s=self._until_s))
        return told.proved if told else None


def _left_s(until_s: float) -> float:
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s
