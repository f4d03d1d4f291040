"""What a simulator can be told, as JSON objects. The same for the socket and for a person at the keyboard.

=============================================  ===============================================================
`{"do": "place", "card": {...}}`               lay a card on the reader; fields as in `cards.spec.CardSpec`
`{"do": "beside", "card": {...}}`              lay a second one next to it: they answer by turns
`{"do": "lift"}`                               take all away
`{"do": "tap", "card": {...}, "hold_ms": 600}` place, wait, lift
`{"do": "scan", "text": "...", "ending": ""}`  scanner: read a code; `ending` is cr, lf, crlf (default), none
`{"do": "noise", "bytes": 4096}`               scanner: send what is no code
`{"do": "end_after", "lines": 8}`              printer: let the paper run out in so many lines
`{"do": "printed"}`                            printer: say what was printed, each slip in hex
`{"do": "plug", "socket": 3, "load": "bicycle", "charge_percent": 30}`
                                               sockets: plug in what `outlets.battery.LOADS` names
`{"do": "unplug", "socket": 3}`                sockets: pull the plug
`{"do": "sockets"}`                            sockets: say how each is
`{"do": "pass_time", "seconds": 600}`          sockets: let their time run ahead
`{"do": "fault", "name": "silent"}`            misbehave, see `faults.Fault`; boxes of sockets also as in
                                               `outlets.faults`, some with a `socket`
`{"do": "recover"}`                            behave again, plug in again
`{"do": "status"}`                             say where the device is and what is wrong with it;
                                               reader: `searches`, how often it was asked to look for cards
=============================================  ===============================================================

Answers are `{"ok": true, ...}` or `{"ok": false, "error": "..."}`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from drivers.sim.cards.making import make_card
from drivers.sim.cards.spec import CardSpec
from drivers.sim.faults import Fault
from drivers.sim.field import Field
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.faults import BoxFault, fault_named
from drivers.sim.outlets.shelter import Shelter
from drivers.sim.printing.printer import PrinterSimulator
from drivers.sim.scanner import Ending, ScannerSimulator

HOLD_MS = 600
NOISE_BYTES = 4096
CHARGE_PERCENT = 30

Request = dict[str, Any]
Reply = dict[str, Any]
Command = Callable[[Request], Reply | None]


class Simulator(Protocol):
    """What every simulator does. `path` is what the configuration of the kiosk would say."""

    @property
    def path(self) -> str: ...

    @property
    def device_file(self) -> str: ...

    @property
    def current_fault(self) -> StrEnum | None: ...

    def fail(self, fault: Fault) -> None: ...

    def recover(self) -> None: ...


@runtime_checkable
class CardSimulator(Simulator, Protocol):
    field: Field

    def place(self, spec: CardSpec) -> None: ...

    def lift(self) -> None: ...


@runtime_checkable
class OutletSimulator(Simulator, Protocol):
    shelter: Shelter

    def fail(self, fault: BoxFault, socket: int | None = None) -> None: ...


def commands_of(simulator: Simulator) -> dict[str, Command]:
    """Return the commands that this simulator understands."""
    common: dict[str, Command] = {
        "fault": lambda request: simulator.fail(Fault(request["name"])),
        "recover": lambda _: simulator.recover(),
        "status": lambda _: _status(simulator),
    }
    if isinstance(simulator, ScannerSimulator):
        return common | _scanning(simulator)
    if isinstance(simulator, PrinterSimulator):
        return common | _printing(simulator)
    if isinstance(simulator, CardSimulator):
        return common | _tapping(simulator)
    if isinstance(simulator, OutletSimulator):
        return common | _charging(simulator)
    return common


def execute(simulator: Simulator, request: Request) -> Reply:
    """Do what is asked. Never raises: a mistake in the request is the answer."""
    command = commands_of(simulator).get(str(request.get("do")))
    if command is None:
        return {"ok": False, "error": f"know only {', '.join(sorted(commands_of(simulator)))}"}
    try:
        return {"ok": True} | (command(request) or {})
    except (KeyError, TypeError, ValueError, AttributeError) as mistake:
        return {"ok": False, "error": f"{type(mistake).__name__}: {mistake}"}


def _tapping(simulator: CardSimulator) -> dict[str, Command]:
    def tap(request: Request) -> None:
        simulator.place(CardSpec.from_json(request["card"]))
        time.sleep(int(request.get("hold_ms", HOLD_MS)) / 1000)
        simulator.lift()

    return {
        "place": lambda request: simulator.place(CardSpec.from_json(request["card"])),
        "beside": lambda request: simulator.field.place_beside(
            make_card(CardSpec.from_json(request["card"]))
        ),
        "lift": lambda _: simulator.lift(),
        "tap": tap,
        "status": lambda _: _status(simulator) | {"searches": simulator.field.searches},
    }


def _scanning(simulator: ScannerSimulator) -> dict[str, Command]:
    return {
        "scan": lambda request: simulator.scan(
            str(request["text"]), Ending(request.get("ending", Ending.CRLF))
        ),
        "noise": lambda request: simulator.noise(int(request.get("bytes", NOISE_BYTES))),
    }


def _printing(simulator: PrinterSimulator) -> dict[str, Command]:
    return {
        "end_after": lambda request: simulator.end_after(int(request["lines"])),
        "printed": lambda _: {"slips": [slip.hex() for slip in simulator.slips]},
    }


def _charging(simulator: OutletSimulator) -> dict[str, Command]:
    shelter = simulator.shelter

    def plug(request: Request) -> None:
        shelter[int(request["socket"])].load = load(
            str(request.get("load", "bicycle")), float(request.get("charge_percent", CHARGE_PERCENT))
        )

    def unplug(request: Request) -> None:
        shelter[int(request["socket"])].load = None

    def fail(request: Request) -> None:
        socket = request.get("socket")
        simulator.fail(fault_named(request["name"]), None if socket is None else int(socket))

    return {
        "plug": plug,
        "unplug": unplug,
        "sockets": lambda _: {"sockets": [each.to_json() for each in shelter]},
        "pass_time": lambda request: shelter.pass_time(float(request["seconds"])),
        "fault": fail,
    }


def _status(simulator: Simulator) -> Reply:
    fault = simulator.current_fault
    return {"path": simulator.path, "device_file": simulator.device_file, "fault": fault and fault.value}
