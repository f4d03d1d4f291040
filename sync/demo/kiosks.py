"""The demo's two kiosks and their devices: what stands in their settings, and how each is started.

One serves lunch and charges at a board without meters; the other, at the shelter, only charges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.settings import WARN_BELOW_MB
from sync.demo.people import HERE, SHELTER
from sync.demo.processes import Processes

SHED = "shed"  # the box of sockets, at both, as the office's file names it
BOX_ID = "05AB373B"  # of the shelter's, with ten sockets
FASTER = ("--speed", "10")  # a battery is full in minutes

KIOSKS = ("kiosk", "shelter")

Ports = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """`name` is that of its process, and of its settings and its folder in the demo's `folder`.

    `called`: what it is at the office. `office_port` is the near end of its cable. `devices`: sections of its
    settings.
    """

    folder: Path
    name: str
    called: str
    site: str
    host: str
    port: int
    office_port: int
    devices: str

    @property
    def config(self) -> Path:
        return self.folder / f"{self.name}.toml"

    @property
    def store(self) -> Path:
        return self.folder / self.name

    def write(self) -> None:
        """Its settings. Both speak with one voice, which is made once."""
        self.store.mkdir(exist_ok=True)
        self.config.write_text(
            f'[kiosk]\nname = "{self.called}"\nsite = "{self.site}"\n'
            f'[store]\nfolder = "{self.store}"\nvoice = "{self.folder / "voice"}"\n'
            f"warn_below_mb = {WARN_BELOW_MB}\n"
            f'[web]\nlisten = "{self.host}:{self.port}"\n'
            f"{self.devices}"
            f'[sync]\noffice = "http://127.0.0.1:{self.office_port}"\n'
            f'socket = "{self.folder / self.name}.socket"\n',
            encoding="utf-8",
        )

    def start(self, programs: Path, processes: Processes, enrol_code: Callable[[str, str], str]) -> None:
        """Its two processes, enrolled at the first time. They are not waited for."""
        if not (self.store / "enrolment.json").exists():
            code = enrol_code(self.called, self.site)
            processes.run(f"{self.name} enrol", programs / "kiosk", "--config", self.config, "enrol", code)
        for name, program in ((f"{self.name}-sync", "kiosk-sync"), (self.name, "kiosk")):
            processes.start(name, programs / program, "--config", self.config, "run", restart=True)


def host_of(name: str) -> str:
    """Of a part, named after its kiosk; what is of none is on the first one's.

    Browsers share cookies between ports: on one host, who signs in at one kiosk would leave the other.
    """
    kiosk = name.partition("-")[0]
    return f"127.0.0.{1 + KIOSKS.index(kiosk) if kiosk in KIOSKS else 1}"


def canteen(folder: Path, ports: Ports, office_port: int) -> Kiosk:
    return Kiosk(
        folder=folder,
        name="kiosk",
        called="front",
        site=HERE,
        host=host_of("kiosk"),
        port=ports["kiosk"],
        office_port=office_port,
        devices=f'[reader]\npath = "tty:{folder / "reader"}:pn532"\n'
        f'[scanner]\nport = "{folder / "scanner"}"\n'
        f'[printer]\nport = "{folder / "printer"}"\n'
        f'[[outlets]]\ndriver = "dianchuan"\nname = "{SHED}"\nport = "{folder / SHED}"\n'
        f'[charging]\nphones = "127.0.0.1:{ports["phones"]}"\n',
    )


def shelter(folder: Path, ports: Ports, office_port: int) -> Kiosk:
    return Kiosk(
        folder=folder,
        name="shelter",
        called="shelter",
        site=SHELTER,
        host=host_of("shelter"),
        port=ports["shelter"],
        office_port=office_port,
        devices=f'[reader]\npath = "tty:{folder / "shelter-reader"}:pn532"\n'
        f'[[outlets]]\ndriver = "dny"\nname = "{SHED}"\nport = "{_dialled(ports)}"\nid = "{BOX_ID}"\n'
        f'[charging]\nphones = "{host_of("shelter-phones")}:{ports["shelter-phones"]}"\n',
    )


def devices(folder: Path, ports: Ports) -> dict[str, tuple[str, ...]]:
    """By name, the words after `python -m drivers.sim`."""
    on_a_line = {
        "reader": ("pn532",),
        "scanner": ("scanner",),
        "printer": ("printer",),
        SHED: ("dianchuan", *FASTER),
        "shelter-reader": ("pn532",),
    }
    linked = {name: (*kind, "--link", str(folder / name)) for name, kind in on_a_line.items()}
    return {**linked, "shelter-box": ("dny", "--port", _dialled(ports), "--id", BOX_ID, *FASTER)}


def _dialled(ports: Ports) -> str:
    """Where the shelter's box finds its kiosk."""
    return f"tcp://127.0.0.1:{ports['shelter-box']}"
