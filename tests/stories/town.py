"""A whole town for stories: an office process, kiosks, devices on their own wires, and 72 invented elders."""

from __future__ import annotations

import atexit
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.testing import CliRunner

from drivers.sim.remote import SimulatedPrinter, SimulatedReader, SimulatedScanner
from kiosk import cli as kiosk_cli
from kiosk.common.clock import DEFAULT_TIME_ZONE
from sync import cli as sync_cli
from sync.demo import population
from sync.demo.people import HERE, WORKERS
from sync.office import cli as office_cli
from tests.ports import free_port
from tests.process_logs import shown_on_failure
from tests.waiting import PATIENCE_S

BIN = Path(sys.executable).parent
OPENING_FEN = 20_000


def until(what: str, ready: Any, patience_s: float = PATIENCE_S, every_s: float = 0.01) -> Any:
    """Wait until it is so, and return what it was. `every_s`: longer, where to look is work itself."""
    deadline = time.monotonic() + patience_s
    while not (found := ready()):
        assert time.monotonic() < deadline, f"{what}: not within {patience_s:.0f} s"
        time.sleep(every_s)
    return found


def today() -> date:
    return datetime.now(ZoneInfo(DEFAULT_TIME_ZONE)).date()


def said_by(program: click.Command, config: Path, *words: str, typed: str = "") -> str:
    """What a command prints, without a process for it: stories wait for commands again and again."""
    done = CliRunner().invoke(program, ["--config", str(config), *words], input=typed)
    assert done.exit_code == 0, done.output
    return done.stdout


@contextmanager
def process(*command: str | Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with the block."""
    with shown_on_failure(log).open("ab") as output:
        child = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait(PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Devices:
    """Simulated devices in processes of their own, and the paths at which they appear."""

    reader_path: str
    scanner_port: str
    printer_port: str
    reader: SimulatedReader
    scanner: SimulatedScanner
    printer: SimulatedPrinter


@contextmanager
def devices(folder: Path) -> Iterator[Devices]:
    """A PN532, a scanner and a printer on pseudo terminals, started by nobody's demo."""
    with _simulator(folder, "pn532"), _simulator(folder, "scanner"), _simulator(folder, "printer"):
        for kind in ("pn532", "scanner", "printer"):
            until(f"{kind} simulator", (folder / f"{kind}.control").exists)
        yield Devices(
            # Links: what is unplugged comes back elsewhere, and its old place may be another's by then.
            reader_path=f"tty:{folder / 'pn532.link'}:pn532",
            scanner_port=str(folder / "scanner.link"),
            printer_port=str(folder / "printer.link"),
            reader=SimulatedReader(folder / "pn532.control"),
            scanner=SimulatedScanner(folder / "scanner.control"),
            printer=SimulatedPrinter(folder / "printer.control"),
        )


def _simulator(folder: Path, kind: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    control, link = folder / f"{kind}.control", folder / f"{kind}.link"
    command = [sys.executable, "-m", "drivers.sim", kind, "--link", link, "--control", control]
    return process(*command, log=folder / f"{kind}.log")


class Office:
    """An office in its own process, on a database of the caller's choice.

    `made`: its folder has everything already.
    """

    def __init__(self, folder: Path, database_url: str, *, made: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.keys = population.load_secrets(folder)
        self._config = folder / "office.toml"
        self._config.write_text(
            f'[office]\nlisten = "127.0.0.1:{self.port}"\ndata = "{folder / "office"}"\n'
            f'database = "{database_url}"\n'
        )
        if not made:
            self.command("init")
            self._import()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str, typed: str = "") -> str:
        return said_by(office_cli.main, self._config, *words, typed=typed)

    @contextmanager
    def open(self) -> Iterator[None]:
        with process(BIN / "office", "--config", self._config, "run", log=self.folder / "office.log"):
            until("office", self._answers)
            yield

    def meals(self) -> dict[str, Any]:
        day = today().isoformat()
        report = self.command("report", "meals", "--format", "json", "--from", day, "--to", day)
        return dict(json.loads(report))

    def reviews(self) -> list[tuple[str, str]]:
        """Code and detail of what is put up for review."""
        return self._ask("SELECT code, detail FROM reviews ORDER BY code, detail")

    def balance_fen(self, account: str) -> int:
        query = "SELECT coalesce(sum(credits - debits), 0) FROM balances WHERE account = ? AND unit = 'FEN'"
        return int(self._ask(query, account)[0][0])

    def _ask(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Of an office on SQLite."""
        (path,) = (self.folder / "office").glob("*.db")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def _import(self) -> None:
        """Everybody at home here, in good standing and with the same money; it is lunch all day."""
        file = json.loads(population.import_file(today(), self.keys, serving="lunch"))
        for resident in file["residents"]:
            resident |= {"home_site": HERE, "opening_fen": OPENING_FEN}
        for card in file["cards"]:
            card |= {"status": "active", "last_day": "9999-12-31"}
        path = self.folder / "people.json"
        path.write_text(json.dumps(file))
        self.command("import", str(path))

    def employ(self) -> None:
        """The demo's staff, with their PINs and badges."""
        for each in WORKERS:
            who = ("--name", each.name, "--site", HERE, "--role", each.role, "--badge", each.badge)
            self.command("staff", "add", each.id, *who, typed=each.pin + "\n")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:  # not there yet, or too busy to answer
            return False


class Station:
    """One kiosk's folder and configuration; enrolled, unless the folder is one that was.

    `office_url`: by another way than straight to the office. `desk`: the socket of its sync process.
    """

    def __init__(
        self,
        folder: Path,
        office: Office,
        hardware: Devices | None = None,
        office_url: str = "",
        *,
        site: str = HERE,
        desk: Path | None = None,
    ) -> None:
        self.folder, self._desk = folder, desk
        self.config = folder / "kiosk.toml"
        enrolled = folder.exists()
        folder.mkdir(exist_ok=True)
        self.config.write_text(
            f'[kiosk]\nname = "front"\nsite = "{site}"\n[store]\nfolder = "store"\n'
            f'[web]\nlisten = "127.0.0.1:{free_port()}"\n[sync]\noffice = "{office_url or office.url}"\n'
            + (f'socket = "{desk}"\n' if desk else "")
            + (
                f'[reader]\npath = "{hardware.reader_path}"\n[scanner]\nport = "{hardware.scanner_port}"\n'
                f'[printer]\nport = "{hardware.printer_port}"\n'
                if hardware
                else ""
            )
        )
        if not enrolled:
            code = office.command("enrol-code", "--name", "front", "--site", site).split()[-1]
            self.sync("enrol", code)

    def sync(self, *words: str) -> None:
        sync_cli.main(["--config", str(self.config), *words], standalone_mode=False)

    @contextmanager
    def in_step(self) -> Iterator[None]:
        """The sync process, answering the counter at its desk."""
        assert self._desk is not None
        command = (BIN / "kiosk-sync", "--config", self.config, "run")
        with process(*command, log=self.folder / "sync.log"):
            until("desk", self._desk.exists)
            yield

    def kiosk(self, *words: str) -> str:
        return said_by(kiosk_cli.main, self.config, *words)


def employed_office(folder: Path) -> Office:
    """An office on SQLite that has the demo's staff too, and beside it a station that knows them, `front`."""
    shutil.copytree(_made(today()), folder, dirs_exist_ok=True)
    return Office(folder, "", made=True)


@cache
def _made(_day: date) -> Path:
    """What both begin with; made once, for half a dozen commands take their time."""
    folder = Path(tempfile.mkdtemp(prefix="town-"))
    atexit.register(shutil.rmtree, folder)
    office = Office(folder, "")
    office.employ()
    with office.open():
        Station(folder / "front", office).sync("once")
    return folder
