"""The way to the printer, with one and without; and receipts that come out unasked."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from drivers.errors import QueueFull
from drivers.slip import Line, Slip
from kiosk.common.board import Board
from kiosk.common.outcomes import Outcome, Tone
from kiosk.front.printing.automatic import AutomaticReceipts
from kiosk.front.printing.errors import NoPrinter, TooMuchToPrint
from kiosk.front.printing.paper import NO_PRINTER, Printing, printer_among
from tests.unit.kiosk.web.conftest import STANDING
from tests.waiting import PATIENCE_S

SLIP: Slip = (Line("小票"),)


class Paper:
    """A printer that keeps what it is given, up to two slips."""

    def __init__(self) -> None:
        self.slips: queue.Queue[Slip] = queue.Queue(2)
        self.refused: queue.Queue[Slip] = queue.Queue()

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def print(self, slip: Slip) -> None:
        try:
            self.slips.put_nowait(slip)
        except queue.Full:
            self.refused.put(slip)
            raise QueueFull(2) from None


def test_without_a_printer_it_is_said_by_name() -> None:
    assert not NO_PRINTER.ready
    with pytest.raises(NoPrinter):
        NO_PRINTER.print(SLIP)
    assert printer_among([]) is None


def test_a_slip_is_handed_on_and_what_is_too_much_is_refused() -> None:
    paper = Paper()
    printing = Printing(printer_among([paper]), lambda: True)
    assert printing.ready
    printing.print(SLIP)
    printing.print(SLIP)
    assert paper.slips.get_nowait() == SLIP
    printing.print(SLIP)
    with pytest.raises(TooMuchToPrint) as refused:
        printing.print(SLIP)
    assert vars(refused.value) == {"waiting": 2}


@pytest.fixture
def board() -> Board:
    return Board(STANDING)


def write(outcome: Outcome) -> Slip | None:
    return (Line(outcome.receipt),) if outcome.code == "served" else None


@pytest.fixture
def paper(board: Board) -> Iterator[Paper]:
    paper = Paper()
    printing = Printing(paper, lambda: True)
    receipts = AutomaticReceipts(board, printing, write)
    receipts.start()
    while not board._watchers:
        pass
    yield paper
    receipts.stop()


def outcome(code: str, receipt: str) -> Outcome:
    return Outcome(tone=Tone.GOOD, code=code, at_ms=1, receipt=receipt)


def test_each_answer_gets_its_receipt_once(board: Board, paper: Paper) -> None:
    board.show(outcome("card_blocked", ""))
    board.show(outcome("card_issued", "6-aa"))
    board.show(outcome("served", "7-ab"))
    board.repeat()
    board.show(outcome("served", "8-cd"))
    assert [paper.slips.get(timeout=PATIENCE_S) for _ in range(2)] == [(Line("7-ab"),), (Line("8-cd"),)]
    assert paper.slips.empty()


def test_a_printer_that_takes_no_more_does_not_stop_the_receipts(board: Board, paper: Paper) -> None:
    for seq in range(3):
        board.show(outcome("served", f"{seq}-ab"))
    assert paper.refused.get(timeout=PATIENCE_S) == (Line("2-ab"),)
    for _ in range(2):
        paper.slips.get_nowait()
    board.show(outcome("served", "9-ab"))
    assert paper.slips.get(timeout=PATIENCE_S) == (Line("9-ab"),)
