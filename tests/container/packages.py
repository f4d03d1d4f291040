"""The two Debian packages, as `make deb` builds them for one release of Debian and this kind of machine."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.container.machine import CHECKOUT

BUILD = CHECKOUT / "systemd" / "debian" / "build.py"
RELEASES = {"bookworm": "deb12", "trixie": "deb13"}


@dataclass(frozen=True, slots=True)
class Packages:
    kiosk: Path
    office: Path

    @property
    def both(self) -> tuple[Path, Path]:
        return self.office, self.kiosk

    def needs(self) -> str:
        """What they want of Debian, as a package says it."""
        return ", ".join(_field(deb, "Depends") for deb in self.both)


def build(suite: str, folder: Path) -> Packages:
    """Raises CalledProcessError if they cannot be built."""
    architecture = _said("dpkg", "--print-architecture")
    options = ["--release", RELEASES[suite], "--architecture", architecture, "--output", folder]
    subprocess.run([sys.executable, BUILD, *options], check=True, stdout=subprocess.DEVNULL)
    return built(folder)


def built(folder: Path) -> Packages:
    """The packages that lie in the folder."""
    (kiosk,) = folder.glob("neighbourhood-kiosk_*.deb")
    (office,) = folder.glob("neighbourhood-office_*.deb")
    return Packages(kiosk, office)


def _field(deb: Path, name: str) -> str:
    return _said("dpkg-deb", "--field", str(deb), name)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
