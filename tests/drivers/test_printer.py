"""The receipt printer over a pseudo terminal: what comes out, what waits, what is printed again."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import monotonic_ms
from drivers.contracts import DeviceState, SlipPrinter
from drivers.errors import DeviceMisconfigured, QueueFull
from drivers.printers.lines import DeviceFile
from drivers.printers.printer import ReceiptPrinter
from drivers.printers.session import AGAIN, UNANSWERED, Timing
from drivers.printers.status import (
    ASK_OFFLINE_CAUSE,
    ASK_PAPER,
    COVER_OPEN,
    condition_of,
    is_answer,
    is_printed,
)
from drivers.sim.faults import Fault
from drivers.sim.printing.paper import lines, squares
from drivers.sim.printing.printer import PrinterSimulator
from drivers.slip import Code, Line, Slip
from drivers.supervision import Patience, Reason
from tests.drivers.witness import Witness, until

HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)
QUICK = Timing(ask_period_ms=20, answer_ms=100, printed_ms=60_000)
WIDTH = 32


class Clock:
    """The machine's clock, and what a test adds to it."""

    def __init__(self) -> None:
        self._added_ms = 0

    def __call__(self) -> int:
        return monotonic_ms() + self._added_ms

    def skip(self, ms: int) -> None:
        self._added_ms += ms


SLIP: Slip = (
    Line("长者食堂", large=True, centred=True),
    *(Line(f"第{n}行") for n in range(8)),
    Code("7-ab12cd34"),
)


def slip(name: str) -> Slip:
    return (Line(name),)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[PrinterSimulator]:
    with PrinterSimulator(tmp_path / "printer") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def printer(simulator: PrinterSimulator, witness: Witness, clock: Clock) -> Iterator[ReceiptPrinter]:
    printer = ReceiptPrinter(
        simulator.path, witness, width=WIDTH, patience=HASTE, timing=QUICK, monotonic_ms=clock
    )
    printer.start()
    witness.await_state(ready=True)
    yield printer
    printer.stop()


def later(clock: Clock, simulator: PrinterSimulator) -> None:
    """Long after the time in which a printer would have said that a slip is on paper."""
    clock.skip(2 * QUICK.printed_ms)
    asked = simulator.asked
    until(lambda: simulator.asked > asked + 2, "the printer to be asked again")


def printed(simulator: PrinterSimulator, count: int) -> list[list[str]]:
    """The lines of each slip, once there are so many."""
    until(lambda: len(simulator.slips) >= count, f"slip {count}")
    return [lines(each) for each in simulator.slips]


def test_a_slip_comes_out(printer: ReceiptPrinter, simulator: PrinterSimulator) -> None:
    assert isinstance(printer, SlipPrinter)
    printer.print(SLIP)
    assert printed(simulator, 1) == [["长者食堂", *(f"第{n}行" for n in range(8)), ""]]
    assert squares(simulator.slips[0]) == ["7-ab12cd34"]


def test_slips_come_out_in_order(printer: ReceiptPrinter, simulator: PrinterSimulator) -> None:
    names = [f"{number}号" for number in range(30)]
    for name in names:
        printer.print(slip(name))
    assert printed(simulator, 30) == [[name] for name in names]


@pytest.mark.parametrize("fault", [Fault.OUT_OF_PAPER, Fault.COVER_OPEN])
def test_what_cannot_be_printed_waits_and_comes_out_once(
    fault: Fault, printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness
) -> None:
    simulator.fail(fault)
    state = witness.next(DeviceState)
    assert (state.device, state.ready, state.reason) == ("printer", False, fault.value)
    for name in ("甲", "乙"):
        printer.print(slip(name))
    assert simulator.slips == []
    simulator.recover()
    witness.await_state(ready=True)
    assert printed(simulator, 2) == [["甲"], ["乙"]]
    printer.print(slip("丙"))
    assert printed(simulator, 3)[2:] == [["丙"]]


def test_paper_that_is_low_is_told_and_printed_on(
    printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness
) -> None:
    simulator.fail(Fault.PAPER_LOW)
    assert witness.await_state(ready=True).reason == Reason.PAPER_LOW
    printer.print(SLIP)
    assert len(printed(simulator, 1)) == 1


def test_paper_that_ends_in_mid_slip_goes_on_where_it_was(
    printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness, clock: Clock
) -> None:
    simulator.end_after(lines=3)
    printer.print(SLIP)
    printer.print(slip("下一位"))
    assert not witness.next(DeviceState).ready
    assert printed(simulator, 1) == [["长者食堂", "第0行", "第1行"]]
    later(clock, simulator)
    simulator.recover()
    witness.await_state(ready=True)
    whole = ["长者食堂", *(f"第{n}行" for n in range(8)), ""]
    assert printed(simulator, 2) == [whole, ["下一位"]]


def test_a_slip_torn_by_a_pulled_plug_is_printed_again_and_says_so(
    printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness, clock: Clock
) -> None:
    simulator.end_after(lines=3)
    printer.print(SLIP)
    assert witness.next(DeviceState).reason == Reason.OUT_OF_PAPER
    later(clock, simulator)
    simulator.fail(Fault.UNPLUGGED)
    assert witness.next(DeviceState).reason == Reason.UNPLUGGED
    simulator.end_after(lines=1000)
    simulator.recover()
    torn, whole = printed(simulator, 2)
    assert torn == ["长者食堂", "第0行", "第1行"]
    assert whole[:2] == [AGAIN.text, "长者食堂"] and len(whole) == 11


def test_what_waits_while_unplugged_is_no_repetition(
    printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness
) -> None:
    simulator.fail(Fault.UNPLUGGED)
    assert witness.next(DeviceState).reason == Reason.UNPLUGGED
    printer.print(slip("甲"))
    simulator.recover()
    assert printed(simulator, 1) == [["甲"]]


def test_a_printer_that_falls_silent_over_a_slip_does_not_get_it_twice(
    printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness, clock: Clock
) -> None:
    simulator.end_after(lines=3)
    printer.print(SLIP)
    assert witness.next(DeviceState).reason == Reason.OUT_OF_PAPER
    simulator.fail(Fault.SILENT)  # prints the rest, and never says so
    assert witness.await_state(ready=False).reason == Reason.NO_ANSWER
    printer.print(slip("下一位"))
    asked = simulator.asked
    until(lambda: simulator.asked > asked + 2 * UNANSWERED, "many questions")
    later(clock, simulator)
    simulator.recover()
    first, second = printed(simulator, 2)
    assert (first[0], second) == ("长者食堂", ["下一位"])


def test_a_printer_that_never_says_when_it_has_printed(
    printer: ReceiptPrinter, simulator: PrinterSimulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for once; after that it is believed."""
    monkeypatch.setattr("drivers.printers.session.ASK_WHEN_PRINTED", b"")
    printer.print(slip("甲"))
    assert printed(simulator, 1) == [["甲"]]
    printer.print(slip("乙"))
    until(lambda: clock.skip(QUICK.printed_ms) or len(simulator.slips) == 2, "the next")
    for name in ("丙", "丁"):
        printer.print(slip(name))
    assert printed(simulator, 4) == [["甲"], ["乙"], ["丙"], ["丁"]]


def test_it_is_asked_before_each_slip_and_not_only_now_and_then(
    simulator: PrinterSimulator, witness: Witness
) -> None:
    seldom = Timing(ask_period_ms=600_000, answer_ms=100)
    printer = ReceiptPrinter(simulator.path, witness, width=WIDTH, patience=HASTE, timing=seldom)
    printer.start()
    witness.await_state(ready=True)
    simulator.fail(Fault.OUT_OF_PAPER)
    printer.print(slip("甲"))
    assert witness.next(DeviceState).reason == Reason.OUT_OF_PAPER
    printer.stop()


def test_an_answer_that_comes_too_late_answers_no_later_question(witness: Witness, clock: Clock) -> None:
    seldom = Timing(ask_period_ms=600_000, answer_ms=100)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        printer = ReceiptPrinter(port, witness, width=WIDTH, timing=seldom, monotonic_ms=clock)
        printer.start()
        connection, _ = server.accept()
        assert connection.recv(10) == ASK_OFFLINE_CAUSE
        assert witness.next(DeviceState).reason == Reason.NO_ANSWER
        connection.sendall(bytes([0x12 | COVER_OPEN]))
        clock.skip(seldom.ask_period_ms)
        for question in (ASK_OFFLINE_CAUSE, ASK_PAPER):
            assert connection.recv(10) == question
            connection.sendall(b"\x12")
        assert witness.next(DeviceState).reason == Reason.READY
        printer.stop()
        connection.close()


@pytest.mark.parametrize(
    ("cause", "paper", "condition"),
    [
        (0x12, 0x12, Reason.READY),
        (0x12, 0x1E, Reason.PAPER_LOW),
        (0x12, 0x7E, Reason.OUT_OF_PAPER),
        (0x32, 0x12, Reason.OUT_OF_PAPER),
        (0x16, 0x7E, Reason.COVER_OPEN),
        (0x52, 0x12, Reason.FAULTY),
    ],
)
def test_what_a_printer_s_answers_mean(cause: int, paper: int, condition: Reason) -> None:
    assert is_answer(cause) and is_answer(paper)
    assert condition_of(cause, paper) is condition


def test_flow_control_and_other_reports_are_no_answers() -> None:
    assert not any(is_answer(octet) or is_printed(octet) for octet in (0x11, 0x13, 0xFF))
    assert [is_printed(octet) for octet in (0x00, 0x03, 0x0C, 0x12)] == [True, True, True, False]


def test_a_mute_printer_gets_nothing(
    printer: ReceiptPrinter, simulator: PrinterSimulator, witness: Witness
) -> None:
    """It may be switched off behind its adapter, and slips would vanish."""
    simulator.fail(Fault.SILENT)
    assert witness.next(DeviceState).reason == Reason.NO_ANSWER
    printer.print(slip("甲"))
    asked = simulator.asked
    until(lambda: simulator.asked > asked + 2 * UNANSWERED, "it to be opened anew")
    assert simulator.slips == []
    assert witness.heard_nothing_more, "it is opened anew in between, which is no news"
    simulator.recover()
    witness.await_state(ready=True)
    assert printed(simulator, 1) == [["甲"]]


def test_a_printer_that_never_answers_is_given_its_slips_if_the_settings_say_so(
    simulator: PrinterSimulator, witness: Witness
) -> None:
    simulator.fail(Fault.SILENT)
    printer = ReceiptPrinter(
        simulator.path, witness, width=WIDTH, patience=HASTE, timing=QUICK, answers=False
    )
    printer.start()
    try:
        witness.await_state(ready=True)
        for name in ("甲", "乙"):
            printer.print(slip(name))
        assert printed(simulator, 2) == [["甲"], ["乙"]]
        simulator.fail(Fault.UNPLUGGED)
        printer.print(slip("丙"))
        assert witness.next(DeviceState).reason == Reason.UNPLUGGED, "only writing tells"
        simulator.fail(Fault.SILENT)
        assert printed(simulator, 3)[2] == [AGAIN.text, "丙"]
        assert simulator.asked == 0
    finally:
        printer.stop()


def test_only_so_many_wait_and_the_oldest_stay(tmp_path: Path, witness: Witness) -> None:
    printer = ReceiptPrinter(
        str(tmp_path / "printer"), witness, width=WIDTH, most_waiting=2, patience=HASTE, timing=QUICK
    )
    printer.start()
    assert witness.next(DeviceState).reason == Reason.ABSENT
    printer.print(slip("甲"))
    printer.print(slip("乙"))
    with pytest.raises(QueueFull) as refused:
        printer.print(slip("丙"))
    assert refused.value.waiting == 2
    with PrinterSimulator(tmp_path / "printer") as simulator:
        assert printed(simulator, 2) == [["甲"], ["乙"]]
        printer.stop()


def test_a_printer_on_the_network(witness: Witness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        printer = ReceiptPrinter(port, witness, width=WIDTH, patience=HASTE, timing=QUICK)
        printer.start()
        connection, _ = server.accept()
        received = b""
        printer.print(slip("甲"))
        while not received.endswith(b"\x1dr\x01"):
            data = connection.recv(1000)
            if b"\x10\x04" in data:
                connection.sendall(b"\x12" * data.count(b"\x10\x04"))
                data = data.replace(b"\x10\x04\x02", b"").replace(b"\x10\x04\x04", b"")
            received += data
        connection.sendall(b"\x00")
        assert lines(received) == ["甲"]
        printer.stop()
        connection.close()


def test_a_device_file_that_is_no_serial_line(tmp_path: Path, witness: Witness) -> None:
    """As `/dev/usb/lp0`. A pipe takes what is written, and gives it back as the answer."""
    path = tmp_path / "lp0"
    os.mkfifo(path)
    printer = ReceiptPrinter(str(path), witness, width=WIDTH, patience=HASTE, timing=QUICK)
    printer.start()
    assert witness.next(DeviceState).reason == Reason.NO_ANSWER
    printer.stop()


def test_a_device_file_that_takes_nothing_is_given_up() -> None:
    ours, printers = socket.socketpair()
    with ours, printers:
        ours.setblocking(False)
        line = DeviceFile(os.dup(ours.fileno()))
        line.write(b"slip")
        assert printers.recv(10) == b"slip"
        printers.send(b"\x12")
        assert line.read(1) == b"\x12"
        assert line.read(0) == b""
        line.cancel()  # as the watchdog does, and `stop`
        with pytest.raises(TimeoutError):
            line.write(bytes(10_000_000))
        line.close()


def test_a_port_that_may_not_be_opened(
    simulator: PrinterSimulator, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("drivers.printers.session.open_line", refuse)
    printer = ReceiptPrinter(simulator.path, witness, width=WIDTH, patience=HASTE)
    printer.start()
    assert witness.next(DeviceState).reason == Reason.FORBIDDEN
    printer.stop()


@pytest.mark.parametrize("port", ["COM3", "lp0", "http://example.org"])
def test_a_bad_port_is_named_with_what_is_allowed(port: str, witness: Witness) -> None:
    with pytest.raises(DeviceMisconfigured) as caught:
        ReceiptPrinter(port, witness, width=WIDTH)
    assert (caught.value.key, caught.value.value) == ("[printer] port", port)
    assert "/dev/usb/lp0" in caught.value.allowed


def test_faults_of_card_readers_are_refused(simulator: PrinterSimulator) -> None:
    with pytest.raises(ValueError, match="lifted"):
        simulator.fail(Fault.LIFTED_MID_READ)
