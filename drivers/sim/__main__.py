"""Run a simulator as a process of its own, until it is told to end."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from drivers.outlets.dny.words import SOCKETS as PORTS
from drivers.sim.commands import Simulator, execute
from drivers.sim.control import ControlDoor
from drivers.sim.keyboard import parse
from drivers.sim.outlets.dianchuan import SOCKETS, DianchuanSimulator
from drivers.sim.outlets.dny_dialling import BOX_ID, DnySimulator
from drivers.sim.outlets.rs485.making import METERS, relays_and_meters
from drivers.sim.outlets.rs485.simulator import Rs485Simulator
from drivers.sim.outlets.shelter import Shelter
from drivers.sim.printing.printer import PrinterSimulator
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.sim.readers.vpcd import DEFAULT_PORT, VpcdSimulator
from drivers.sim.scanner import ScannerSimulator
from drivers.sim.udp_field import UdpField


@click.group()
def main() -> None:
    """Simulated devices for the kiosk. Each prints the path of its device and serves until SIGTERM."""


def _options(command: click.decorators.FC) -> click.decorators.FC:
    control = click.option(
        "--control", type=click.Path(path_type=Path), help="Unix socket that takes commands as JSON lines."
    )
    keyboard = click.option("--stdin", "typed", is_flag=True, help="Also take commands typed here.")
    return control(keyboard(command))


_link = click.option(
    "--link", type=click.Path(path_type=Path), required=True, help="Where the device appears, as a link."
)


@main.command()
@_link
@_options
def pn532(link: Path, control: Path | None, typed: bool) -> None:
    """A PN532 card reader on a serial line."""
    with Pn532Simulator(link.absolute()) as simulator:
        _serve(simulator, control, typed)


@main.command()
@_link
@_options
def scanner(link: Path, control: Path | None, typed: bool) -> None:
    """A code scanner on a serial line."""
    with ScannerSimulator(link.absolute()) as simulator:
        _serve(simulator, control, typed)


@main.command()
@_link
@_options
def printer(link: Path, control: Path | None, typed: bool) -> None:
    """A receipt printer on a serial line."""
    with PrinterSimulator(link.absolute()) as simulator:
        _serve(simulator, control, typed)


@main.command()
@_link
@click.option("--speed", type=float, default=1.0, show_default=True, help="Seconds that pass for it in one.")
@_options
def dianchuan(link: Path, speed: float, control: Path | None, typed: bool) -> None:
    """A ten-port charging board of 电川 on a serial line."""
    with DianchuanSimulator(link.absolute(), Shelter(SOCKETS, speed=speed)) as simulator:
        _serve(simulator, control, typed)


@main.command()
@click.option("--port", required=True, help="Where the kiosk listens, such as tcp://127.0.0.1:9000.")
@click.option("--id", "box_id", default=f"{BOX_ID:08X}", show_default=True, help="Its physical id.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="Seconds that pass for it in one.")
@_options
def dny(port: str, box_id: str, speed: float, control: Path | None, typed: bool) -> None:
    """A charging box of the AP3000 family that dials the kiosk."""
    number = int(box_id, 16)
    with DnySimulator(port, number, Shelter(PORTS[number >> 24], speed=speed)) as simulator:
        _serve(simulator, control, typed)


@main.command()
@_link
@click.option("--sockets", type=click.IntRange(1, 32), default=4, show_default=True)
@click.option("--meter", type=click.Choice(list(METERS)), default="pzem", show_default=True)
@click.option("--plain", is_flag=True, help="Relays that stay closed until they are told to open.")
@_options
def relays(link: Path, sockets: int, meter: str, plain: bool, control: Path | None, typed: bool) -> None:
    """A Modbus relay board at 1 and a meter to each socket, from 11 on, on one serial line."""
    shelter = Shelter(sockets)
    wire = relays_and_meters(shelter, meter, is_timed=not plain)
    with Rs485Simulator(link.absolute(), shelter, wire) as simulator:
        _serve(simulator, control, typed)


@main.command()
@_options
def udp(control: Path | None, typed: bool) -> None:
    """A card field on nfcpy's UDP link."""
    with UdpField() as simulator:
        _serve(simulator, control, typed)


@main.command()
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help="Where vpcd listens.")
@_options
def pcsc(port: int, control: Path | None, typed: bool) -> None:
    """A card on a PC/SC reader; needs pcscd and vpcd."""
    with VpcdSimulator(port) as simulator:
        _serve(simulator, control, typed)


def _serve(simulator: Simulator, control: Path | None, typed: bool) -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as doors:
        if control is not None:
            doors.enter_context(ControlDoor(control.absolute(), simulator))
        click.echo(simulator.device_file or simulator.path)
        sys.stdout.flush()
        if typed:
            threading.Thread(target=_take_typed, args=(simulator, ended), daemon=True).start()
        ended.wait()


def _take_typed(simulator: Simulator, ended: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "quit":
            break
        if line.strip():
            with contextlib.suppress(ValueError):
                click.echo(json.dumps(execute(simulator, parse(line))))
                continue
            click.echo("not understood")
    ended.set()


if __name__ == "__main__":
    main(prog_name="python -m drivers.sim")
