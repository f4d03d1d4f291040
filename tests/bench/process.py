"""The kiosk as a process: memory at rest, idle processor time, and time from start to the first tap."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import msgspec
import psutil

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.catalogue.items import Kind
from tests.bench.journals import FEN, world_with
from tests.factories import LUNCH, SITE, site, uid_of
from tests.ports import free_port
from tests.stories.town import BIN, devices, process, until

IDLE_S = 10.0


def measure(records: int) -> dict[str, Any]:
    """One kiosk process with a simulated PN532, on a journal of this length."""
    world = world_with(records)
    all_day = msgspec.structs.replace(LUNCH, opens=time_of_day(0), closes=time_of_day(23, 59, 59))
    world.publish(Kind.SITE, {SITE: site(meals=(all_day,))})
    world.add_many([1001], fen=FEN)
    folder = world.folder.absolute()
    with devices(folder) as hardware:
        config = folder / "kiosk.toml"
        config.write_text(
            f'[kiosk]\nname = "bench"\nsite = "{SITE}"\n[store]\nfolder = "."\n'
            f'[web]\nlisten = "127.0.0.1:{free_port()}"\n[reader]\npath = "{hardware.reader_path}"\n'
        )
        hardware.reader.place(CardSpec(CardKind.NTAG215, uid_of(1001)))
        started_s = time.perf_counter()
        with process(BIN / "kiosk", "--config", config, "run", log=folder / "kiosk.log") as child:
            until("first tap", lambda: _meals_after(config, records))
            first_tap_s = time.perf_counter() - started_s
            hardware.reader.lift()
            return {"records": records, "start_to_first_tap_s": first_tap_s, **_at_rest(child)}


def _meals_after(config: Path, records: int) -> bool:
    """Whether the sale of the card that lies on the reader is in the journal."""
    command = [sys.executable, "-c", _LAST_KIND, str(config.parent / "journal.db")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return bool(said) and said[1] == "meal" and int(said[0]) > records


_LAST_KIND = """
import sqlite3, sys
row = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(
    "SELECT seq, raw FROM records ORDER BY seq DESC LIMIT 1").fetchone()
print(row[0], "meal" if b"meal" in row[1] else "other")
"""


def _at_rest(child: subprocess.Popen[bytes]) -> dict[str, float]:
    """After the journal's proof has had its turn, nobody tapping."""
    watched = psutil.Process(child.pid)
    _wait_until_quiet(watched)
    before, start_s = watched.cpu_times(), time.perf_counter()
    time.sleep(IDLE_S)
    after, end_s = watched.cpu_times(), time.perf_counter()
    used_s = after.user + after.system - before.user - before.system
    return {
        "resident_mb": watched.memory_info().rss / 1e6,
        "idle_core_percent": 100 * used_s / (end_s - start_s),
    }


def _wait_until_quiet(watched: psutil.Process) -> None:
    for _ in range(120):
        if watched.cpu_percent(interval=1.0) < 5.0:
            return
