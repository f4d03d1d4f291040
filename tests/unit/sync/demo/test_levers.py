"""What a lever writes is what a kiosk can start with again: one that cannot takes the whole demo along."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from drivers.sim.remote import SimulatedOutlets, SimulatedPrinter, SimulatedReader, SimulatedScanner
from kiosk.common.troubles import low_mb
from kiosk.settings import load
from sync.demo.processes import Processes
from sync.demo.relay import Relay
from sync.demo.tray.levers import Levers


@pytest.mark.parametrize(("act", "is_low"), [("fill-disk", True), ("empty-disk", False)])
def test_a_disk_that_fills_up_leaves_readable_settings(tmp_path: Path, act: str, is_low: bool) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(
        f'[kiosk]\nname = "front"\nsite = "huasheng"\n[store]\nfolder = "{tmp_path}"\nwarn_below_mb = 200\n'
    )
    processes = Processes(tmp_path / "logs")
    processes.start("kiosk", "sleep", "60", restart=True)
    relay = Relay(0)
    levers = Levers(
        folder=tmp_path,
        reader=SimulatedReader(tmp_path / "reader"),
        scanner=SimulatedScanner(tmp_path / "scanner"),
        printer=SimulatedPrinter(tmp_path / "printer"),
        shed=SimulatedOutlets(tmp_path / "shed"),
        cable=relay,
        processes=processes,
        office=lambda *words: "",
    )
    try:
        levers.acts()[act]()
    finally:
        processes.stop()
        relay.close()
    warn_below_mb = load(config).store.warn_below_mb
    assert (low_mb(shutil.disk_usage(tmp_path).total, warn_below_mb) is not None) is is_low
