"""A receipt for each answer that took or gave money, without being asked; never in a tap's way."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable

import structlog

from drivers.slip import Slip
from kiosk.common.board import RECENT, Board
from kiosk.common.outcomes import Outcome
from kiosk.front.printing.paper import Printing
from kiosk.plain.refusals import Refusal

log = structlog.get_logger()

LISTEN_S = 0.25  # how late a stop is seen


class AutomaticReceipts:
    """Watches the board in a thread of its own. `write` makes the slip of an answer; None: it has none."""

    def __init__(self, board: Board, printing: Printing, write: Callable[[Outcome], Slip | None]) -> None:
        self._board, self._printing, self._write = board, printing, write
        self._stopping = threading.Event()
        self._printed: deque[str] = deque(maxlen=RECENT)  # a card that slips shows its answer again
        self._thread = threading.Thread(target=self._watch, name="receipts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        with self._board.watching() as news:
            while not self._stopping.is_set():
                try:
                    heard = news.get(timeout=LISTEN_S)
                except queue.Empty:
                    continue
                if heard.outcome is not None and heard.outcome.receipt not in ("", *self._printed):
                    self._print(heard.outcome)

    def _print(self, outcome: Outcome) -> None:
        self._printed.append(outcome.receipt)
        try:
            slip = self._write(outcome)
            if slip is not None:
                self._printing.print(slip)
        except Refusal as refusal:
            log.warning("no_receipt", code=refusal.code, **vars(refusal))
