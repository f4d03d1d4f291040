"""`make run`: start everything, print the addresses, end everything at Ctrl-C or with the terminal."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import click
import waitress

from drivers.sim.remote import SimulatedOutlets, SimulatedPrinter, SimulatedReader, SimulatedScanner
from kiosk.common.clock import local_time, unix_ms
from kiosk.settings import WARN_BELOW_MB
from sync.demo import population
from sync.demo.clock import set_clock
from sync.demo.levers import Levers
from sync.demo.making import OFFICE_MADE, VOICE_MADE, Made, stage
from sync.demo.people import HERE, WORKERS
from sync.demo.portraits import draw_all
from sync.demo.processes import DemoFailed, Processes
from sync.demo.relay import Relay
from sync.demo.tray import create_tray

BIN = Path(sys.executable).parent
PORTRAITS = "portraits"
SHED = "shed"  # the box of sockets, as the office's file names it
FASTER = ("--speed", "10")  # a battery is full in minutes; faster, and its meter would not be believed
PORTS = {"office": 8000, "kiosk": 8080, "phones": 8081, "tray": 8090}
DEVICES = {
    "reader": ("pn532",),
    "scanner": ("scanner",),
    "printer": ("printer",),
    SHED: ("dianchuan", *FASTER),
}
VOICE = "kiosk voice"


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--fresh", is_flag=True, help="Forget what was sold before.")
@click.option("--any-ports", is_flag=True, help="Leave the usual ports to other demos that start just now.")
def main(folder: Path, fresh: bool, any_ports: bool) -> None:
    """An office, a kiosk and simulated devices with invented people."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    _on_ending(signal.default_int_handler)
    _watch_terminal()
    processes = Processes(folder / "logs")
    try:
        Demo(folder.absolute(), processes, {} if any_ports else PORTS).start()
        while True:
            processes.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal is gone
            click.echo("Stopping.")
    except DemoFailed as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    finally:
        _on_ending(signal.SIG_IGN)
        processes.stop()


def _on_ending(handler: Any) -> None:
    """What to do when told to end, or when the terminal is closed; `nohup` has the last word on that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _watch_terminal() -> None:
    """A window that runs make without a shell hangs up on make alone, which waits and tells nobody."""
    hangup = select.poll()
    hangup.register(sys.stdin.fileno(), 0)

    def watch() -> None:
        hangup.poll()
        os.kill(os.getpid(), signal.SIGHUP)

    if sys.stdin.isatty():
        threading.Thread(target=watch, name="terminal", daemon=True).start()


class Demo:
    """Everything on loopback, in one folder."""

    def __init__(self, folder: Path, processes: Processes, ports: dict[str, int]) -> None:
        self._folder = folder
        self._processes = processes
        self._ports = _free_ports(ports)
        self._keys = population.load_secrets(folder)
        self._voice = Made(self._path(VOICE_MADE))
        self._today = set_clock(folder).date()

    def start(self) -> None:
        relay = Relay(self._ports["office"])
        config = self._write_kiosk_config(relay.port)
        with stage("Simulated devices"):
            self._begin_voice(config)
            self._start_devices()
        with stage("Office"):
            self._start_office()
        with stage("Kiosk"):
            self._start_kiosk(config)
        self._start_tray(relay)
        self._print_addresses()

    def _start_devices(self) -> None:
        for device, kind in DEVICES.items():
            command = [sys.executable, "-m", "drivers.sim", *kind]
            link, control = self._path(device), self._path(f"{device}.control")
            control.unlink(missing_ok=True)
            self._processes.start(device, *command, "--link", link, "--control", control)
        for device in DEVICES:
            self._processes.wait_for(device, self._path(f"{device}.control").exists)

    def _start_office(self) -> None:
        self._write(
            "office.toml",
            f'[office]\nlisten = "127.0.0.1:{self._ports["office"]}"\ndata = "{self._path("office")}"\n',
        )
        people = population.import_file(self._today, self._keys)
        made = Made(self._path(OFFICE_MADE), of=people)
        if not made.done:
            self._office("init")
            self._office("import", str(self._write("people.json", people)))
            self._bring_portraits()
            self._make_clerk()
            self._make_staff()
            made.remember()
        self._processes.start("office", BIN / "office", "--config", self._path("office.toml"), "run")
        self._processes.wait_for("office", lambda: _answers(self._address("office") + "healthz"))

    def _bring_portraits(self) -> None:
        faces = self._path(PORTRAITS)
        draw_all(faces, population.everybody(self._today), self._today)
        self._office("import", str(faces))

    def _make_clerk(self) -> None:
        password = self._path("clerk.password")
        new = not password.exists()
        if new:
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(9))
        if new or "demo" not in self._office("clerk", "list").split():
            self._office("clerk", "add", "demo", typed=password.read_text() + "\n")

    def _make_staff(self) -> None:
        here = self._office("staff", "list")
        for each in WORKERS:
            if each.name not in here:
                who = ["--name", each.name, "--site", HERE, "--role", each.role, "--badge", each.badge]
                if each.role == "supervisor":  # and looks after the shed
                    who += ["--role", "technician"]
                self._office("staff", "add", each.id, *who, typed=each.pin + "\n")

    def _write_kiosk_config(self, office_port: int) -> Path:
        store = self._path("kiosk")
        store.mkdir(exist_ok=True)
        return self._write(
            "kiosk.toml",
            f'[kiosk]\nname = "front"\nsite = "{HERE}"\n'
            f'[store]\nfolder = "{store}"\nwarn_below_mb = {WARN_BELOW_MB}\n'
            f'[web]\nlisten = "127.0.0.1:{self._ports["kiosk"]}"\n'
            f'[reader]\npath = "tty:{self._path("reader")}:pn532"\n'
            f'[scanner]\nport = "{self._path("scanner")}"\n'
            f'[printer]\nport = "{self._path("printer")}"\n'
            f'[[outlets]]\ndriver = "dianchuan"\nname = "{SHED}"\nport = "{self._path(SHED)}"\n'
            f'[charging]\nphones = "127.0.0.1:{self._ports["phones"]}"\n'
            f'[sync]\noffice = "http://127.0.0.1:{office_port}"\nsocket = "{self._path("sync.socket")}"\n',
        )

    def _begin_voice(self, config: Path) -> None:
        if shutil.which("espeak-ng") and not self._voice.done:
            self._processes.begin(VOICE, BIN / "kiosk", "--config", config, "voice")

    def _start_kiosk(self, config: Path) -> None:
        if not self._path("kiosk/enrolment.json").exists():
            code = self._office("enrol-code", "--name", "front", "--site", HERE).split()[-1]
            self._processes.run("kiosk enrol", BIN / "kiosk", "--config", config, "enrol", code)
        if self._processes.finish(VOICE):
            self._voice.remember()
        self._processes.start("sync", BIN / "kiosk-sync", "--config", config, "run", restart=True)
        self._processes.start("kiosk", BIN / "kiosk", "--config", config, "run", restart=True)
        self._processes.wait_for("kiosk", lambda: _answers(self._address("kiosk") + "healthz"))

    def _start_tray(self, relay: Relay) -> None:
        addresses = {
            "居民屏": self._address("kiosk") + "display",
            "值班屏": self._address("kiosk") + "staff",
            "手机": self._address("phones"),
            "办公室": self._address("office"),
        }
        levers = Levers(
            folder=self._folder,
            reader=SimulatedReader(self._path("reader.control")),
            scanner=SimulatedScanner(self._path("scanner.control")),
            printer=SimulatedPrinter(self._path("printer.control")),
            shed=SimulatedOutlets(self._path(f"{SHED}.control")),
            cable=relay,
            processes=self._processes,
            office=self._office,
        )
        app = create_tray(population.tray(self._today, self._keys), self._path(PORTRAITS), levers, addresses)
        port = self._ports["tray"]
        server = waitress.create_server(app, host="127.0.0.1", port=port, ident=None, threads=16)
        threading.Thread(target=server.run, name="tray", daemon=True).start()

    def _print_addresses(self) -> None:
        password = self._path("clerk.password").read_text()
        staff = ", ".join(f"{each.name} {each.pin}" for each in WORKERS)
        click.echo(
            f"""
  Tray              {self._address("tray")}            a day to play, and cards to lay on the reader
  Elders' display   {self._address("kiosk")}display
  Staff screen      {self._address("kiosk")}staff
  Phone             {self._address("phones")}            the shed's own page, 360 by 640
  Office            {self._address("office")}            user demo, password {password}
  Staff             {staff}

All people are invented, and so is the time: it is {local_time(unix_ms()):%H:%M} there.
Ctrl-C stops everything; `{self._folder}` keeps what was sold."""
        )

    def _office(self, *words: str, typed: str = "") -> str:
        config = self._path("office.toml")
        return self._processes.run(
            f"office {words[0]}", BIN / "office", "--config", config, *words, typed=typed
        )

    def _address(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}/"

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _write(self, name: str, text: str) -> Path:
        path = self._path(name)
        path.write_text(text, encoding="utf-8")
        return path


def _free_ports(wanted: dict[str, int]) -> dict[str, int]:
    """For each part the wanted port, or any free one if somebody has it; all are held until all are found."""
    with contextlib.ExitStack() as held:
        return {name: _free_port(wanted.get(name, 0), held) for name in PORTS}


def _free_port(wanted: int, held: contextlib.ExitStack) -> int:
    for port in (wanted, 0):
        probe = held.enter_context(socket.socket())
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise DemoFailed("no free port on 127.0.0.1")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310  (an address of our own)
            return True
    except OSError as error:
        return getattr(error, "code", None) is not None  # it answers, if only with what is wrong


if __name__ == "__main__":
    main()
