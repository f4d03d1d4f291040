"""Tell a simulator in another process what to do: for the demo, for tests, and for whoever writes a script.

::

    reader = SimulatedReader(Path("/run/user/1000/reader.control"))
    reader.tap(CardSpec(CardKind.NTAG215, bytes.fromhex("04a1b2c3d4e5f6")))
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from drivers.sim.cards.spec import CardSpec
from drivers.sim.faults import Fault

_ANSWER_S = 30


class ControlRefused(Exception):
    """The simulator did not understand, or the card cannot exist."""


class _Remote:
    def __init__(self, control_path: Path | str) -> None:
        self._path = str(control_path)

    def fault(self, fault: Fault | str) -> None:
        """Misbehave until `recover`. Raises ControlRefused for a fault this simulator does not know."""
        self._ask({"do": "fault", "name": str(fault)})

    def recover(self) -> None:
        self._ask({"do": "recover"})

    def status(self) -> dict[str, Any]:
        """Return `path` (for the kiosk's configuration), `device_file` and `fault`."""
        return self._ask({"do": "status"})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises OSError if no simulator is there, ControlRefused if it refuses."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER_S)
            connection.connect(self._path)
            with connection.makefile("rwb") as stream:
                stream.write(json.dumps(request).encode() + b"\n")
                stream.flush()
                reply = json.loads(stream.readline() or b'{"error": "the simulator hung up"}')
        if not reply.pop("ok", False):
            raise ControlRefused(reply.get("error"))
        return dict(reply)


class SimulatedReader(_Remote):
    """A card reader simulator behind its control door."""

    def place(self, card: CardSpec) -> None:
        """Lay a card on the reader, in place of any other."""
        self._ask({"do": "place", "card": card.to_json()})

    def beside(self, card: CardSpec) -> None:
        """Lay a second card next to it."""
        self._ask({"do": "beside", "card": card.to_json()})

    def lift(self) -> None:
        self._ask({"do": "lift"})

    def tap(self, card: CardSpec, hold_ms: int = 600) -> None:
        """Place the card, return when it has been lifted `hold_ms` later."""
        self._ask({"do": "tap", "card": card.to_json(), "hold_ms": hold_ms})


class SimulatedScanner(_Remote):
    """A scanner simulator behind its control door."""

    def scan(self, text: str, ending: str = "crlf") -> None:
        """Read a code; `ending` is cr, lf, crlf or none."""
        self._ask({"do": "scan", "text": text, "ending": ending})

    def noise(self, size: int = 4096) -> None:
        """Send `size` bytes of what is no code."""
        self._ask({"do": "noise", "bytes": size})


class SimulatedPrinter(_Remote):
    """A printer simulator behind its control door."""

    def end_after(self, lines: int) -> None:
        """Let the paper run out in so many lines; `recover` puts a new roll in."""
        self._ask({"do": "end_after", "lines": lines})

    def printed(self) -> list[bytes]:
        """The bytes of each slip, the oldest first; the last may hang out uncut."""
        return [bytes.fromhex(slip) for slip in self._ask({"do": "printed"})["slips"]]


class SimulatedOutlets(_Remote):
    """A box of sockets behind its control door."""

    def plug(self, socket: int, load: str = "bicycle", charge_percent: float = 30) -> None:
        """Plug in what `drivers.sim.outlets.battery.LOADS` names."""
        self._ask({"do": "plug", "socket": socket, "load": load, "charge_percent": charge_percent})

    def unplug(self, socket: int) -> None:
        self._ask({"do": "unplug", "socket": socket})

    def sockets(self) -> list[dict[str, Any]]:
        """How each is: `is_plugged`, `is_closed`, `power_dw`, `energy_wh`, `temperature_c`."""
        return list(self._ask({"do": "sockets"})["sockets"])

    def pass_time(self, seconds: float) -> None:
        """Let the time of the sockets run ahead."""
        self._ask({"do": "pass_time", "seconds": seconds})

    def fail_socket(self, fault: str, socket: int) -> None:
        """Have one socket misbehave: `welded`, `broken`, `socket_fault`."""
        self._ask({"do": "fault", "name": fault, "socket": socket})
