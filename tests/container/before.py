"""A machine on which 0.3.0 was installed by hand, as that release's documents said.

`git show 4cc3791bd:docs/installing.md` is what it follows; the folders made besides are what
they forgot.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.container import roots
from tests.container.machine import CHECKOUT, Machine
from tests.container.town import OFFICE_URL, READER_PATH, Town, people
from tests.databases.make import RELEASES

VERSION = "0.3.0"
NEEDED = ("git", "make", "python3-venv", "espeak-ng")
SOURCE, PROGRAM = "/opt/neighbourhood-card-source", "/opt/neighbourhood-card"

# pip finds what this machine's pip has fetched for it, wherever that has it from.
_INSTALL = f"""
apt-get install -y {" ".join(NEEDED)}
export PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
python3 -m venv {PROGRAM}
{PROGRAM}/bin/pip install --require-hashes -r {SOURCE}/.ci/requirements.txt
{PROGRAM}/bin/pip install --no-deps {SOURCE}
mkdir -p /etc/neighbourhood-card
mkdir -p /etc/sysusers.d
cd {SOURCE}/systemd
cp sysusers.d/* /etc/sysusers.d/ && systemd-sysusers
cp tmpfiles.d/* /etc/tmpfiles.d/ && systemd-tmpfiles --create
cp *.service /etc/systemd/system/
"""

# What people wrote into the two files, and typed, as far as a day of work needs it.
_OFFICE = """[office]
data = "/var/lib/neighbourhood-card/office"
listen = "127.0.0.1:8470"
database = ""
"""
_KIOSK = f"""[kiosk]
name = "front"
site = "huasheng"
[store]
folder = "/var/lib/neighbourhood-card/kiosk"
[reader]
path = "{READER_PATH}"
[sync]
office = "{OFFICE_URL}"
"""
_OPEN = f"""
systemctl daemon-reload
install --directory --mode=700 --owner=office --group=office /var/lib/neighbourhood-card/office
runuser -u office -- {PROGRAM}/bin/office init
runuser -u office -- {PROGRAM}/bin/office import /etc/neighbourhood-card/people.json
systemctl enable --now office
code=$(runuser -u office -- {PROGRAM}/bin/office enrol-code --name front --site huasheng)
runuser -u kiosk-sync -- {PROGRAM}/bin/kiosk enrol "$code"
systemctl enable --now kiosk kiosk-sync
"""


def opened(machine: Machine) -> Town:
    """Its office and its kiosk, in service, with elders who have cards and money."""
    town = Town(machine)
    for name, content in (("office.toml", _OFFICE), ("kiosk.toml", _KIOSK), ("people.json", people())):
        machine.put(f"/etc/neighbourhood-card/{name}", content)
    town.lay_the_wire(f"{PROGRAM}/bin/python")
    machine.run(f"set -e\n{_OPEN}")
    town.all_run()
    return town


def installed(lower: list[Path]) -> list[Path]:
    """The layers of the machine, on a Debian that has fetched what is `NEEDED`."""

    def install(folder: Path) -> None:
        source = folder / "upper" / SOURCE.lstrip("/")
        wheels = folder / "wheels"
        _unpack(source)
        _fetch(source / ".ci" / "requirements.txt", wheels)
        with Machine(lower, folder) as machine:
            machine.prepare(_INSTALL, f"--bind-ro={wheels}:/wheels")
        shutil.rmtree(wheels)

    return [roots.kept(f"{lower[0].parent.name}-{VERSION}", install) / "upper", *lower]


def _unpack(source: Path) -> None:
    source.mkdir(parents=True)
    tree = ["git", "archive", RELEASES[VERSION]]  # in the history, which a shallow clone does not have
    packed = subprocess.run(tree, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "--extract", "--directory", source], input=packed, check=True)


def _fetch(lock: Path, wheels: Path) -> None:
    """What the release was locked to, and what pip builds its source packages and itself with."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--dest",
        wheels,
    ]
    subprocess.run([*pip, "--require-hashes", "--requirement", lock], check=True)
    subprocess.run([*pip, "setuptools>=77", "wheel"], check=True)
