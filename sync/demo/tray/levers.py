"""What a visitor may do to the demo beside laying down cards: each is a word that the tray's buttons send."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from drivers.sim.remote import SimulatedOutlets, SimulatedPrinter, SimulatedReader, SimulatedScanner
from kiosk.common.clock import unix_ms
from kiosk.settings import MORE_THAN_ANY_DISK_MB, WARN_BELOW_MB
from sync.demo.making import OFFICE_MADE
from sync.demo.population import TrayCard, sites
from sync.demo.processes import Processes
from sync.demo.relay import Relay

HOLD_MS = 700
# What stands in the shed to be plugged in, by the socket it stands at: see `drivers.sim.outlets.battery`.
PLUGGED = {1: "bicycle", 2: "full", 3: "two_bicycles", 4: "hot", 5: "strong"}
NINE_DAYS_MS = 9 * 24 * 3600 * 1000

# As a kiosk would have it that was switched on today and has not heard the office since: the boot that heard
# it is over, so that the clock is not set by it.
_HEARD_LONG_AGO = "UPDATE contact SET at_ms = at_ms - ?, boot_id = '', monotonic_ms = 0"


@dataclass
class Levers:
    """Everything that can be pulled. `office` runs a command of the office."""

    folder: Path
    reader: SimulatedReader
    scanner: SimulatedScanner
    printer: SimulatedPrinter
    shed: SimulatedOutlets
    cable: Relay
    processes: Processes
    office: Callable[..., str]
    serving: str = "by the clock"
    disk: str = "enough"

    def acts(self) -> dict[str, Callable[[], None]]:
        return {
            "cut": self.cable.cut,
            "mend": self.cable.mend,
            "nine-days": self._nine_days,
            "unplug": lambda: self.reader.fault("unplugged"),
            "plug": self.reader.recover,
            "noise": self.scanner.noise,
            "end-paper": lambda: self.printer.fault("out_of_paper"),
            "new-paper": self.printer.recover,
            **{f"plug-{load}": partial(self.shed.plug, socket, load) for socket, load in PLUGGED.items()},
            "unplug-bicycles": self._unplug_bicycles,
            "cut-shed": lambda: self.shed.fault("unplugged"),
            "mend-shed": self.shed.recover,
            "overload": lambda: self.shed.fault("overload"),
            "weld": lambda: self.shed.fail_socket("welded", 1),
            "kill": lambda: self.processes.kill("kiosk"),
            "lose-clock": lambda: self.processes.kill("kiosk", "--clock-lost"),
            "fill-disk": lambda: self._take_disk_for("low", MORE_THAN_ANY_DISK_MB),
            "empty-disk": lambda: self._take_disk_for("enough", WARN_BELOW_MB),
            "lunch": lambda: self._serve("lunch"),
            "dinner": lambda: self._serve("dinner"),
            "nothing": lambda: self._serve("nothing"),
            "by-the-clock": lambda: self._serve("by the clock"),
        }

    def state(self) -> dict[str, str]:
        """By lever, how it stands."""
        return {
            "cable": "whole" if self.cable.whole else "cut",
            "reader": "away" if self.reader.status()["fault"] else "there",
            "printer": "empty" if self.printer.status()["fault"] else "ready",
            "serving": self.serving,
            "disk": self.disk,
        }

    def lay(self, card: TrayCard) -> None:
        """On the reader, or before the scanner."""
        if card.spec is not None:
            self.reader.tap(card.spec, HOLD_MS)
        else:
            self.scanner.scan(card.code_at(unix_ms() // 1000))

    def sockets(self) -> list[dict[str, Any]]:
        """How those of the board are: see `drivers.sim.remote`."""
        return self.shed.sockets()

    def _unplug_bicycles(self) -> None:
        for socket in PLUGGED:
            self.shed.unplug(socket)

    def _serve(self, what: str) -> None:
        """The office publishes other hours; the kiosk has them a second later, if it can hear the office."""
        path = self.folder / "hours.json"
        path.write_text(json.dumps({"sites": msgspec.to_builtins(sites(what))}), encoding="utf-8")
        self.office("import", str(path))
        (self.folder / OFFICE_MADE).unlink(missing_ok=True)  # the next start serves by the clock again
        self.serving = what

    def _take_disk_for(self, disk: str, warn_below_mb: int) -> None:
        """A visitor's disk is not filled up: the kiosk starts again with another idea of what is little."""
        config = self.folder / "kiosk.toml"
        changed = re.sub(r"(?<=warn_below_mb = )\d+", str(warn_below_mb), config.read_text(encoding="utf-8"))
        config.write_text(changed, encoding="utf-8")
        self.processes.kill("kiosk")
        self.disk = disk

    def _nine_days(self) -> None:
        """Pull the cable, and let the last word of the office be nine days old."""
        self.cable.cut()
        with closing(sqlite3.connect(self.folder / "kiosk" / "catalogue.db")) as catalogue, catalogue:
            catalogue.execute(_HEARD_LONG_AGO, (NINE_DAYS_MS,))
