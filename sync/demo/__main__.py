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
from functools import partial
from pathlib import Path
from typing import Any

import click
import waitress

from drivers.sim.remote import SimulatedOutlets, SimulatedPrinter, SimulatedReader, SimulatedScanner
from kiosk.common.clock import local_time, unix_ms
from sync.demo import population
from sync.demo.clock import set_clock
from sync.demo.kiosks import SHED, Kiosk, canteen, devices, host_of, shelter
from sync.demo.making import OFFICE_MADE, VOICE_MADE, Made, stage
from sync.demo.people import TECHNICIAN, WORKERS
from sync.demo.portraits import draw_all
from sync.demo.processes import DemoFailed, Processes
from sync.demo.relay import Relay
from sync.demo.tray.day import DAY, VISIT
from sync.demo.tray.levers import Levers
from sync.demo.tray.page import PHONE, Tray, create_tray
from sync.demo.tray.shelter import ShelterLevers, near_shelter

BIN = Path(sys.executable).parent
PORTRAITS = "portraits"
PORTS = {
    "office": 8000,
    "kiosk": 8080,
    "phones": 8081,
    "shelter": 8082,
    "shelter-phones": 8083,
    "shelter-box": 8084,
    "tray": 8090,
}
VOICE = "kiosk voice"


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--fresh", is_flag=True, help="Forget what was sold before.")
@click.option("--any-ports", is_flag=True, help="Leave the usual ports to other demos that start just now.")
def main(folder: Path, fresh: bool, any_ports: bool) -> None:
    """An office, a canteen, a charging point and simulated devices with invented people."""
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
        cables = {name: Relay(self._ports["office"]) for name in ("kiosk", "shelter")}
        kiosks = [
            make(self._folder, self._ports, cable.port)
            for make, cable in ((canteen, cables["kiosk"]), (shelter, cables["shelter"]))
        ]
        for each in kiosks:
            each.write()
        with stage("Simulated devices"):
            self._begin_voice(kiosks[0].config)
            self._start_devices()
        with stage("Office"):
            self._start_office()
        with stage("Kiosks"):
            self._start_kiosks(kiosks)
        self._start_tray(cables)
        self._print_addresses()

    def _start_devices(self) -> None:
        wanted = devices(self._folder, self._ports)
        for name, words in wanted.items():
            control = self._path(f"{name}.control")
            control.unlink(missing_ok=True)
            self._processes.start(name, sys.executable, "-m", "drivers.sim", *words, "--control", control)
        for name in wanted:
            self._processes.wait_for(name, self._path(f"{name}.control").exists)

    def _start_office(self) -> None:
        self._write(
            "office.toml",
            f'[office]\nlisten = "127.0.0.1:{self._ports["office"]}"\ndata = "{self._path("office")}"\n',
        )
        people = population.import_file(self._today, self._keys, phone_page=self._address("office") + "c")
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
        if new or "demo:" not in self._office("clerk", "list").split():
            self._office("clerk", "add", "demo", typed=password.read_text() + "\n")

    def _make_staff(self) -> None:
        here = self._office("staff", "list")
        for each in (*WORKERS, TECHNICIAN):
            if each.name not in here:
                who = ["--name", each.name, "--site", each.site, "--role", each.role]
                if each.badge_number:
                    who += ["--badge", each.badge]
                if each.role == "supervisor":  # and looks after the shed
                    who += ["--role", "technician"]
                self._office("staff", "add", each.id, *who, typed=each.pin + "\n")

    def _begin_voice(self, config: Path) -> None:
        if shutil.which("espeak-ng") and not self._voice.done:
            self._processes.begin(VOICE, BIN / "kiosk", "--config", config, "voice")

    def _start_kiosks(self, kiosks: list[Kiosk]) -> None:
        if self._processes.finish(VOICE):
            self._voice.remember()
        for each in kiosks:
            each.start(BIN, self._processes, self._enrol_code)
        for each in kiosks:
            health = f"{self._address(each.name)}healthz"
            self._processes.wait_for(each.name, partial(_answers, health))

    def _enrol_code(self, name: str, site: str) -> str:
        return self._office("enrol-code", "--name", name, "--site", site).split()[-1]

    def _start_tray(self, cables: dict[str, Relay]) -> None:
        cards = population.tray(self._today, self._keys)
        levers = Levers(
            folder=self._folder,
            reader=SimulatedReader(self._path("reader.control")),
            scanner=SimulatedScanner(self._path("scanner.control")),
            printer=SimulatedPrinter(self._path("printer.control")),
            shed=SimulatedOutlets(self._path(f"{SHED}.control")),
            cable=cables["kiosk"],
            processes=self._processes,
            office=self._office,
        )
        at_shelter = ShelterLevers(
            reader=SimulatedReader(self._path("shelter-reader.control")),
            box=SimulatedOutlets(self._path("shelter-box.control")),
            cable=cables["shelter"],
            processes=self._processes,
        )
        here, there = self._screens("kiosk", "phones"), self._screens("shelter", "shelter-phones")
        trays = (
            Tray("", "演示托盘", DAY, cards, levers, here),
            Tray("/shelter", "车棚的托盘", VISIT, near_shelter(cards), at_shelter, there),
        )
        app = create_tray(trays, self._path(PORTRAITS), levers.printer)
        port = self._ports["tray"]
        server = waitress.create_server(app, host="127.0.0.1", port=port, ident=None, threads=16)
        threading.Thread(target=server.run, name="tray", daemon=True).start()

    def _screens(self, kiosk: str, phones: str) -> dict[str, str]:
        return {
            "居民屏": self._address(kiosk) + "display",
            "值班屏": self._address(kiosk) + "staff",
            PHONE: self._address(phones),
            "办公室": self._address("office"),
        }

    def _print_addresses(self) -> None:
        password = self._path("clerk.password").read_text()
        staff = ", ".join(f"{each.name} {each.pin}" for each in (*WORKERS, TECHNICIAN))
        click.echo(
            f"""
  Tray              {self._address("tray")}            a day to play, and cards to lay on the reader
  Elders' display   {self._address("kiosk")}display
  Staff screen      {self._address("kiosk")}staff
  Phone             {self._address("phones")}            its sockets' own page, 360 by 640
  Office            {self._address("office")}            user demo, password {password}
  Shelter           {self._address("tray")}shelter/    where bicycles alone are charged: another tray
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
        return f"http://{host_of(name)}:{self._ports[name]}/"

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
