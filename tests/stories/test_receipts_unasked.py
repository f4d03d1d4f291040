"""A canteen whose printer gives a receipt to everybody: a lunch with an empty roll in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.sim.faults import Fault
from drivers.sim.printing.paper import lines, squares
from drivers.sim.printing.printer import PrinterSimulator
from kiosk.app import Kiosk, create_app
from kiosk.commands.running import real_devices
from kiosk.ledger.accounts import own_money
from kiosk.settings import PrinterSection
from tests.factories import World
from tests.stories.town import until
from tests.unit.kiosk.services.canteen.test_canteen import balance
from tests.unit.kiosk.test_tap import chip

ELDERS = range(1001, 1007)


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[PrinterSimulator]:
    with PrinterSimulator(tmp_path / "printer") as simulator:
        yield simulator


@pytest.fixture
def answers() -> bool:
    return True


@pytest.fixture
def kiosk(world: World, printer: PrinterSimulator, answers: bool) -> Iterator[Kiosk]:
    world.add_many(ELDERS)
    section = PrinterSection(port=printer.path, width=48, automatic=True, answers=answers)
    kiosk = create_app(world.settings(printer=section), real_devices, world.time.source())
    kiosk.start()
    until("printer", lambda: kiosk.desk.printing.ready)
    yield kiosk
    kiosk.stop()


def eat(kiosk: Kiosk) -> None:
    for minute, number in enumerate(ELDERS):
        kiosk.taps.events.put(chip(number, 60_000 * minute))
    until("taps", lambda: len(kiosk.board.recent) == len(ELDERS))


@pytest.mark.parametrize("answers", [False])
def test_a_printer_that_cannot_be_asked_gives_everybody_a_receipt(
    kiosk: Kiosk, printer: PrinterSimulator
) -> None:
    printer.fail(Fault.SILENT)
    eat(kiosk)
    until("receipts", lambda: len(printer.slips) == len(ELDERS))
    receipts = [outcome.receipt for outcome in reversed(kiosk.board.recent)]
    assert [squares(slip) for slip in printer.slips] == [[receipt] for receipt in receipts]


def test_everybody_gets_one_receipt_though_the_paper_ran_out(kiosk: Kiosk, printer: PrinterSimulator) -> None:
    printer.end_after(lines=20)  # in the middle of the second
    eat(kiosk)
    until("the roll to end", lambda: printer.current_fault is Fault.OUT_OF_PAPER)
    until("the screens to know", lambda: kiosk.board.standing.printer_reason == "out_of_paper")
    assert [outcome.code for outcome in kiosk.board.recent] == ["served"] * len(ELDERS)
    printer.recover()
    until("receipts", lambda: len(printer.slips) == len(ELDERS))
    receipts = [outcome.receipt for outcome in reversed(kiosk.board.recent)]
    assert [squares(slip) for slip in printer.slips] == [[receipt] for receipt in receipts]
    for number, slip in zip(ELDERS, printer.slips, strict=True):
        assert f"测试{number} 奶奶" in lines(slip)
        assert any(line.startswith("您付") and line.endswith(" 10 元") for line in lines(slip))
        assert balance(kiosk.counter(), own_money(number)) == -1000
